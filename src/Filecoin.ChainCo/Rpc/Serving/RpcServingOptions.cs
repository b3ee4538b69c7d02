namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>Limits of a JSON-RPC server; the defaults are those of Lotus daemons where those have any.</summary>
public sealed record RpcServingOptions
{
    /// <summary>Largest request.</summary>
    public int MaxRequestBytes { get; init; } = 100 << 20;

    /// <summary>Most calls in a batch.</summary>
    public int MaxBatch { get; init; } = 1000;

    /// <summary>Calls of one WebSocket worked on at once; beyond, its next message waits unread.</summary>
    public int MaxCallsPerSocket { get; init; } = 256;

    /// <summary>Messages that a WebSocket's client may leave unread before it is closed.</summary>
    public int MaxUnreadMessages { get; init; } = 512;

    /// <summary>Bytes that a WebSocket's client may leave unread before it is closed.</summary>
    public long MaxUnreadBytes { get; init; } = 256L << 20;

    /// <summary>How often an idle WebSocket is pinged.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a ping may stay unanswered before the connection is given up.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What a caller without a token may do; Lotus lets it read.</summary>
    public RpcPermissions Anonymous { get; init; } = RpcPermissions.Read;

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit or an interval is not positive.</exception>
    public void Validate()
    {
        foreach (int limit in new[] { MaxRequestBytes, MaxBatch, MaxCallsPerSocket, MaxUnreadMessages })
            ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUnreadBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PingInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PingTimeout, TimeSpan.Zero);
    }
}
