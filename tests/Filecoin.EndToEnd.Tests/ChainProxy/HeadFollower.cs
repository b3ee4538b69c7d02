using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.EndToEnd.Tests.ChainProxy;

/// <summary>A client of ChainNotify that replays what it is told and fails on a gap, a repetition or a disorder.</summary>
internal sealed class HeadFollower : IAsyncDisposable
{
    private readonly WebSocketRpcTransport _transport;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<TipSet> _path = [];
    private readonly Task _following;
    private TipSet? _reverted;

    public HeadFollower(Uri url)
    {
        _transport = new WebSocketRpcTransport(RpcEndpoint.Create(url).With(webSocket: true));
        _following = FollowAsync();
    }

    /// <summary>Tipsets that became the head.</summary>
    public int Applied { get; private set; }

    /// <summary>Ends following: throws what went wrong.</summary>
    public async Task<TipSet> EndAsync(TipSet until)
    {
        for (DateTime end = DateTime.UtcNow + SampleProcess.Patience; DateTime.UtcNow < end && !_following.IsCompleted && !Reached(until); await Task.Delay(50))
        {
        }

        await _stopping.CancelAsync();
        try
        {
            await _following;
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }

        return _path[^1];
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _transport.DisposeAsync();
        _stopping.Dispose();
    }

    private bool Reached(TipSet until)
    {
        lock (_path)
            return _path.Count > 0 && _path[^1].Height >= until.Height;
    }

    private async Task FollowAsync()
    {
        await foreach (IReadOnlyList<HeadChange> changes in new ChainHeadApi(_transport).ChainNotifyAsync(_stopping.Token))
        {
            lock (_path)
            {
                foreach (HeadChange change in changes)
                    Take(change);
            }
        }

        throw new InvalidOperationException("the proxy ended the stream");
    }

    private void Take(HeadChange change)
    {
        switch (change.Type)
        {
            case HeadChangeType.Current:
                Assert.Empty(_path);
                _path.Add(change.Val);
                break;
            case HeadChangeType.Revert:
                // Below the first word, what is taken back is known by its child alone.
                Assert.True(_path.Count > 0 ? _path[^1].Equals(change.Val) : _reverted!.IsChildOf(change.Val), $"{change.Val} is taken back");
                _reverted = change.Val;
                if (_path.Count > 0)
                    _path.RemoveAt(_path.Count - 1);
                break;
            default:
                Assert.True(_path.Count > 0 ? change.Val.IsChildOf(_path[^1]) : change.Val.Parents.Equals(_reverted!.Parents), $"{change.Val} is applied");
                _path.Add(change.Val);
                Applied++;
                break;
        }
    }
}
