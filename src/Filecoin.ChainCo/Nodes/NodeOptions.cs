using Filecoin.ChainCo.Rpc;

namespace Filecoin.ChainCo.Nodes;

/// <summary>What the operator says about a daemon.</summary>
public sealed record NodeOptions
{
    /// <summary>Its name in logs and metrics, unique in the pool.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is: everything <see cref="RpcEndpoint.Parse"/> reads.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Daemons with a lower number are preferred while they are as good as others.</summary>
    public int Priority { get; init; }

    /// <summary>Share of calls among equals, 0 to 1000; 0 keeps the daemon for heads only.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Follows the daemon but gives it no new calls.</summary>
    public bool Drained { get; init; }

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentException">No name, or a weight out of range.</exception>
    /// <exception cref="FormatException">The endpoint cannot be read.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentOutOfRangeException.ThrowIfNegative(Weight);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Weight, 1000);
        RpcEndpoint.Parse(Endpoint);
    }

    /// <summary>Name and place; the token in the endpoint is not shown.</summary>
    public override string ToString() => $"{Name} at {RpcEndpoint.Parse(Endpoint)}";
}

/// <summary>How a daemon is followed. The defaults find a daemon that swallows requests within two seconds.</summary>
public sealed record NodeTimings
{
    /// <summary>Between the beginnings of two heartbeats.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a heartbeat may take. Interval and timeout together bound the time to find a silent daemon.</summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromMilliseconds(1200);

    /// <summary>Between two questions how far the daemon's synchronisation is.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long any other call of the follower may take.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks at the head when there is no subscription.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A subscription that was silent for so long is checked against ChainHead; if it missed a head it is made anew.</summary>
    public TimeSpan SilenceBeforeCheck { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First pause after a failure; it doubles up to <see cref="MaxRetry"/>.</summary>
    public TimeSpan MinRetry { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest pause after failures: how soon a daemon that comes back is noticed.</summary>
    public TimeSpan MaxRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An interval is not positive.</exception>
    public void Validate()
    {
        foreach ((string name, TimeSpan interval) in new[]
        {
            (nameof(HeartbeatInterval), HeartbeatInterval), (nameof(HeartbeatTimeout), HeartbeatTimeout), (nameof(SyncInterval), SyncInterval),
            (nameof(CallTimeout), CallTimeout), (nameof(PollInterval), PollInterval), (nameof(SilenceBeforeCheck), SilenceBeforeCheck),
            (nameof(MinRetry), MinRetry), (nameof(MaxRetry), MaxRetry),
        })
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero, name);
    }
}
