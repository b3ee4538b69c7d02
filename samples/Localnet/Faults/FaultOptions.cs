namespace Filecoin.Samples.Localnet.Faults;

/// <summary>How a node misbehaves. The default is not at all.</summary>
public sealed record FaultOptions
{
    /// <summary>Time before every answer and every value of a channel.</summary>
    public TimeSpan Lag { get; init; }

    /// <summary>Whether requests are taken and never answered.</summary>
    public bool Hang { get; init; }

    /// <summary>Whether connections break, open ones at once and new ones with their first request.</summary>
    public bool Reset { get; init; }

    /// <summary>Whether nothing listens.</summary>
    public bool Refuse { get; init; }

    /// <summary>Percent of its true weight that the node claims for every tipset; null is the truth.</summary>
    public int? ClaimedWeightPercent { get; init; }

    /// <summary>Whether pushed messages are taken and forgotten.</summary>
    public bool LoseMessages { get; init; }

    /// <summary>Whether the node makes no blocks by the clock.</summary>
    public bool StopProducing { get; init; }

    /// <summary>Whether blocks of other nodes are neither taken nor fetched, nor own ones sent.</summary>
    public bool Isolate { get; init; }

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Lag, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(ClaimedWeightPercent ?? 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ClaimedWeightPercent ?? 0, 1_000_000);
    }
}
