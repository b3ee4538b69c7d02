namespace Filecoin.Sealing.Engine;

/// <summary>Which tasks a session wants.</summary>
internal sealed record ClaimRequest
{
    public required string Machine { get; init; }

    public required long Session { get; init; }

    public required string Type { get; init; }

    public required TaskPlacement Placement { get; init; }

    /// <summary>At most so many.</summary>
    public required int Limit { get; init; }

    /// <summary>None of a lower priority.</summary>
    public long Floor { get; init; } = long.MinValue;

    /// <summary>Only these; null when any will do.</summary>
    public List<long>? Among { get; init; }

    /// <summary>None of these.</summary>
    public List<long> Except { get; init; } = [];

    /// <summary>What each needs on storage.</summary>
    public IReadOnlyList<ScratchSpace> Scratch { get; init; } = [];
}

/// <summary>What a claim brought.</summary>
/// <param name="Leases">The tasks that are now the session's, the most urgent first.</param>
/// <param name="Homeless">Tasks that were left because storage has no room for them.</param>
internal sealed record ClaimResult(IReadOnlyList<TaskLease> Leases, IReadOnlyList<long> Homeless);

/// <summary>The queue at a glance.</summary>
/// <param name="Tops">The most urgent ready task of each type that has one, the most urgent first.</param>
/// <param name="NextWake">When the next resting task wakes; zero when it is due; null when none rests.</param>
internal sealed record QueueView(IReadOnlyList<QueueTop> Tops, TimeSpan? NextWake);

/// <summary>The most urgent ready task of a type.</summary>
internal sealed record QueueTop(string Type, long Priority, long Id);
