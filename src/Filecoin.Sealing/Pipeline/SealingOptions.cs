using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Pipeline;

/// <summary>When and how sectors share a message.</summary>
public sealed record BatchOptions
{
    /// <summary>Sectors in a message at most.</summary>
    public int MaxSectors { get; init => field = Positive(value, nameof(MaxSectors)); } = 16;

    /// <summary>How long the first may wait for company.</summary>
    public TimeSpan MaxWait { get; init => field = NotNegative(value, nameof(MaxWait)); } = TimeSpan.FromHours(1);

    /// <summary>Time kept before a sector's limit (ticket, proof, deal): a message goes at once when less is left.</summary>
    public TimeSpan Slack { get; init => field = NotNegative(value, nameof(Slack)); } = TimeSpan.FromHours(6);

    /// <summary>attoFIL at most in fees for each sector.</summary>
    public TokenAmount MaxFeePerSector { get; init; } = TokenAmount.ParseFil("0.03");

    /// <summary>attoFIL at most in fees for the message itself.</summary>
    public TokenAmount MaxFeeBase { get; init; } = TokenAmount.ParseFil("0.05");

    /// <summary>attoFIL at most that one sector may lock as deposit or pledge; null for no limit.</summary>
    public TokenAmount? MaxCollateralPerSector { get; init; }

    /// <summary>The fee cap of a message with so many sectors.</summary>
    public TokenAmount MaxFee(int sectors) => MaxFeeBase + (MaxFeePerSector * sectors);

    private static int Positive(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        return value;
    }

    private static TimeSpan NotNegative(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
        return value;
    }
}

/// <summary>How a miner's sectors are sealed.</summary>
public sealed record SealingOptions
{
    /// <summary>The miner actor, an id address.</summary>
    public required Address Miner { get; init; }

    /// <summary>What kind of proof new sectors get.</summary>
    public required RegisteredSealProof Proof { get; init; }

    /// <summary>The account that pays for precommits, an owner, worker or control address; null for the miner's worker.</summary>
    public Address? PreCommitFrom { get; init; }

    /// <summary>The account that pays for commits; null for the miner's worker.</summary>
    public Address? CommitFrom { get; init; }

    /// <summary>Constants of the network. Default: mainnet.</summary>
    public NetworkPolicy Policy { get; init; } = NetworkPolicy.Mainnet;

    /// <summary>Epochs that a sector without deals lives; deals that end later lengthen it. Default: the network's minimum and a fifth.</summary>
    public long SectorLifetime
    {
        get => field > 0 ? field : Policy.MinSectorExpiration * 6 / 5;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }

    /// <summary>Epochs below the head at which the chain is read. Default: the network's confidence.</summary>
    public int Confidence
    {
        get => field >= 0 ? field : Policy.MessageConfidence;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = -1;

    /// <summary>How precommits share messages.</summary>
    public BatchOptions PreCommit { get; init; } = new() { MaxFeePerSector = TokenAmount.ParseFil("0.02"), MaxWait = TimeSpan.FromHours(4) };

    /// <summary>How proofs share messages.</summary>
    public BatchOptions Commit { get; init; } = new() { Slack = TimeSpan.FromHours(1) };

    /// <summary>When proofs are aggregated, by the <c>ISealAggregator</c> that the pipeline was made with; null for never.</summary>
    public AggregateOptions? Aggregate { get; init; }

    /// <summary>Whether deposit and pledge are taken from the miner actor's available balance before the sender's.</summary>
    public bool CollateralFromMiner { get; init; } = true;

    /// <summary>The first number that may be given out: above those of another program that sealed for the miner.</summary>
    public ulong FirstSectorNumber { get; init; }

    /// <summary>Rows that the poller takes at a time: what bounds its memory.</summary>
    public int RoundSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 256;

    /// <summary>Time between two rounds of the poller.</summary>
    public TimeSpan PollInterval
    {
        get => field > TimeSpan.Zero ? field : TimeSpan.FromTicks(Math.Min(TimeSpan.FromSeconds(5).Ticks, Policy.EpochDuration.Ticks / 2));
        init;
    }

    /// <summary>
    /// How long a task may take, waiting for a machine included, before the poller asks whether any machine still has the sector's files; it asks again
    /// as often.
    /// </summary>
    public TimeSpan LostMachineAfter
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromMinutes(30);

    /// <summary>The miner's actor number.</summary>
    /// <exception cref="ArgumentException"><see cref="Miner"/> is not an id address.</exception>
    public ulong MinerId => Miner.TryGetId(out ulong id) ? id : throw new ArgumentException($"expected the miner's id address, found {Miner}");

    /// <summary>The proof's configuration.</summary>
    public PoRepConfig Config => PoRepConfig.For(Proof);
}
