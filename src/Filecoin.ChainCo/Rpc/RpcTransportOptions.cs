namespace Filecoin.ChainCo.Rpc;

/// <summary>Limits and intervals of a transport; the defaults are those of Lotus daemons (go-jsonrpc).</summary>
public sealed record RpcTransportOptions
{
    /// <summary>Largest answer or message accepted, in bytes.</summary>
    public int MaxMessageBytes { get; init; } = 100 << 20;

    /// <summary>How long making a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a call may wait for its answer; callers with a shorter patience cancel. Infinite leaves it to them.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often an idle WebSocket is pinged.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a ping may stay unanswered before the connection is given up.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>First pause after a failed connection; it doubles up to <see cref="MaxBackoff"/>. Calls within the pause fail at once.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause after failed connections.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Values of a subscription that may wait for a slow reader before the subscription is ended.</summary>
    public int SubscriptionBuffer { get; init; } = 256;

    /// <summary>Whether <c>xrpc.cancel</c> carries an id: Forest does not dispatch it without one, Lotus accepts both.</summary>
    public bool CancelCarriesId { get; init; }

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit or an interval is not positive, or the back-off shrinks.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxMessageBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SubscriptionBuffer);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        if (CallTimeout != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CallTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PingInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PingTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MinBackoff, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBackoff, MinBackoff);
    }
}
