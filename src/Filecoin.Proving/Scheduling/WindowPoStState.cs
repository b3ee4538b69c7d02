using Filecoin.ChainCo.Chain;

namespace Filecoin.Proving.Scheduling;

/// <summary>Where a partition is in its window.</summary>
public enum PartitionPhase
{
    /// <summary>Not begun: the challenge is not settled, or the next head will try again.</summary>
    Waiting,

    /// <summary>No sector of it is to be proven.</summary>
    Nothing,

    /// <summary>Vanilla proofs are being read.</summary>
    Reading,

    /// <summary>The SNARK waits for a prover or is being made; see the pool's state for where.</summary>
    Proving,

    /// <summary>The proof is on disk, its message not sent.</summary>
    Proven,

    /// <summary>The message is on its way.</summary>
    Submitted,

    /// <summary>The chain shows it as proven.</summary>
    OnChain,

    /// <summary>The window closed without its proof.</summary>
    Missed,
}

/// <summary>A partition in a window.</summary>
public sealed record PartitionState
{
    /// <summary>The miner.</summary>
    public required Address Miner { get; init; }

    /// <summary>The window.</summary>
    public required ProvingWindow Window { get; init; }

    /// <summary>The partition within the deadline.</summary>
    public required ulong Partition { get; init; }

    /// <summary>Where it is.</summary>
    public required PartitionPhase Phase { get; init; }

    /// <summary>Epochs until the window closes.</summary>
    public required long EpochsLeft { get; init; }

    /// <summary>
    /// What is left of the window once what is still to do has taken as long as the slowest of the last partitions did, and the message an epoch; negative
    /// when it will be late. Null when nothing is to be done any more, or nothing was proven yet to go by.
    /// </summary>
    public TimeSpan? Slack { get; init; }

    /// <summary>Sectors to prove.</summary>
    public required ulong Sectors { get; init; }

    /// <summary>Sectors whose vanilla proofs are read.</summary>
    public int Read { get; init; }

    /// <summary>Sectors that could not be read.</summary>
    public IReadOnlyList<Vanilla.SkippedSector> Skipped { get; init; } = [];

    /// <summary>The pool's job, while there is one.</summary>
    public string? Job { get; init; }

    /// <summary>Its message's name at the sender.</summary>
    public string? Message { get; init; }

    /// <summary>How often it was begun.</summary>
    public int Attempts { get; init; }

    /// <summary>What went wrong last, if anything did.</summary>
    public string? Error { get; init; }
}

/// <summary>What was found on looking at a deadline's sectors ahead of it.</summary>
/// <param name="Miner">The miner.</param>
/// <param name="Window">The window to come.</param>
/// <param name="Checked">Sectors looked at.</param>
/// <param name="Unreadable">Those that could not be read.</param>
/// <param name="Recovered">Faulty ones that could be read again.</param>
/// <param name="IsLooking">Whether a look is under way; the figures are those of the one before.</param>
public sealed record SectorCheckState(
    Address Miner, ProvingWindow Window, int Checked, IReadOnlyList<Vanilla.SkippedSector> Unreadable, IReadOnlyList<ulong> Recovered, bool IsLooking);

/// <summary>The proving cycle at one moment.</summary>
/// <param name="IsWriter">Whether this hub holds the right to write.</param>
/// <param name="Head">The head last worked on, or null.</param>
/// <param name="Partitions">The partitions of windows that are open or being prepared, and of the last ones closed.</param>
/// <param name="Checks">The last look ahead at each deadline.</param>
/// <param name="Error">What the last head failed with, if it did.</param>
public sealed record WindowPoStState(
    bool IsWriter, ChainPoint? Head, IReadOnlyList<PartitionState> Partitions, IReadOnlyList<SectorCheckState> Checks, string? Error);
