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

    internal HeadStream(int buffer) => _buffer = buffer;

    /// <summary>The head; null before the first.</summary>
    public TipSet? Head { get; private set; }

    /// <summary>The head's weight.</summary>
    public TokenAmount Weight { get; private set; }

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
            if (Head is { } head)
                channel.Writer.TryWrite([new HeadChange(HeadChangeType.Current, head)]);
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
            IReadOnlyList<HeadChange> batch = Head is null || path is null ? [new HeadChange(HeadChangeType.Current, head)] : path;
            Head = head;
            Weight = weight;
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

    /// <summary>Ends every subscription with an error: the stream cannot be continued without a gap.</summary>
    internal void Break(Exception reason)
    {
        lock (_lock)
        {
            foreach (ChannelWriter<IReadOnlyList<HeadChange>> subscriber in _subscribers)
                subscriber.TryComplete(reason);
            _subscribers.Clear();
            Head = null;
            Weight = default;
        }
    }
}

/// <summary>A subscriber that left too much unread.</summary>
/// <param name="buffer">How many batches it may leave.</param>
public sealed class SlowReaderException(int buffer) : Exception($"more than {buffer} head changes went unread");

/// <summary>The chains of the old and the new head part before what is kept: a subscriber must begin anew.</summary>
public sealed class HeadGapException() : Exception("the new head's chain does not meet the old one's within finality");
