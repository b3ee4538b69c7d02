using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>Tells subscribers how the head moves. One that does not keep up is cut off, as Lotus does.</summary>
internal sealed class HeadFeed
{
    private const int Buffer = 64;
    private readonly Lock _lock = new();
    private readonly HashSet<Channel<IReadOnlyList<HeadChange>>> _subscribers = [];
    private TipSet? _head;

    /// <summary>Says that the head moved: reverts newest first, then applies oldest first.</summary>
    public void Publish(TipSet head, IReadOnlyList<HeadChange> changes)
    {
        lock (_lock)
        {
            _head = head;
            if (changes.Count == 0)
                return;
            foreach (Channel<IReadOnlyList<HeadChange>> subscriber in _subscribers.ToList())
            {
                if (subscriber.Writer.TryWrite(changes))
                    continue;
                subscriber.Writer.TryComplete();
                _subscribers.Remove(subscriber);
            }
        }
    }

    /// <summary>The head and from then on every change of it; ends when the subscriber does not keep up.</summary>
    public async IAsyncEnumerable<IReadOnlyList<HeadChange>> SubscribeAsync([EnumeratorCancellation] CancellationToken token)
    {
        var own = Channel.CreateBounded<IReadOnlyList<HeadChange>>(new BoundedChannelOptions(Buffer) { SingleReader = true });
        lock (_lock)
        {
            own.Writer.TryWrite([new HeadChange(HeadChangeType.Current, _head ?? throw new InvalidOperationException("There is no head yet."))]);
            _subscribers.Add(own);
        }

        try
        {
            await foreach (IReadOnlyList<HeadChange> changes in own.Reader.ReadAllAsync(token))
                yield return changes;
        }
        finally
        {
            lock (_lock)
                _subscribers.Remove(own);
        }
    }
}
