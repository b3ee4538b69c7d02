using Filecoin.ChainCo.Rpc;

namespace Filecoin.EndToEnd.Tests.Miner;

/// <summary>A local chain in a process of its own that keeps its blocks on disk and verifies every proof.</summary>
internal sealed class LocalnetProcess : IAsyncDisposable
{
    private readonly SampleProcess _process;

    private LocalnetProcess(SampleProcess process, string api)
    {
        _process = process;
        Api = api;
    }

    /// <summary>The API, <c>ws://…</c>.</summary>
    public string Api { get; }

    public static async Task<LocalnetProcess> StartAsync(string directory)
    {
        SampleProcess process = SampleProcess.Start(
            "filecoin-localnet", directory, "run", "--port", "0", "--epoch", "1", "--verify-every-post", "--state", Path.Combine(directory, "chain"), "--parameters", TestParameters.Directory);
        string address = await process.SaysAsync("serving ");
        return new LocalnetProcess(process, new UriBuilder(address) { Scheme = "ws" }.ToString());
    }

    /// <summary>Asks the chain.</summary>
    public IRpcTransport Connect() => new WebSocketRpcTransport(RpcEndpoint.Parse(Api));

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
