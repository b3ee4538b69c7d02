namespace Filecoin.Proving.Scheduling.Vanilla;

/// <summary>How a partition's sectors are read, wherever they lie.</summary>
public sealed record SectorReadOptions
{
    /// <summary>Sectors of one partition asked for at once.</summary>
    public int Parallel { get; init; } = 32;

    /// <summary>How long one replica of one sector may take (lotus <c>SingleCheckTimeout</c>; there 10 minutes).</summary>
    public TimeSpan ChallengeTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// How long a replica may let wait before the next one is asked beside it; an eighth of the time that reading may take where that is less. The first
    /// proof counts, so a slow disk loses nothing by it.
    /// </summary>
    public TimeSpan NextReplicaAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long all of a partition may take (lotus <c>PartitionCheckTimeout</c>).</summary>
    public TimeSpan PartitionTimeout { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>How long before sectors that could not be read are tried anew, while the partition's time lasts.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How often a sector is tried in all, each time at all of its replicas. Many: a machine that starts anew is back within the time that reading may
    /// take, and a sector that is lost holds up its partition only once, for then it is faulty.
    /// </summary>
    public int Rounds { get; init; } = 30;

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public SectorReadOptions Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Parallel);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ChallengeTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(NextReplicaAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PartitionTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Rounds);
        return this;
    }
}
