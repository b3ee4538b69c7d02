using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Pipeline;

/// <summary>A sector in a list.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Proof">Its seal proof.</param>
/// <param name="Stage">Its stage.</param>
/// <param name="State">What it does there.</param>
/// <param name="Attempt">Failed runs of this stage so far.</param>
/// <param name="Created">When it was begun, by the database's clock.</param>
/// <param name="Changed">When its row last changed.</param>
/// <param name="Progress">How far the running task is, in words.</param>
/// <param name="Machine">Which machine works on it.</param>
/// <param name="Reason">What went wrong last, or what it waits for.</param>
/// <param name="Command">What an operator can do about it: <c>sectors retry 7</c>.</param>
public sealed record SectorSummary(
    SectorId Sector, RegisteredSealProof Proof, SealStage Stage, SectorState State, long Attempt, DateTimeOffset Created, DateTimeOffset Changed,
    string? Progress, string? Machine, string? Reason, string? Command);

/// <summary>A run of a stage in a sector's history.</summary>
/// <param name="Run">Counts a sector's runs from 1.</param>
/// <param name="Stage">The stage.</param>
/// <param name="Attempt">1 for the first.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Machine">Who ran it; null for what the hub did itself.</param>
/// <param name="Started">When it began.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="Fault">Why it failed.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Result">What it left, as JSON.</param>
/// <param name="Void">Whether a step back voided it.</param>
public sealed record StageRun(
    long Run, SealStage Stage, long Attempt, StageOutcome Outcome, string? Machine, DateTimeOffset Started, DateTimeOffset? Ended, StageFault? Fault,
    string? Reason, string? Result, bool Void);

/// <summary>All that is known of a sector.</summary>
/// <param name="Summary">Where it is.</param>
/// <param name="Pieces">Its data; empty for committed capacity.</param>
/// <param name="CommD">Commitment of the data.</param>
/// <param name="CommR">Commitment of the replica, once it is sealed.</param>
/// <param name="Ticket">The ticket, once it is drawn.</param>
/// <param name="Seed">The seed, once it is drawn.</param>
/// <param name="Proof">The proof, once it is made.</param>
/// <param name="History">Every run of every stage, the oldest first.</param>
public sealed record SectorDetails(
    SectorSummary Summary, IReadOnlyList<SectorPiece> Pieces, Commitment CommD, Commitment? CommR, SdrResult? Ticket, SeedResult? Seed,
    ReadOnlyMemory<byte>? Proof, IReadOnlyList<StageRun> History);

/// <summary>Which sectors a list shows.</summary>
public sealed record SectorFilter
{
    /// <summary>Only these states; empty for all but <see cref="SectorState.Removed"/>.</summary>
    public IReadOnlyList<SectorState> States { get; init; } = [];

    /// <summary>Only this stage.</summary>
    public SealStage? Stage { get; init; }

    /// <summary>Only numbers above this one: the next page.</summary>
    public ulong? After { get; init; }

    /// <summary>Sectors at most.</summary>
    public int Limit { get; init; } = 1000;
}

/// <summary>How many sectors are where.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="State">The state.</param>
/// <param name="Sectors">How many.</param>
public sealed record StageCount(SealStage Stage, SectorState State, long Sectors);

/// <summary>An operation on a sector that is not there, or not where it must be.</summary>
/// <param name="message">What was expected and found.</param>
public sealed class SectorStateException(string message) : InvalidOperationException(message);
