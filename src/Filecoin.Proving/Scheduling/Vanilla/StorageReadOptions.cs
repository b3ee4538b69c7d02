namespace Filecoin.Proving.Scheduling.Vanilla;

/// <summary>How hard the storage of one machine may be read.</summary>
public sealed record StorageReadOptions
{
    /// <summary>Sectors read at once from one storage path.</summary>
    public int ParallelPerPath { get; init; } = 16;

    /// <summary>Sectors read at once from all paths of this machine (lotus <c>ParallelCheckLimit</c>: 32).</summary>
    public int ParallelPerMachine { get; init; } = 32;

    /// <summary>
    /// How long one sector's read may take. A read that takes longer is given up: its place among the machine's is free again, its place among the
    /// path's only when the storage answers after all.
    /// </summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public StorageReadOptions Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ParallelPerPath);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ParallelPerMachine);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ReadTimeout, TimeSpan.Zero);
        return this;
    }
}
