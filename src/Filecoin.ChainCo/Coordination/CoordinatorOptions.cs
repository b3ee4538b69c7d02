using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Coordination;

/// <summary>When a head counts, and when a daemon does.</summary>
public sealed record CoordinatorOptions
{
    /// <summary>The genesis that daemons must have; null takes the first daemon's.</summary>
    public TipSetKey? Genesis { get; init; }

    /// <summary>Epochs kept behind the head, and the longest reorganisation followed.</summary>
    public long Horizon { get; init; } = ChainEpoch.Finality;

    /// <summary>Ancestors fetched when a daemon's first head is taken without connection to anything known.</summary>
    public int InitialDepth { get; init; } = 20;

    /// <summary>A daemon whose head is lighter than the best head was this long ago is behind, and ejected: with an epoch and a tick, within 35 seconds of its last head.</summary>
    public TimeSpan BehindGrace { get; init; } = TimeSpan.FromSeconds(4.5);

    /// <summary>With two daemons: how long the other may stand still before a head that only one knows is believed.</summary>
    public TimeSpan LoneLeaderOfTwo { get; init; } = TimeSpan.FromSeconds(29);

    /// <summary>With three or more: the same. Longer, because that all others fail is less likely than that one lies.</summary>
    public TimeSpan LoneLeader { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Share of failed calls from which a daemon is ejected.</summary>
    public double MaxErrorRate { get; init; } = 0.5;

    /// <summary>A daemon that says that it has more epochs to synchronise than these is ejected: its state lies behind its word.</summary>
    public long MaxEpochsToGo { get; init; } = 5;

    /// <summary>How long a daemon must be without fault before it is taken back.</summary>
    public TimeSpan ReadmitAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a head is kept when every daemon that had it went away.</summary>
    public TimeSpan OrphanGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the clock's share of these rules is looked at.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many bits the network's power may change between neighbouring tipsets; a larger step is taken for forgery.</summary>
    public int MaxPowerBitsStep { get; init; } = 2;

    /// <summary>Whether weights are checked at all: a test network with other consensus constants turns it off.</summary>
    public bool VerifyWeights { get; init; } = true;

    /// <summary>Head changes that a subscriber may leave unread.</summary>
    public int SubscriberBuffer { get; init; } = 64;

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number or interval is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Horizon, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(InitialDepth);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxEpochsToGo);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SubscriberBuffer);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxPowerBitsStep);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxErrorRate);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TickInterval, TimeSpan.Zero);
        foreach (TimeSpan interval in new[] { BehindGrace, LoneLeaderOfTwo, LoneLeader, ReadmitAfter, OrphanGrace })
            ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.Zero);
    }
}
