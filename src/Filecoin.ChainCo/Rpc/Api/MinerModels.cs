using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;

namespace Filecoin.ChainCo.Rpc.Api;

/// <summary>What StateMinerInfo answers.</summary>
public sealed record MinerInfo
{
    /// <summary>The owner, f0.</summary>
    public required Address Owner { get; init; }

    /// <summary>The worker, f0.</summary>
    public required Address Worker { get; init; }

    /// <summary>The worker to come; undefined when none waits.</summary>
    public Address NewWorker { get; init; }

    /// <summary>Control addresses, f0.</summary>
    public IReadOnlyList<Address> ControlAddresses { get; init => field = value ?? []; } = [];

    /// <summary>From when the new worker counts; -1 when none waits.</summary>
    public ChainEpoch WorkerChangeEpoch { get; init; }

    /// <summary>The libp2p peer id, or null.</summary>
    public string? PeerId { get; init; }

    /// <summary>Binary multiaddresses.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Multiaddrs { get; init => field = value ?? []; } = [];

    /// <summary>The actors' number of the window PoSt type.</summary>
    public required long WindowPoStProofType { get; init; }

    /// <summary>Bytes.</summary>
    public required ulong SectorSize { get; init; }

    /// <summary>Sectors in a partition.</summary>
    public required ulong WindowPoStPartitionSectors { get; init; }

    /// <summary>Until when a consensus fault bars the miner; -1 for never.</summary>
    public ChainEpoch ConsensusFaultElapsed { get; init; }

    /// <summary>An owner change that waits.</summary>
    public Address? PendingOwnerAddress { get; init; }

    /// <summary>Who gets withdrawals.</summary>
    public Address Beneficiary { get; init; }

    /// <summary>What the beneficiary may withdraw.</summary>
    public BeneficiaryTerm? BeneficiaryTerm { get; init; }

    /// <summary>A beneficiary change that waits.</summary>
    public PendingBeneficiaryChange? PendingBeneficiaryTerm { get; init; }
}

/// <summary>What StateMinerProvingDeadline answers.</summary>
/// <param name="CurrentEpoch">The epoch asked about.</param>
/// <param name="PeriodStart">The proving period's first epoch.</param>
/// <param name="Index">The deadline, 0 to 47.</param>
/// <param name="Open">First epoch for proofs.</param>
/// <param name="Close">First epoch too late for proofs.</param>
/// <param name="Challenge">The epoch of the challenge randomness.</param>
/// <param name="FaultCutoff">First epoch too late for declarations.</param>
/// <param name="WPoStPeriodDeadlines">48.</param>
/// <param name="WPoStProvingPeriod">2880 on mainnet.</param>
/// <param name="WPoStChallengeWindow">60 on mainnet.</param>
/// <param name="WPoStChallengeLookback">20.</param>
/// <param name="FaultDeclarationCutoff">70.</param>
public sealed record DeadlineInfo(
    ChainEpoch CurrentEpoch, ChainEpoch PeriodStart, ulong Index, ChainEpoch Open, ChainEpoch Close, ChainEpoch Challenge, ChainEpoch FaultCutoff,
    ulong WPoStPeriodDeadlines, ChainEpoch WPoStProvingPeriod, ChainEpoch WPoStChallengeWindow, ChainEpoch WPoStChallengeLookback,
    ChainEpoch FaultDeclarationCutoff);

/// <summary>A deadline as StateMinerDeadlines lists it.</summary>
/// <param name="PostSubmissions">Partitions proven in the current window.</param>
/// <param name="DisputableProofCount">Proofs that can be disputed.</param>
/// <param name="DailyFee">attoFIL a day.</param>
public sealed record MinerDeadline(Bitfield PostSubmissions, ulong DisputableProofCount, TokenAmount DailyFee = default);

/// <summary>A partition as StateMinerPartitions lists it.</summary>
/// <param name="AllSectors">All, dead ones too.</param>
/// <param name="FaultySectors">Faulty.</param>
/// <param name="RecoveringSectors">Faulty and declared recovered.</param>
/// <param name="LiveSectors">Not terminated.</param>
/// <param name="ActiveSectors">Live and neither faulty nor unproven.</param>
public sealed record MinerPartition(Bitfield AllSectors, Bitfield FaultySectors, Bitfield RecoveringSectors, Bitfield LiveSectors, Bitfield ActiveSectors);

/// <summary>Where a sector is proven.</summary>
/// <param name="Deadline">The deadline.</param>
/// <param name="Partition">The partition within it.</param>
public sealed record SectorLocation(ulong Deadline, ulong Partition);

/// <summary>Power in bytes.</summary>
/// <param name="RawBytePower">Raw.</param>
/// <param name="QualityAdjPower">Quality-adjusted.</param>
public sealed record PowerClaim(TokenAmount RawBytePower, TokenAmount QualityAdjPower);

/// <summary>What StateMinerPower answers.</summary>
/// <param name="MinerPower">The miner's.</param>
/// <param name="TotalPower">The network's.</param>
/// <param name="HasMinPower">Whether the miner is above the minimum.</param>
public sealed record MinerPowerInfo(PowerClaim MinerPower, PowerClaim TotalPower, bool HasMinPower);

/// <summary>A sector to prove for a winning PoSt.</summary>
/// <param name="SealProof">The actors' number of the seal proof.</param>
/// <param name="SectorNumber">The sector.</param>
/// <param name="SealedCID">CommR.</param>
/// <param name="SectorKey">CommR before the first update, or null.</param>
public sealed record ExtendedSectorInfo(long SealProof, ulong SectorNumber, Cid SealedCID, Cid? SectorKey = null);

/// <summary>What MinerGetBaseInfo answers.</summary>
public sealed record MiningBaseInfo
{
    /// <summary>The miner's quality-adjusted power.</summary>
    public TokenAmount MinerPower { get; init; }

    /// <summary>The network's quality-adjusted power.</summary>
    public TokenAmount NetworkPower { get; init; }

    /// <summary>The sectors to prove.</summary>
    public IReadOnlyList<ExtendedSectorInfo> Sectors { get; init => field = value ?? []; } = [];

    /// <summary>The worker's key address.</summary>
    public required Address WorkerKey { get; init; }

    /// <summary>Bytes.</summary>
    public ulong SectorSize { get; init; }

    /// <summary>The last beacon entry of the base.</summary>
    public required BeaconEntry PrevBeaconEntry { get; init; }

    /// <summary>Beacon entries for the new block.</summary>
    public IReadOnlyList<BeaconEntry> BeaconEntries { get; init => field = value ?? []; } = [];

    /// <summary>Whether the miner may mine.</summary>
    public bool EligibleForMining { get; init; }
}

/// <summary>What MinerCreateBlock makes a block of.</summary>
/// <param name="Miner">The miner.</param>
/// <param name="Parents">The base.</param>
/// <param name="Ticket">The ticket.</param>
/// <param name="Eproof">The election proof.</param>
/// <param name="BeaconValues">Beacon entries.</param>
/// <param name="Messages">The messages.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Timestamp">Seconds since 1970.</param>
/// <param name="WinningPoStProof">The winning PoSt.</param>
public sealed record BlockTemplate(
    Address Miner, TipSetKey Parents, Ticket Ticket, ElectionProof Eproof, IReadOnlyList<BeaconEntry> BeaconValues,
    IReadOnlyList<SignedMessage> Messages, ChainEpoch Epoch, ulong Timestamp, IReadOnlyList<PoStProof> WinningPoStProof);

/// <summary>A block with the CIDs of its messages, as SyncSubmitBlock takes it.</summary>
/// <param name="Header">The header.</param>
/// <param name="BlsMessages">BLS messages.</param>
/// <param name="SecpkMessages">All other messages.</param>
public sealed record BlockMessage(BlockHeader Header, IReadOnlyList<Cid> BlsMessages, IReadOnlyList<Cid> SecpkMessages);
