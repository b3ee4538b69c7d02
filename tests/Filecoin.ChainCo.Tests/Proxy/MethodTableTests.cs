using System.Reflection;
using System.Text;
using Filecoin.ChainCo.Proxy;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Tests.Proxy;

public sealed class MethodTableTests
{
    private static readonly MethodTable V1 = MethodTable.Of(ApiVersion.V1);

    [Fact]
    public async Task Every_method_that_the_typed_clients_call_has_a_class()
    {
        var seen = new HashSet<string>();
        var transport = new Recorder(seen);
        foreach (Type client in typeof(ChainHeadApi).Assembly.GetTypes().Where(type => type.Namespace == typeof(ChainHeadApi).Namespace && type.IsClass && type.Name.EndsWith("Api", StringComparison.Ordinal)))
        {
            object api = Activator.CreateInstance(client, transport)!;
            foreach (MethodInfo method in client.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                await CallAsync(api, method);
        }

        Assert.True(seen.Count >= 45, $"{seen.Count} methods were called: {string.Join(' ', seen)}");
        Assert.DoesNotContain(seen, name => V1.Find(name) is null);
    }

    [Theory]
    [InlineData("Filecoin.StateMinerInfo", MethodClass.TipSetRead, RpcPermissions.Read, 1)]
    [InlineData("Filecoin.StateSearchMsg", MethodClass.TipSetRead, RpcPermissions.Read, 0)]
    [InlineData("Filecoin.MinerGetBaseInfo", MethodClass.TipSetRead, RpcPermissions.Read, 2)]
    [InlineData("Filecoin.StateGetRandomnessFromTickets", MethodClass.TipSetRead, RpcPermissions.Read, 3)]
    [InlineData("Filecoin.MpoolPush", MethodClass.IdempotentWrite, RpcPermissions.Write, -1)]
    [InlineData("Filecoin.MpoolPushMessage", MethodClass.NonceAssigning, RpcPermissions.Sign, 0)]
    [InlineData("Filecoin.MsigPropose", MethodClass.NonceAssigning, RpcPermissions.Sign, 3)]
    [InlineData("Filecoin.SyncSubmitBlock", MethodClass.BlockSubmission, RpcPermissions.Write, -1)]
    [InlineData("Filecoin.Shutdown", MethodClass.NodeAddressed, RpcPermissions.Admin, -1)]
    [InlineData("Filecoin.ChainSetHead", MethodClass.NodeAddressed, RpcPermissions.Admin, -1)]
    [InlineData("Filecoin.WalletExport", MethodClass.NodeAddressed, RpcPermissions.Admin, -1)]
    [InlineData("eth_getTransactionByHash", MethodClass.HeadRead, RpcPermissions.Read, -1)]
    [InlineData("trace_replayBlockTransactions", MethodClass.HeadRead, RpcPermissions.Read, -1)]
    [InlineData("net_version", MethodClass.HeadRead, RpcPermissions.Read, -1)]
    [InlineData("eth_getFilterChanges", MethodClass.FilterUse, RpcPermissions.Read, 0)]
    public void Methods_have_their_class(string name, MethodClass kind, RpcPermissions permission, int parameter)
    {
        MethodRule rule = V1.Find(name)!;
        Assert.Equal((kind, permission, parameter), (rule.Class, rule.Permission, rule.Parameter));
        Assert.Equal(name, V1.NameOf(Encoding.UTF8.GetBytes(name)));
    }

    [Fact]
    public void Versions_differ_where_their_parameters_do()
    {
        Assert.Equal(MethodClass.HeadRead, MethodTable.Of(ApiVersion.V0).Find("Filecoin.StateSearchMsg")!.Class);
        Assert.Equal(4, MethodTable.Of(ApiVersion.V0).Find("Filecoin.MsigCancel")!.Parameter);
        Assert.Equal(2, V1.Find("Filecoin.MsigCancel")!.Parameter);
        Assert.Equal(MethodClass.HeadRead, MethodTable.Of(ApiVersion.V2).Find("Filecoin.ChainGetTipSet")!.Class);
        Assert.Null(MethodTable.Of(ApiVersion.V2).Find("Filecoin.MpoolPushMessage"));
    }

    [Fact]
    public void Nothing_that_changes_a_chain_or_a_key_needs_less_than_its_permission()
    {
        foreach (MethodRule rule in V1.Rules.Where(rule => rule.Class is MethodClass.NonceAssigning or MethodClass.BlockCreation or MethodClass.BlockSubmission && rule.Book is null))
            Assert.True(rule.Permission is RpcPermissions.Sign or RpcPermissions.Write, rule.Name);
        Assert.All(V1.Rules.Where(rule => rule.Immutable), rule => Assert.Equal(MethodClass.HeadRead, rule.Class));
        Assert.Equal(V1.Rules.Count(), V1.Rules.Select(rule => rule.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("Filecoin.NoSuchMethod")]
    [InlineData("filecoin.ChainHead")]
    [InlineData("")]
    [InlineData("Filecoin.StateMinerInfo\0")]
    public void Other_names_are_not_in_the_table(string name)
    {
        Assert.Null(V1.Find(name));
        Assert.Null(V1.NameOf(Encoding.UTF8.GetBytes(name)));
        Assert.Null(V1.NameOf(Encoding.UTF8.GetBytes(new string('é', 500))));
    }

    private static async Task CallAsync(object api, MethodInfo method)
    {
        object?[] arguments = [.. method.GetParameters().Select(parameter => Argument(parameter.ParameterType))];
        try
        {
            object? result = method.Invoke(api, arguments);
            if (result is Task task)
                await task;
            else if (result is IAsyncEnumerable<object> values)
                await values.GetAsyncEnumerator().MoveNextAsync();
        }
        catch (Exception e) when (e is RpcException or TargetInvocationException)
        {
            // The recorder answers nothing; an argument that cannot be written is no matter here unless it hides the name, which the count above shows.
        }
    }

    private static object? Argument(Type type) =>
        type == typeof(Filecoin.ChainCo.Chain.TipSetKey) ? Filecoin.ChainCo.Chain.TipSetKey.Empty
        : type == typeof(Filecoin.ChainCo.Chain.Address) ? Filecoin.ChainCo.Chain.Address.FromId(1000)
        : type == typeof(Filecoin.ChainCo.Chain.Cid) ? Filecoin.ChainCo.Chain.Cid.OfDagCbor("x"u8)
        : type.IsValueType ? Activator.CreateInstance(type) : null;

    private sealed class Recorder(HashSet<string> seen) : IRpcTransport
    {
        public bool SupportsSubscriptions => true;

        public Task<ReadOnlyMemory<byte>> CallAsync(string method, ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken = default)
        {
            seen.Add(method);
            throw new RpcErrorException(method, 1, "recorded");
        }

        public IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(string method, ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken = default)
        {
            seen.Add(method);
            throw new RpcErrorException(method, 1, "recorded");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
