namespace Filecoin.ChainCo.Chain;

/// <summary>
/// The constants that a network fixes and every node of it shares, in epochs unless said otherwise (builtin-actors
/// <c>runtime/src/runtime/policy.rs</c>, <c>actors/miner/src/policy.rs</c>; lotus <c>build/buildconstants</c>). The defaults are those of
/// mainnet; <see cref="Development"/> makes short ones for local chains. Immutable; check with <see cref="Validate"/> what did not come from there.
/// </summary>
public sealed record NetworkPolicy
{
    private const long EpochsInDay = 2880;

    /// <summary>The constants of mainnet (builtin-actors v17).</summary>
    public static NetworkPolicy Mainnet { get; } = new();

    /// <summary>Time of an epoch. EPOCH_DURATION_SECONDS.</summary>
    public TimeSpan EpochDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Epochs after which a tipset is final. CHAIN_FINALITY; also the delay of a worker change and the bar after a consensus fault.</summary>
    public long ChainFinality { get; init; } = ChainEpoch.Finality;

    /// <summary>Epochs in which each sector is proven once. WPOST_PROVING_PERIOD; deadlines times challenge window.</summary>
    public long WPoStProvingPeriod => WPoStPeriodDeadlines * WPoStChallengeWindow;

    /// <summary>Deadlines of a proving period. WPOST_PERIOD_DEADLINES.</summary>
    public int WPoStPeriodDeadlines { get; init; } = 48;

    /// <summary>Epochs that a deadline is open. WPOST_CHALLENGE_WINDOW.</summary>
    public long WPoStChallengeWindow { get; init; } = 60;

    /// <summary>Epochs before a deadline's opening of which the challenge is drawn. WPOST_CHALLENGE_LOOKBACK.</summary>
    public long WPoStChallengeLookback { get; init; } = 20;

    /// <summary>Epochs before a deadline's opening from which faults and recoveries can no longer be declared for it. FAULT_DECLARATION_CUTOFF.</summary>
    public long FaultDeclarationCutoff { get; init; } = 70;

    /// <summary>Epochs after a deadline's close in which its proofs can be disputed. WPOST_DISPUTE_WINDOW, two finalities.</summary>
    public long WPoStDisputeWindow { get; init; } = 2 * ChainEpoch.Finality;

    /// <summary>Proving periods that a sector may be faulty before it is terminated. FAULT_MAX_AGE in periods.</summary>
    public long FaultMaxAgePeriods { get; init; } = 42;

    /// <summary>Epochs that a sector may be faulty before it is terminated. FAULT_MAX_AGE.</summary>
    public long FaultMaxAge => FaultMaxAgePeriods * WPoStProvingPeriod;

    /// <summary>Epochs from the precommit to the interactive randomness. PRE_COMMIT_CHALLENGE_DELAY.</summary>
    public long PreCommitChallengeDelay { get; init; } = 150;

    /// <summary>Epochs before the head from which a ticket is drawn, so that a reorg cannot change it (lotus <c>SealRandomnessLookback</c>, the finality).</summary>
    public long SealRandomnessLookback { get; init; } = ChainEpoch.Finality;

    /// <summary>Oldest ticket that a precommit may name. MAX_PRE_COMMIT_RANDOMNESS_LOOKBACK.</summary>
    public long MaxPreCommitRandomnessLookback { get; init; } = EpochsInDay + ChainEpoch.Finality;

    /// <summary>Epochs from the precommit's challenge to the end of time for its proof, for seal proofs of version 1.1 and synthetic ones.</summary>
    public long ProveCommitWindow { get; init; } = 30 * EpochsInDay;

    /// <summary>The same for seal proofs of version 1.0.</summary>
    public long ProveCommitWindowV1 { get; init; } = EpochsInDay;

    /// <summary>Epochs after which an unproven precommit leaves the state and its deposit is burnt. EXPIRED_PRE_COMMIT_CLEAN_UP_DELAY.</summary>
    public long ExpiredPreCommitCleanUpDelay { get; init; } = 960;

    /// <summary>Epochs that a new sector must live at least. MIN_SECTOR_EXPIRATION.</summary>
    public long MinSectorExpiration { get; init; } = 180 * EpochsInDay;

    /// <summary>Epochs from now to the latest expiration that a sector may take. MAX_SECTOR_EXPIRATION_EXTENSION (FIP-0052).</summary>
    public long MaxSectorExpirationExtension { get; init; } = 1278 * EpochsInDay;

    /// <summary>Epochs that a sector may live in all (seal_proof_sector_maximum_lifetime, five years of 365 days).</summary>
    public long MaxSectorLifetime { get; init; } = 5 * 365 * EpochsInDay;

    /// <summary>Partitions that one PoSt message may prove. POSTED_PARTITIONS_MAX.</summary>
    public int PoStedPartitionsMax { get; init; } = 3;

    /// <summary>Sectors that one message may address. ADDRESSED_SECTORS_MAX.</summary>
    public int AddressedSectorsMax { get; init; } = 25_000;

    /// <summary>Partitions that one message may declare about. ADDRESSED_PARTITIONS_MAX, also the partitions of a deadline.</summary>
    public int AddressedPartitionsMax { get; init; } = 3_000;

    /// <summary>Sectors of one precommit message (PRE_COMMIT_SECTOR_BATCH_MAX_SIZE).</summary>
    public int PreCommitBatchMax { get; init; } = 256;

    /// <summary>Fewest proofs of an aggregate. MIN_AGGREGATED_SECTORS.</summary>
    public int MinAggregatedSectors { get; init; } = 4;

    /// <summary>Most proofs of an aggregate. MAX_AGGREGATED_SECTORS.</summary>
    public int MaxAggregatedSectors { get; init; } = 819;

    /// <summary>Bytes of an aggregate at most. MAX_AGGREGATED_PROOF_SIZE.</summary>
    public int MaxAggregatedProofSize { get; init; } = 81_960;

    /// <summary>Control addresses of a miner. MAX_CONTROL_ADDRESSES.</summary>
    public int MaxControlAddresses { get; init; } = 10;

    /// <summary>Bytes of quality-adjusted power from which a miner's blocks count. MINIMUM_CONSENSUS_POWER, 10 TiB.</summary>
    public long MinimumConsensusPower { get; init; } = 10L << 40;

    /// <summary>Epochs after which a message is taken for settled (lotus <c>MessageConfidence</c>).</summary>
    public int MessageConfidence { get; init; } = 5;

    /// <summary>
    /// Constants of a chain short enough to watch: a proving period of a few deadlines of a few epochs and delays in proportion.
    /// Limits of messages stay those of mainnet, so that a program which works here counts right there.
    /// </summary>
    /// <param name="epochDuration">Time of an epoch.</param>
    /// <param name="deadlines">Deadlines of a proving period, at least 3.</param>
    /// <param name="challengeWindow">Epochs of a deadline, at least 2.</param>
    /// <param name="preCommitChallengeDelay">Epochs from precommit to seed.</param>
    /// <exception cref="NetworkPolicyException">The values do not fit each other.</exception>
    public static NetworkPolicy Development(
        TimeSpan epochDuration, int deadlines = 4, long challengeWindow = 10, long preCommitChallengeDelay = 10)
    {
        long period = deadlines * challengeWindow;
        return new NetworkPolicy
        {
            EpochDuration = epochDuration,
            ChainFinality = 20,
            WPoStPeriodDeadlines = deadlines,
            WPoStChallengeWindow = challengeWindow,
            WPoStChallengeLookback = Math.Min(2, challengeWindow),
            FaultDeclarationCutoff = Math.Min(4, challengeWindow),
            WPoStDisputeWindow = Math.Min(20, Math.Max(1, period - (2 * challengeWindow))),
            PreCommitChallengeDelay = preCommitChallengeDelay,
            SealRandomnessLookback = 10,
            MaxPreCommitRandomnessLookback = (10 * period) + 20,
            ProveCommitWindow = 30 * period,
            ProveCommitWindowV1 = period,
            ExpiredPreCommitCleanUpDelay = challengeWindow,
            MinSectorExpiration = 2 * period,
            MaxSectorExpirationExtension = 100_000 * period,
            MaxSectorLifetime = 200_000 * period,
            MinimumConsensusPower = 2 << 10,
            MessageConfidence = 2,
        }.Validate();
    }

    /// <summary>Epochs from a precommit to the last epoch of its proof, or null for proofs that take no precommit (max_prove_commit_duration).</summary>
    /// <param name="sealProof">The actors' number of the registered seal proof.</param>
    public long? MaxProveCommitDuration(long sealProof) => (sealProof % 1000 / 5) switch
    {
        0 => ProveCommitWindowV1 + PreCommitChallengeDelay,
        1 or 2 => ProveCommitWindow + PreCommitChallengeDelay,
        _ => null,
    };

    /// <summary>This record, when its values fit each other.</summary>
    /// <exception cref="NetworkPolicyException">A value is out of range or does not fit another.</exception>
    public NetworkPolicy Validate()
    {
        Require(EpochDuration > TimeSpan.Zero, nameof(EpochDuration), "longer than zero", EpochDuration);
        foreach ((string name, long value) in new (string, long)[]
        {
            (nameof(ChainFinality), ChainFinality), (nameof(WPoStDisputeWindow), WPoStDisputeWindow),
            (nameof(FaultMaxAgePeriods), FaultMaxAgePeriods), (nameof(PreCommitChallengeDelay), PreCommitChallengeDelay),
            (nameof(SealRandomnessLookback), SealRandomnessLookback), (nameof(ProveCommitWindow), ProveCommitWindow),
            (nameof(ProveCommitWindowV1), ProveCommitWindowV1), (nameof(ExpiredPreCommitCleanUpDelay), ExpiredPreCommitCleanUpDelay),
            (nameof(MinSectorExpiration), MinSectorExpiration), (nameof(PoStedPartitionsMax), PoStedPartitionsMax),
            (nameof(AddressedSectorsMax), AddressedSectorsMax), (nameof(AddressedPartitionsMax), AddressedPartitionsMax),
            (nameof(PreCommitBatchMax), PreCommitBatchMax), (nameof(MinAggregatedSectors), MinAggregatedSectors),
            (nameof(MaxAggregatedProofSize), MaxAggregatedProofSize),
            (nameof(MaxControlAddresses), MaxControlAddresses), (nameof(MinimumConsensusPower), MinimumConsensusPower),
        })
            Require(value >= 1, name, "at least 1", value);
        Require(WPoStPeriodDeadlines is >= 3 and <= 1440, nameof(WPoStPeriodDeadlines), "3 to 1440: the open one and the next take no new sectors", WPoStPeriodDeadlines);
        Require(WPoStChallengeWindow is >= 2 and <= 100_000, nameof(WPoStChallengeWindow), "2 to 100000", WPoStChallengeWindow);
        Require(WPoStChallengeLookback is >= 1 && WPoStChallengeLookback <= WPoStProvingPeriod, nameof(WPoStChallengeLookback), $"1 to the proving period of {WPoStProvingPeriod}", WPoStChallengeLookback);
        Require(FaultDeclarationCutoff >= WPoStChallengeLookback && FaultDeclarationCutoff < WPoStProvingPeriod, nameof(FaultDeclarationCutoff),
            $"the challenge lookback of {WPoStChallengeLookback} to less than the proving period of {WPoStProvingPeriod}", FaultDeclarationCutoff);
        Require(WPoStDisputeWindow < WPoStProvingPeriod, nameof(WPoStDisputeWindow), $"less than the proving period of {WPoStProvingPeriod}", WPoStDisputeWindow);
        Require(MaxPreCommitRandomnessLookback >= SealRandomnessLookback, nameof(MaxPreCommitRandomnessLookback),
            $"at least the lookback of {SealRandomnessLookback}", MaxPreCommitRandomnessLookback);
        Require(MaxSectorExpirationExtension >= MinSectorExpiration, nameof(MaxSectorExpirationExtension),
            $"at least the minimum of {MinSectorExpiration}", MaxSectorExpirationExtension);
        Require(MaxSectorLifetime >= MaxSectorExpirationExtension, nameof(MaxSectorLifetime), $"at least {MaxSectorExpirationExtension}", MaxSectorLifetime);
        Require(MaxAggregatedSectors >= MinAggregatedSectors, nameof(MaxAggregatedSectors), $"at least {MinAggregatedSectors}", MaxAggregatedSectors);
        Require(MessageConfidence >= 0, nameof(MessageConfidence), "at least 0", MessageConfidence);
        return this;
    }

    private static void Require(bool holds, string name, string expected, object found)
    {
        if (!holds)
            throw new NetworkPolicyException($"network policy: expected {name} {expected}, found {found}");
    }
}

/// <summary>Constants of a network that do not fit each other.</summary>
/// <param name="message">What was expected and what came.</param>
public sealed class NetworkPolicyException(string message) : ArgumentException(message);
