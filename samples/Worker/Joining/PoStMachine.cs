using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Workers;
using Microsoft.Extensions.Logging;

namespace Filecoin.Samples.Worker.Joining;

/// <summary>How a PoSt worker finds its hub.</summary>
/// <param name="Hub">The hub, <c>ws://host:port</c>.</param>
/// <param name="Token">A token of the hub with the permission to write.</param>
/// <param name="Name">What it is called there.</param>
/// <param name="Window">Whether it proves partitions.</param>
/// <param name="Winning">Whether it proves winning sectors.</param>
internal sealed record PoStJoin(string Hub, string? Token, string Name, bool Window, bool Winning);

/// <summary>This process as a prover of a hub's PoSts: it connects to the hub and asks for work, and so needs no open port.</summary>
internal sealed partial class PoStMachine : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebSocketRpcTransport _transport;
    private readonly PoStWorker _worker;
    private readonly ILogger _logger;

    private PoStMachine(PoStJoin join, ParameterStore parameters, int threads, ILoggerFactory logging)
    {
        var options = new PoStWorkerOptions { Name = join.Name, WindowSlots = join.Window ? 1 : 0, WinningSlots = join.Winning ? 1 : 0 };
        RpcEndpoint hub = RpcEndpoint.Parse(join.Hub);
        _transport = new WebSocketRpcTransport(
            join.Token is { } token ? RpcEndpoint.Create(hub.Url, token) : hub, new RpcTransportOptions { CallTimeout = options.PollWait * 3 });
        _logger = logging.CreateLogger<PoStMachine>();
        var proving = new Groth16ProverOptions { DegreeOfParallelism = threads };
        _worker = new PoStWorker(
            new PoStHubClient(_transport), new PoStSnarks(new WindowPoStProver(parameters, proving), new WinningPoStProver(parameters, proving)), options,
            logger: logging.CreateLogger<PoStWorker>());
        Completion = _worker.RunAsync(_stopping.Token);
        LogAsks(_logger, hub.Url, join.Name);
    }

    /// <summary>Ends with the machine.</summary>
    public Task Completion { get; }

    /// <summary>Begins to ask the hub for work; a hub that is away is waited for.</summary>
    public static PoStMachine Start(PoStJoin join, ParameterStore parameters, int threads, ILoggerFactory logging) => new(join, parameters, threads, logging);

    /// <summary>Takes no more jobs, and hands in the proofs of those in hand.</summary>
    public async Task DrainAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _worker.DrainAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            LogLeaves(_logger, patience);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _transport.DisposeAsync();
        _stopping.Dispose();
    }

    [LoggerMessage(20, LogLevel.Information, "Asks {Hub} for PoSts as {Name}")]
    private static partial void LogAsks(ILogger logger, Uri hub, string name);

    [LoggerMessage(21, LogLevel.Warning, "Leaves proofs that the hub did not take within {Patience}")]
    private static partial void LogLeaves(ILogger logger, TimeSpan patience);
}
