namespace Filecoin.ChainCo.Chain.Actors;

/// <summary>Storage power in bytes.</summary>
/// <param name="Raw">Raw bytes.</param>
/// <param name="QA">Quality-adjusted bytes.</param>
public sealed record PowerPair(TokenAmount Raw, TokenAmount QA) : ICborValue<PowerPair>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        Raw.WriteCbor(writer);
        QA.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static PowerPair ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new PowerPair(TokenAmount.ReadCbor(ref reader), TokenAmount.ReadCbor(ref reader));
    }
}

/// <summary>A worker change that waits.</summary>
/// <param name="NewWorker">The worker to come.</param>
/// <param name="EffectiveAt">From when.</param>
public sealed record WorkerKeyChange(Address NewWorker, ChainEpoch EffectiveAt) : ICborValue<WorkerKeyChange>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteAddress(NewWorker);
        writer.WriteInt64(EffectiveAt.Value);
    }

    /// <inheritdoc/>
    public static WorkerKeyChange ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new WorkerKeyChange(reader.ReadAddress(), reader.ReadInt64());
    }
}

/// <summary>What the beneficiary may withdraw.</summary>
/// <param name="Quota">attoFIL in all.</param>
/// <param name="UsedQuota">attoFIL withdrawn.</param>
/// <param name="Expiration">Until when.</param>
public sealed record BeneficiaryTerm(TokenAmount Quota, TokenAmount UsedQuota, ChainEpoch Expiration) : ICborValue<BeneficiaryTerm>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(3);
        Quota.WriteCbor(writer);
        UsedQuota.WriteCbor(writer);
        writer.WriteInt64(Expiration.Value);
    }

    /// <inheritdoc/>
    public static BeneficiaryTerm ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(3);
        return new BeneficiaryTerm(TokenAmount.ReadCbor(ref reader), TokenAmount.ReadCbor(ref reader), reader.ReadInt64());
    }
}

/// <summary>A beneficiary change that waits for approval.</summary>
/// <param name="NewBeneficiary">Who.</param>
/// <param name="NewQuota">attoFIL.</param>
/// <param name="NewExpiration">Until when.</param>
/// <param name="ApprovedByBeneficiary">Whether the old one agreed.</param>
/// <param name="ApprovedByNominee">Whether the new one agreed.</param>
public sealed record PendingBeneficiaryChange(
    Address NewBeneficiary, TokenAmount NewQuota, ChainEpoch NewExpiration, bool ApprovedByBeneficiary, bool ApprovedByNominee)
    : ICborValue<PendingBeneficiaryChange>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(5);
        writer.WriteAddress(NewBeneficiary);
        NewQuota.WriteCbor(writer);
        writer.WriteInt64(NewExpiration.Value);
        writer.WriteBoolean(ApprovedByBeneficiary);
        writer.WriteBoolean(ApprovedByNominee);
    }

    /// <inheritdoc/>
    public static PendingBeneficiaryChange ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(5);
        return new PendingBeneficiaryChange(
            reader.ReadAddress(),
            TokenAmount.ReadCbor(ref reader),
            reader.ReadInt64(),
            reader.ReadBoolean(),
            reader.ReadBoolean());
    }
}

/// <summary>The info record of the miner actor's state.</summary>
/// <param name="Owner">The owner, f0.</param>
/// <param name="Worker">The worker, f0.</param>
/// <param name="ControlAddresses">Control addresses, f0.</param>
/// <param name="PendingWorkerKey">A worker change that waits.</param>
/// <param name="PeerId">The libp2p peer id.</param>
/// <param name="Multiaddrs">Binary multiaddresses.</param>
/// <param name="WindowPoStProofType">The actors' number of the window PoSt type.</param>
/// <param name="SectorSize">Bytes.</param>
/// <param name="WindowPoStPartitionSectors">Sectors in a partition.</param>
/// <param name="ConsensusFaultElapsed">Until when a consensus fault bars the miner.</param>
/// <param name="PendingOwnerAddress">An owner change that waits.</param>
/// <param name="Beneficiary">Who gets withdrawals.</param>
/// <param name="BeneficiaryTerm">What it may withdraw.</param>
/// <param name="PendingBeneficiaryTerm">A change that waits.</param>
public sealed record MinerInfoState(
    Address Owner, Address Worker, IReadOnlyList<Address> ControlAddresses, WorkerKeyChange? PendingWorkerKey,
    ReadOnlyMemory<byte> PeerId, IReadOnlyList<ReadOnlyMemory<byte>> Multiaddrs, long WindowPoStProofType, ulong SectorSize,
    ulong WindowPoStPartitionSectors, ChainEpoch ConsensusFaultElapsed, Address? PendingOwnerAddress, Address Beneficiary,
    BeneficiaryTerm BeneficiaryTerm, PendingBeneficiaryChange? PendingBeneficiaryTerm) : ICborValue<MinerInfoState>
{
    /// <summary>Control addresses, f0.</summary>
    public IReadOnlyList<Address> ControlAddresses { get; init => field = value ?? []; } = ControlAddresses ?? [];

    /// <summary>Binary multiaddresses.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Multiaddrs { get; init => field = value ?? []; } = Multiaddrs ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(14);
        writer.WriteAddress(Owner);
        writer.WriteAddress(Worker);
        writer.WriteAddresses(ControlAddresses);
        writer.WriteOptional(PendingWorkerKey);
        writer.WriteBytes(PeerId.Span);
        writer.WriteByteStrings(Multiaddrs);
        writer.WriteInt64(WindowPoStProofType);
        writer.WriteUInt64(SectorSize);
        writer.WriteUInt64(WindowPoStPartitionSectors);
        writer.WriteInt64(ConsensusFaultElapsed.Value);
        writer.WriteOptionalAddress(PendingOwnerAddress);
        writer.WriteAddress(Beneficiary);
        BeneficiaryTerm.WriteCbor(writer);
        writer.WriteOptional(PendingBeneficiaryTerm);
    }

    /// <inheritdoc/>
    public static MinerInfoState ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(14);
        return new MinerInfoState(
            reader.ReadAddress(),
            reader.ReadAddress(),
            reader.ReadAddresses(),
            reader.ReadOptional<WorkerKeyChange>(),
            reader.ReadBytes().ToArray(),
            reader.ReadByteStrings(),
            reader.ReadInt64(),
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            reader.ReadInt64(),
            reader.ReadOptionalAddress(),
            reader.ReadAddress(),
            BeneficiaryTerm.ReadCbor(ref reader),
            reader.ReadOptional<PendingBeneficiaryChange>());
    }
}

/// <summary>A precommitted sector in the miner state; the answer of StateSectorPreCommitInfo.</summary>
/// <param name="Info">What was precommitted.</param>
/// <param name="PreCommitDeposit">attoFIL locked.</param>
/// <param name="PreCommitEpoch">When.</param>
public sealed record SectorPreCommitOnChainInfo(
    SectorPreCommitInfo Info, TokenAmount PreCommitDeposit, ChainEpoch PreCommitEpoch) : ICborValue<SectorPreCommitOnChainInfo>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(3);
        Info.WriteCbor(writer);
        PreCommitDeposit.WriteCbor(writer);
        writer.WriteInt64(PreCommitEpoch.Value);
    }

    /// <inheritdoc/>
    public static SectorPreCommitOnChainInfo ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(3);
        return new SectorPreCommitOnChainInfo(
            SectorPreCommitInfo.ReadCbor(ref reader),
            TokenAmount.ReadCbor(ref reader),
            reader.ReadInt64());
    }
}

/// <summary>A partition in the miner state.</summary>
/// <param name="Sectors">All sectors, dead ones too.</param>
/// <param name="Unproven">Not proven yet.</param>
/// <param name="Faults">Faulty.</param>
/// <param name="Recoveries">Faulty and declared recovered.</param>
/// <param name="Terminated">Ended.</param>
/// <param name="ExpirationsEpochs">AMT of expiration sets by epoch.</param>
/// <param name="EarlyTerminated">AMT of bitfields by epoch.</param>
/// <param name="LivePower">Power not terminated.</param>
/// <param name="UnprovenPower">Power never proven.</param>
/// <param name="FaultyPower">Faulty power.</param>
/// <param name="RecoveringPower">Recovering power.</param>
public sealed record PartitionState(
    Bitfield Sectors, Bitfield Unproven, Bitfield Faults, Bitfield Recoveries, Bitfield Terminated, Cid ExpirationsEpochs,
    Cid EarlyTerminated, PowerPair LivePower, PowerPair UnprovenPower, PowerPair FaultyPower, PowerPair RecoveringPower)
    : ICborValue<PartitionState>
{
    /// <summary>All sectors, dead ones too.</summary>
    public Bitfield Sectors { get; init => field = value ?? Bitfield.Empty; } = Sectors ?? Bitfield.Empty;

    /// <summary>Not proven yet.</summary>
    public Bitfield Unproven { get; init => field = value ?? Bitfield.Empty; } = Unproven ?? Bitfield.Empty;

    /// <summary>Faulty.</summary>
    public Bitfield Faults { get; init => field = value ?? Bitfield.Empty; } = Faults ?? Bitfield.Empty;

    /// <summary>Faulty and declared recovered.</summary>
    public Bitfield Recoveries { get; init => field = value ?? Bitfield.Empty; } = Recoveries ?? Bitfield.Empty;

    /// <summary>Ended.</summary>
    public Bitfield Terminated { get; init => field = value ?? Bitfield.Empty; } = Terminated ?? Bitfield.Empty;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(11);
        Sectors.WriteCbor(writer);
        Unproven.WriteCbor(writer);
        Faults.WriteCbor(writer);
        Recoveries.WriteCbor(writer);
        Terminated.WriteCbor(writer);
        writer.WriteCid(ExpirationsEpochs);
        writer.WriteCid(EarlyTerminated);
        LivePower.WriteCbor(writer);
        UnprovenPower.WriteCbor(writer);
        FaultyPower.WriteCbor(writer);
        RecoveringPower.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static PartitionState ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(11);
        return new PartitionState(
            Bitfield.ReadCbor(ref reader),
            Bitfield.ReadCbor(ref reader),
            Bitfield.ReadCbor(ref reader),
            Bitfield.ReadCbor(ref reader),
            Bitfield.ReadCbor(ref reader),
            reader.ReadCid(),
            reader.ReadCid(),
            PowerPair.ReadCbor(ref reader),
            PowerPair.ReadCbor(ref reader),
            PowerPair.ReadCbor(ref reader),
            PowerPair.ReadCbor(ref reader));
    }
}

/// <summary>A deadline in the miner state (actors v16 on).</summary>
/// <param name="Partitions">AMT of partitions.</param>
/// <param name="ExpirationsEpochs">AMT of partition bitfields by epoch.</param>
/// <param name="PartitionsPoSted">Partitions proven in the current window.</param>
/// <param name="EarlyTerminations">Partitions with early terminations.</param>
/// <param name="LiveSectors">Sectors not terminated.</param>
/// <param name="TotalSectors">All sectors.</param>
/// <param name="FaultyPower">Faulty power.</param>
/// <param name="OptimisticPoStSubmissions">AMT of proofs of the current window.</param>
/// <param name="SectorsSnapshot">Sectors at the end of the last window.</param>
/// <param name="PartitionsSnapshot">Partitions at the end of the last window.</param>
/// <param name="OptimisticPoStSubmissionsSnapshot">Proofs at the end of the last window.</param>
/// <param name="LivePower">Power not terminated.</param>
/// <param name="DailyFee">attoFIL a day (FIP-0100).</param>
public sealed record DeadlineState(
    Cid Partitions, Cid ExpirationsEpochs, Bitfield PartitionsPoSted, Bitfield EarlyTerminations, ulong LiveSectors,
    ulong TotalSectors, PowerPair FaultyPower, Cid OptimisticPoStSubmissions, Cid SectorsSnapshot, Cid PartitionsSnapshot,
    Cid OptimisticPoStSubmissionsSnapshot, PowerPair LivePower, TokenAmount DailyFee) : ICborValue<DeadlineState>
{
    /// <summary>Partitions proven in the current window.</summary>
    public Bitfield PartitionsPoSted { get; init => field = value ?? Bitfield.Empty; } = PartitionsPoSted ?? Bitfield.Empty;

    /// <summary>Partitions with early terminations.</summary>
    public Bitfield EarlyTerminations { get; init => field = value ?? Bitfield.Empty; } = EarlyTerminations ?? Bitfield.Empty;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(13);
        writer.WriteCid(Partitions);
        writer.WriteCid(ExpirationsEpochs);
        PartitionsPoSted.WriteCbor(writer);
        EarlyTerminations.WriteCbor(writer);
        writer.WriteUInt64(LiveSectors);
        writer.WriteUInt64(TotalSectors);
        FaultyPower.WriteCbor(writer);
        writer.WriteCid(OptimisticPoStSubmissions);
        writer.WriteCid(SectorsSnapshot);
        writer.WriteCid(PartitionsSnapshot);
        writer.WriteCid(OptimisticPoStSubmissionsSnapshot);
        LivePower.WriteCbor(writer);
        DailyFee.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static DeadlineState ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(13);
        return new DeadlineState(
            reader.ReadCid(),
            reader.ReadCid(),
            Bitfield.ReadCbor(ref reader),
            Bitfield.ReadCbor(ref reader),
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            PowerPair.ReadCbor(ref reader),
            reader.ReadCid(),
            reader.ReadCid(),
            reader.ReadCid(),
            reader.ReadCid(),
            PowerPair.ReadCbor(ref reader),
            TokenAmount.ReadCbor(ref reader));
    }
}
