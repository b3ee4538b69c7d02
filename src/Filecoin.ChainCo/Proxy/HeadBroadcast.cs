using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>One policy's head changes for all clients that follow it: one subscription, read by one task, which gives every batch to all of them.</summary>
internal sealed class HeadBroadcast : IAsyncDisposable
{
    private readonly HeadStream _stream;
    private readonly HeaderStore _headers;
    private readonly Func<IReadOnlyList<HeadChange>, ReadOnlyMemory<byte>> _json;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    /// <summary>Begins to follow.</summary>
    /// <param name="stream">The changes.</param>
    /// <param name="headers">Where the tipset is that a revert leads back to.</param>
    /// <param name="json">How a batch is written.</param>
    public HeadBroadcast(HeadStream stream, HeaderStore headers, Func<IReadOnlyList<HeadChange>, ReadOnlyMemory<byte>> json)
    {
        _stream = stream;
        _headers = headers;
        _json = json;
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
        }
    }
}
