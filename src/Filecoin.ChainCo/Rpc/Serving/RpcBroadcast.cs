namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>
/// A channel that many clients listen to. Each value is written once, and all clients that gave the channel the same number get the same bytes.
/// Safe for concurrent use.
/// </summary>
internal sealed class RpcBroadcast
{
    private readonly Lock _lock = new();
    private readonly List<Listener> _listeners = [];
    private Func<ReadOnlyMemory<byte>>? _opening;

    /// <summary>How many listen.</summary>
    public int ListenerCount
    {
        get
        {
            lock (_lock)
                return _listeners.Count;
        }
    }

    /// <summary>Gives a value to all.</summary>
    /// <param name="value">The value, in JSON.</param>
    /// <param name="opening">The value that whoever listens from now on gets first, in place of all that went before.</param>
    public void Publish(ReadOnlyMemory<byte> value, Func<ReadOnlyMemory<byte>> opening)
    {
        lock (_lock)
        {
            _opening = opening;
            // Most clients have one channel, and it is number 1.
            var messages = new Dictionary<long, byte[]>();
            foreach (Listener listener in _listeners)
            {
                if (!messages.TryGetValue(listener.Channel, out byte[]? message))
                    messages[listener.Channel] = message = RpcAnswer.ChannelValue(listener.Channel, value.Span);
                listener.Send(message);
            }
        }
    }

    /// <summary>Ends the channel of all who listen, because it cannot go on without a gap.</summary>
    public void Break()
    {
        lock (_lock)
        {
            _opening = null;
            foreach (Listener listener in _listeners)
                listener.Ended.TrySetResult();
            _listeners.Clear();
        }
    }

    /// <summary>Listens until the token is cancelled or the channel breaks.</summary>
    /// <param name="channel">The client's number for the channel.</param>
    /// <param name="send">Takes each message without waiting; nothing is sent after the returned task has ended.</param>
    /// <param name="token">Ends listening.</param>
    public async Task ListenAsync(long channel, Action<byte[]> send, CancellationToken token)
    {
        var listener = new Listener(channel, send);
        lock (_lock)
        {
            if (_opening is { } opening)
                send(RpcAnswer.ChannelValue(channel, opening().Span));
            _listeners.Add(listener);
        }

        await listener.Ended.Task.WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
            _listeners.Remove(listener);
    }

    private sealed class Listener(long channel, Action<byte[]> send)
    {
        public long Channel { get; } = channel;

        public Action<byte[]> Send { get; } = send;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
