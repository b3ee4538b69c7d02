using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Coordination;

/// <summary>
/// One policy's head and the stream of its changes, as ChainNotify defines it: a subscriber gets one <c>current</c>, then batches of reverts
/// (newest first) and applies (oldest first) without gap, repetition or disorder. A subscriber that does not read is dropped, never waited for.
/// </summary>
public sealed class HeadStream
{
    private readonly Lock _lock = new();
    private readonly List<ChannelWriter<IReadOnlyList<HeadChange>>> _subscribers = [];
    private readonly int _buffer;
    private volatile WeighedHead? _now;

    internal HeadStream(int buffer) => _buffer = buffer;

    /// <summary>The head with its weight; null before the first.</summary>
    public WeighedHead? Now => _now;

    /// <summary>The head; null before the first.</summary>
    public TipSet? Head => _now?.TipSet;

    /// <summary>How many subscribers there are.</summary>
    public int SubscriberCount
    {
        get
        {
            lock (_lock)
                return _subscribers.Count;
        }
    }

    /// <summary>The changes from now on. Waits for the first head when there is none.</summary>
    /// <exception cref="SlowReaderException">More batches than the buffer holds went unread.</exception>
    public async IAsyncEnumerable<IReadOnlyList<HeadChange>> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateBounded<IReadOnlyList<HeadChange>>(new BoundedChannelOptions(_buffer) { SingleReader = true });
        lock (_lock)
        {
            _subscribers.Add(channel.Writer);
            if (_now is { } now)
                channel.Writer.TryWrite([new HeadChange(HeadChangeType.Current, now.TipSet)]);
        }

        try
        {
            await foreach (IReadOnlyList<HeadChange> batch in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return batch;
        }
        finally
        {
            lock (_lock)
                _subscribers.Remove(channel.Writer);
        }
    }

    /// <summary>Moves the head. The path leads from the present head to the new one; it is null for the very first head.</summary>
    internal void Move(TipSet head, TokenAmount weight, IReadOnlyList<HeadChange>? path)
    {
        lock (_lock)
        {
            IReadOnlyList<HeadChange> batch = path ?? [new HeadChange(HeadChangeType.Current, head)];
            _now = new WeighedHead(head, weight);
            for (int i = _subscribers.Count - 1; i >= 0; i--)
            {
                if (!_subscribers[i].TryWrite(batch))
                {
                    _subscribers[i].TryComplete(new SlowReaderException(_buffer));
                    _subscribers.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>Takes a head that no path leads to: every subscription ends with an error, because it cannot be continued without a gap.</summary>
    internal void Restart(TipSet head, TokenAmount weight, Exception reason)
    {
        lock (_lock)
        {
            foreach (ChannelWriter<IReadOnlyList<HeadChange>> subscriber in _subscribers)
                subscriber.TryComplete(reason);
            _subscribers.Clear();
            _now = new WeighedHead(head, weight);
        }
    }
}

/// <summary>A head and the weight of its chain, its own blocks counted.</summary>
/// <param name="TipSet">The head.</param>
/// <param name="Weight">The weight.</param>
public sealed record WeighedHead(TipSet TipSet, TokenAmount Weight);

/// <summary>A subscriber that left too much unread.</summary>
/// <param name="buffer">How many batches it may leave.</param>
public sealed class SlowReaderException(int buffer) : Exception($"more than {buffer} head changes went unread");

/// <summary>The chains of the old and the new head part before what is kept: a subscriber must begin anew.</summary>
public sealed class HeadGapException() : Exception("the new head's chain does not meet the old one's within finality");
