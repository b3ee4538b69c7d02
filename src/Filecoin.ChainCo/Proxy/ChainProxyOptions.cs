using System.Net;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>Whose head clients see.</summary>
public enum HeadPolicy
{
    /// <summary>The heaviest head that is not one daemon's word alone: for mining.</summary>
    Freshest,

    /// <summary>The newest tipset that more than half of the daemons have: for readers.</summary>
    Majority,
}

/// <summary>Limits of one client, known by the subject of its token.</summary>
public sealed record ClientOptions
{
    /// <summary>The token's subject; <c>*</c> for every client without an entry of its own.</summary>
    public required string Name { get; init; }

    /// <summary>Calls a second, a batch counting each; 0 for no limit.</summary>
    public int RatePerSecond { get; init; }

    /// <summary>Calls at once beyond the rate; 0 takes the rate.</summary>
    public int Burst { get; init; }

    /// <summary>Full method names allowed, or beginnings that end in <c>*</c>; empty allows all that the token permits.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Whose head the client sees.</summary>
    public HeadPolicy Head { get; init; }

    internal static bool Same(ClientOptions? left, ClientOptions? right) =>
        left is null || right is null ? ReferenceEquals(left, right) : left with { Methods = right.Methods } == right && left.Methods.SequenceEqual(right.Methods);
}

/// <summary>How the proxy serves and routes.</summary>
public sealed record ChainProxyOptions
{
    /// <summary>Where it listens.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [new IPEndPoint(IPAddress.Loopback, 1234)];

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

    /// <summary>What a caller without a token may do; Lotus lets it read.</summary>
    public RpcPermissions Anonymous { get; init; } = RpcPermissions.Read;

    /// <summary>Limits by client.</summary>
    public IReadOnlyList<ClientOptions> Clients { get; init; } = [];

    /// <summary>The daemon for calls that concern one daemon and do not name it in the header X-Filecoin-Node; null denies them.</summary>
    public string? AdminNode { get; init; }

    /// <summary>Declares that no other coordinator serves this pool, so that pins may be in a file of this one alone.</summary>
    public bool SingleCoordinator { get; init; }

    /// <summary>How long a read may take, all attempts together.</summary>
    public TimeSpan ReadDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one attempt of a read may take.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a slow read may take.</summary>
    public TimeSpan SlowDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a write may take, waiting for its pinned daemon to come back included.</summary>
    public TimeSpan WriteDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Daemons tried for a read.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Shortest wait before a read is asked of a second daemon as well.</summary>
    public TimeSpan MinHedge { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest such wait, whatever the method's latencies were.</summary>
    public TimeSpan MaxHedge { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Hedges as a share of reads at most; 0 turns hedging off.</summary>
    public double HedgeShare { get; init; } = 0.1;

    /// <summary>Connection failures in a row from which a daemon is left alone for a while.</summary>
    public int BreakerFailures { get; init; } = 3;

    /// <summary>How long it is left alone; a single call then tries it.</summary>
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Memory for answers that never change; 0 turns the cache off.</summary>
    public long CacheBytes { get; init; } = 256L << 20;

    /// <summary>How long open calls may take after the drain began.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The limits that concern connections.</summary>
    internal RpcServingOptions Serving => new()
    {
        MaxRequestBytes = MaxRequestBytes, MaxBatch = MaxBatch, MaxCallsPerSocket = MaxCallsPerSocket, MaxUnreadMessages = MaxUnreadMessages,
        MaxUnreadBytes = MaxUnreadBytes, Anonymous = Anonymous,
    };

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentException">A limit or an interval is out of range, or a client has two entries.</exception>
    public void Validate()
    {
        ValidateClients(Clients);
        foreach ((string name, int limit) in new[]
        {
            (nameof(MaxRequestBytes), MaxRequestBytes), (nameof(MaxBatch), MaxBatch), (nameof(MaxCallsPerSocket), MaxCallsPerSocket),
            (nameof(MaxUnreadMessages), MaxUnreadMessages), (nameof(Attempts), Attempts), (nameof(BreakerFailures), BreakerFailures),
        })
            ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1, name);
        foreach ((string name, TimeSpan interval) in new[]
        {
            (nameof(ReadDeadline), ReadDeadline), (nameof(AttemptTimeout), AttemptTimeout), (nameof(SlowDeadline), SlowDeadline),
            (nameof(WriteDeadline), WriteDeadline), (nameof(MinHedge), MinHedge), (nameof(MaxHedge), MaxHedge), (nameof(BreakerPause), BreakerPause),
            (nameof(DrainTimeout), DrainTimeout),
        })
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHedge, MinHedge);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUnreadBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(HedgeShare);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HedgeShare, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(CacheBytes);
    }

    internal static void ValidateClients(IReadOnlyList<ClientOptions> clients)
    {
        foreach (ClientOptions client in clients)
        {
            ArgumentException.ThrowIfNullOrEmpty(client.Name);
            ArgumentOutOfRangeException.ThrowIfNegative(client.RatePerSecond);
            ArgumentOutOfRangeException.ThrowIfNegative(client.Burst);
        }

        if (clients.DistinctBy(client => client.Name).Count() != clients.Count)
            throw new ArgumentException("A client has two entries.", nameof(clients));
    }
}
