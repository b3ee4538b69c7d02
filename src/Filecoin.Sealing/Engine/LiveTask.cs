namespace Filecoin.Sealing.Engine;

/// <summary>A live task as operators see it. Times are the database's.</summary>
public sealed record LiveTask
{
    /// <summary>Unique for ever.</summary>
    public required long Id { get; init; }

    /// <summary>Its type's name.</summary>
    public required string Type { get; init; }

    /// <summary>What it is about.</summary>
    public required string Subject { get; init; }

    /// <summary>What was given with it.</summary>
    public required string Payload { get; init; }

    /// <summary>Higher goes first.</summary>
    public required long Priority { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>Runs that failed.</summary>
    public required long Attempts { get; init; }

    /// <summary>Machines that were lost under it.</summary>
    public required long Losses { get; init; }

    /// <summary>Who runs it; null when nobody does.</summary>
    public string? Machine { get; init; }

    /// <summary>Since when it runs.</summary>
    public DateTimeOffset? ClaimedAt { get; init; }

    /// <summary>For how long it rests still; null when it runs or is ready.</summary>
    public TimeSpan? Rests { get; init; }

    /// <summary>What its run reported last.</summary>
    public string? Note { get; init; }

    /// <summary>Why it went back into the queue the last time.</summary>
    public string? Reason { get; init; }
}

/// <summary>How many tasks of a type there are.</summary>
/// <param name="Type">The type's name.</param>
/// <param name="Running">Claimed by machines.</param>
/// <param name="Ready">Waiting for a machine.</param>
/// <param name="Resting">Waiting for their time.</param>
public sealed record TaskCounts(string Type, long Running, long Ready, long Resting);

/// <summary>A run that ended. Times are the database's.</summary>
/// <param name="TaskId">Which task.</param>
/// <param name="Type">Its type's name.</param>
/// <param name="Subject">What it was about.</param>
/// <param name="Machine">Who ran it.</param>
/// <param name="Outcome"><c>done</c>, <c>failed</c>, <c>gave up</c>, <c>released</c> or <c>lost</c>.</param>
/// <param name="Reason">Why it was not done.</param>
/// <param name="AddedAt">When the task was added.</param>
/// <param name="ClaimedAt">When the run was claimed.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record TaskHistoryEntry(
    long TaskId, string Type, string Subject, string Machine, string Outcome, string? Reason, DateTimeOffset AddedAt, DateTimeOffset ClaimedAt, DateTimeOffset EndedAt);
