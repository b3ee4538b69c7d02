using Filecoin.ChainCo.Chain;

namespace Filecoin.Proving.Mining;

/// <summary>For whom and when blocks are made.</summary>
public sealed record WinningPoStOptions
{
    /// <summary>The miners, f0 addresses.</summary>
    public required IReadOnlyList<Address> Miners { get; init; }

    /// <summary>Time of an epoch.</summary>
    public TimeSpan EpochDuration { get; init; } = NetworkPolicy.Mainnet.EpochDuration;

    /// <summary>How long after an epoch's beginning its blocks are waited for before one is made on top of them (lotus <c>PropagationDelaySecs</c>).</summary>
    public TimeSpan PropagationDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after the base was chosen it is looked at again, so that blocks of equivocating miners fall out of it (FIP-0075 and lotus <c>EquivocationDelaySecs</c>).</summary>
    public TimeSpan EquivocationDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the vanilla proof may take.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long to wait after a call that failed before the epoch is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Rounds that the state tells of.</summary>
    public int RoundsKept { get; init; } = 100;

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public WinningPoStOptions Validate()
    {
        ArgumentNullException.ThrowIfNull(Miners);
        if (Miners.Count == 0 || Miners.Any(miner => !miner.TryGetId(out _)) || Miners.Distinct().Count() != Miners.Count)
            throw new ArgumentException($"Expected different f0 addresses of miners, found [{string.Join(", ", Miners)}].", nameof(Miners));
        foreach (TimeSpan interval in new[] { EpochDuration, ReadTimeout, RetryDelay })
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(PropagationDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(EquivocationDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(PropagationDelay, EpochDuration);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RoundsKept);
        return this;
    }
}

/// <summary>How a miner's epoch ended.</summary>
public enum MiningOutcome
{
    /// <summary>The miner has no power, or is barred.</summary>
    NotEligible,

    /// <summary>The draw did not win.</summary>
    NotWon,

    /// <summary>A block was published before the next epoch's propagation time.</summary>
    Published,

    /// <summary>A block was published, but so late that others built without it.</summary>
    PublishedLate,

    /// <summary>The draw won and the block would have been a consensus fault, or another hub published one.</summary>
    Withheld,

    /// <summary>Something failed until the epoch was over.</summary>
    Failed,
}

/// <summary>One epoch of one miner.</summary>
public sealed record MiningRound
{
    /// <summary>The miner.</summary>
    public required Address Miner { get; init; }

    /// <summary>The epoch.</summary>
    public required ChainEpoch Epoch { get; init; }

    /// <summary>The parents.</summary>
    public required TipSetKey Parents { get; init; }

    /// <summary>Epochs without a block between the parents and this one.</summary>
    public required long NullRounds { get; init; }

    /// <summary>How it ended.</summary>
    public required MiningOutcome Outcome { get; init; }

    /// <summary>Wins of the draw.</summary>
    public int WinCount { get; init; }

    /// <summary>The block, if one was made.</summary>
    public Cid? Block { get; init; }

    /// <summary>From the base's information to the block.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>How long after its timestamp the block was published; zero when in time.</summary>
    public TimeSpan Late { get; init; }

    /// <summary>Why not, in words.</summary>
    public string? Error { get; init; }
}

/// <summary>A miner's rounds since the start.</summary>
/// <param name="Miner">The miner.</param>
/// <param name="Eligible">Epochs in which it could draw.</param>
/// <param name="Won">Epochs in which the draw won.</param>
/// <param name="Published">Blocks published.</param>
/// <param name="Late">Of those, the late ones.</param>
/// <param name="Lost">Epochs that were won without a block coming of it.</param>
public sealed record MiningTally(Address Miner, long Eligible, long Won, long Published, long Late, long Lost);

/// <summary>Mining at one moment.</summary>
/// <param name="Tallies">Each miner's.</param>
/// <param name="Rounds">The last rounds, the newest last.</param>
public sealed record MiningState(IReadOnlyList<MiningTally> Tallies, IReadOnlyList<MiningRound> Rounds);
