using System.Runtime.CompilerServices;
using System.Text.Json;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>Version, network, synchronisation, tokens.</summary>
internal static class NodeMethods
{
    private const ulong ApiVersion = 0x020300;
    private const ulong NetworkVersion = 27;

    public static void Register(RpcMethods methods, ApiContext context)
    {
        var version = new NodeVersion
        {
            Version = "1.34.0+localnet", APIVersion = ApiVersion, Agent = "lotus",
            BlockDelay = (ulong)Math.Max(1, Math.Round(context.Node.Options.Policy.EpochDuration.TotalSeconds)),
        };
        string session = Guid.NewGuid().ToString("D");
        methods
            .Add("Filecoin.Session", RpcPermissions.Read, 0, _ => session, LocalnetJsonContext.Default.String)
            .Add("Filecoin.Version", RpcPermissions.Read, 0, _ => version, ApiJsonContext.Default.NodeVersion)
            .Add("Filecoin.StateNetworkName", RpcPermissions.Read, 0, _ => context.Chain.Genesis.NetworkName, LocalnetJsonContext.Default.String)
            .Add("Filecoin.StateNetworkVersion", RpcPermissions.Read, 1, _ => NetworkVersion, LocalnetJsonContext.Default.UInt64)
            .Add("Filecoin.SyncState", RpcPermissions.Read, 0, _ => Sync(context), ApiJsonContext.Default.SyncStateInfo)
            .Add("Filecoin.NetPeers", RpcPermissions.Read, 0, _ => JsonElement.Parse("[]"u8), LocalnetJsonContext.Default.JsonElement)
            .Add("Filecoin.NetAddrsListen", RpcPermissions.Read, 0, _ => new NetworkAddresses("localnet", [context.Node.Address?.ToString() ?? ""]), LocalnetJsonContext.Default.NetworkAddresses)
            .Add("Filecoin.NodeStatus", RpcPermissions.Read, 1, _ => JsonElement.Parse("{}"u8), LocalnetJsonContext.Default.JsonElement)
            .Add("Filecoin.AuthNew", RpcPermissions.Admin, 1, request => Token(context, request), LocalnetJsonContext.Default.String)
            .Add("Filecoin.AuthVerify", RpcPermissions.Read, 1, request => Verify(context, request), LocalnetJsonContext.Default.IReadOnlyListString)
            .AddChannel("Filecoin.Closing", RpcPermissions.Read, 0, (_, token) => ClosingAsync(token), LocalnetJsonContext.Default.Int32);
    }

    private static SyncStateInfo Sync(ApiContext context)
    {
        const int done = 4;
        return new SyncStateInfo([new ActiveSync(done, context.Chain.Head.Height, context.Chain.Store.View.Genesis, context.Chain.Head)]);
    }

    private static string Token(ApiContext context, RpcRequest request)
    {
        RpcPermissions permissions = default;
        foreach (string name in request.Read(0, LocalnetJsonContext.Default.IReadOnlyListString))
        {
            RpcPermissions one = RpcTokenKey.Parse(name);
            permissions |= one != RpcPermissions.None ? one : throw RpcFaultException.Refused($"'{name}' is no permission");
        }

        return Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(context.Tokens.Sign(permissions)));
    }

    private static IReadOnlyList<string> Verify(ApiContext context, RpcRequest request) => context.Tokens.TryVerify(request.Text(0), out RpcIdentity? identity)
        ? [.. RpcTokenKey.NamesOf(identity.Permissions)] : throw RpcFaultException.Refused("JWT Verification failed");

    private static async IAsyncEnumerable<int> ClosingAsync([EnumeratorCancellation] CancellationToken token)
    {
        await Task.Delay(Timeout.Infinite, token);
        yield break;
    }
}
