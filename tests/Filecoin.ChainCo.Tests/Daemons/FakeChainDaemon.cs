using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Coordination;

namespace Filecoin.ChainCo.Tests.Daemons;

/// <summary>A fake daemon that serves a simulated chain.</summary>
internal sealed class FakeChainDaemon : IAsyncDisposable
{
    private readonly SimChain _chain;

    private FakeChainDaemon(FakeDaemon rpc, SimChain chain)
    {
        Rpc = rpc;
        _chain = chain;
        Head = chain.Genesis;
    }

    public FakeDaemon Rpc { get; }

    public TipSet Head { get; private set; }

    public static async Task<FakeChainDaemon> StartAsync(SimChain chain, string version = """{"Version":"1.33.0","APIVersion":131840,"BlockDelay":30,"Agent":"lotus"}""")
    {
        FakeDaemon rpc = await FakeDaemon.StartAsync();
        var daemon = new FakeChainDaemon(rpc, chain);
        rpc.On("Version", _ => version)
            .On("StateNetworkName", _ => "\"simnet\"")
            .On("ChainGetGenesis", _ => Json(chain.Genesis))
            .On("ChainHead", _ => Json(daemon.Head))
            .On("ChainGetTipSet", p => daemon.Find(p[0]) is { } found ? Json(found) : throw new FakeRpcError(1, "not found"))
            .On("ChainTipSetWeight", p => $"\"{SimChain.WeightOf(daemon.Find(p[0])!)}\"")
            .OnChannel("ChainNotify", () => [Changes((HeadChangeType.Current, daemon.Head))]);
        return daemon;
    }

    /// <summary>Moves the head, and tells subscribers unless told not to.</summary>
    public async Task MoveAsync(TipSet head, bool notify = true)
    {
        Head = head;
        if (notify)
            await Rpc.PushAsync(Changes((HeadChangeType.Apply, head)));
    }

    /// <summary>Goes back to a parent and says only what was reverted.</summary>
    public async Task RevertAsync()
    {
        TipSet reverted = Head;
        Head = _chain[reverted.Parents];
        await Rpc.PushAsync(Changes((HeadChangeType.Revert, reverted)));
    }

    public ValueTask DisposeAsync() => Rpc.DisposeAsync();

    private TipSet? Find(JsonElement key) =>
        _chain.TryGet(JsonSerializer.Deserialize(key.GetRawText(), ApiJsonContext.Default.TipSetKey)!, out TipSet? found) ? found : null;

    private static string Json(TipSet tipset) => JsonSerializer.Serialize(tipset, ApiJsonContext.Default.TipSet);

    private static string Changes(params (HeadChangeType Type, TipSet Val)[] changes) => JsonSerializer.Serialize(
        changes.Select(change => new HeadChange(change.Type, change.Val)).ToList(), ApiJsonContext.Default.IReadOnlyListHeadChange);
}
