using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;
using Microsoft.Extensions.Logging;

namespace Filecoin.ChainCo.Proxy;

/// <summary>One policy's head changes for all clients that follow it: one subscription, read by one task, which gives every batch to all of them.</summary>
internal sealed partial class HeadBroadcast : IAsyncDisposable
{
    private readonly HeadStream _stream;
    private readonly HeaderStore _headers;
    private readonly Func<IReadOnlyList<HeadChange>, ReadOnlyMemory<byte>> _json;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    /// <summary>Begins to follow.</summary>
    /// <param name="stream">The changes.</param>
    /// <param name="headers">Where the tipset is that a revert leads back to.</param>
    /// <param name="json">How a batch is written.</param>
    /// <param name="logger">Where to log.</param>
    public HeadBroadcast(HeadStream stream, HeaderStore headers, Func<IReadOnlyList<HeadChange>, ReadOnlyMemory<byte>> json, ILogger logger)
    {
        _stream = stream;
        _headers = headers;
        _json = json;
        _logger = logger;
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>What clients listen to.</summary>
    public RpcBroadcast Channel { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (IReadOnlyList<HeadChange> batch in _stream.SubscribeAsync(_stopping.Token).ConfigureAwait(false))
                {
                    HeadChange last = batch[^1];
                    TipSet head = (last.Type == HeadChangeType.Revert ? _headers.ParentOf(last.Val) : last.Val) ?? throw new HeadGapException();
                    Channel.Publish(_json(batch), () => _json([new HeadChange(HeadChangeType.Current, head)]));
                }
            }
            catch (OperationCanceledException)
            {
                // The coordinator goes.
            }
            catch (Exception e) when (e is SlowReaderException or HeadGapException)
            {
                // Clients that begin anew get the head that the next subscription begins with.
                Channel.Break();
            }
#pragma warning disable CA1031 // A broadcast that ends would leave clients with an old head for good, and nothing would tell them.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogUnforeseen(_logger, e);
                Channel.Break();
                await Task.Delay(TimeSpan.FromSeconds(1), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(22, LogLevel.Error, "The broadcast of head changes begins anew")]
    private static partial void LogUnforeseen(ILogger logger, Exception error);
}
