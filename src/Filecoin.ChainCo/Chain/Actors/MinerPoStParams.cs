namespace Filecoin.ChainCo.Chain.Actors;

/// <summary>One partition of a window PoSt submission.</summary>
/// <param name="Index">The partition within the deadline.</param>
/// <param name="Skipped">Sectors skipped while proving that were not declared faulty before.</param>
public sealed record PoStPartition(ulong Index, Bitfield Skipped) : ICborValue<PoStPartition>
{
    /// <summary>Sectors skipped while proving that were not declared faulty before.</summary>
    public Bitfield Skipped { get; init => field = value ?? Bitfield.Empty; } = Skipped ?? Bitfield.Empty;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteUInt64(Index);
        Skipped.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static PoStPartition ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new PoStPartition(reader.ReadUInt64(), Bitfield.ReadCbor(ref reader));
    }
}

/// <summary>Method 5: a window PoSt for up to three partitions of the open deadline.</summary>
/// <param name="Deadline">The open deadline.</param>
/// <param name="Partitions">The partitions proven.</param>
/// <param name="Proofs">Exactly one proof, of the miner's window PoSt type.</param>
/// <param name="ChainCommitEpoch">An epoch from the challenge on, before now.</param>
/// <param name="ChainCommitRand">The ticket randomness at that epoch, tag 9, 32 bytes.</param>
public sealed record SubmitWindowedPoStParams(
    ulong Deadline, IReadOnlyList<PoStPartition> Partitions, IReadOnlyList<PoStProof> Proofs, ChainEpoch ChainCommitEpoch,
    ReadOnlyMemory<byte> ChainCommitRand) : ICborValue<SubmitWindowedPoStParams>
{
    /// <summary>The partitions proven.</summary>
    public IReadOnlyList<PoStPartition> Partitions { get; init => field = value ?? []; } = Partitions ?? [];

    /// <summary>Exactly one proof, of the miner's window PoSt type.</summary>
    public IReadOnlyList<PoStProof> Proofs { get; init => field = value ?? []; } = Proofs ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(5);
        writer.WriteUInt64(Deadline);
        writer.WriteList(Partitions);
        writer.WriteList(Proofs);
        writer.WriteInt64(ChainCommitEpoch.Value);
        writer.WriteBytes(ChainCommitRand.Span);
    }

    /// <inheritdoc/>
    public static SubmitWindowedPoStParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(5);
        return new SubmitWindowedPoStParams(
            reader.ReadUInt64(),
            reader.ReadList<PoStPartition>(),
            reader.ReadList<PoStProof>(),
            reader.ReadInt64(),
            reader.ReadBytes().ToArray());
    }
}

/// <summary>Method 24: dispute of an optimistically accepted window PoSt.</summary>
/// <param name="Deadline">The deadline, 0 to 47.</param>
/// <param name="PoStIndex">The submission within the deadline.</param>
public sealed record DisputeWindowedPoStParams(ulong Deadline, ulong PoStIndex) : ICborValue<DisputeWindowedPoStParams>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteUInt64(Deadline);
        writer.WriteUInt64(PoStIndex);
    }

    /// <inheritdoc/>
    public static DisputeWindowedPoStParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new DisputeWindowedPoStParams(reader.ReadUInt64(), reader.ReadUInt64());
    }
}

/// <summary>Sectors of one partition declared faulty.</summary>
/// <param name="Deadline">The deadline, 0 to 47.</param>
/// <param name="Partition">The partition within the deadline.</param>
/// <param name="Sectors">The faulty sectors.</param>
public sealed record FaultDeclaration(ulong Deadline, ulong Partition, Bitfield Sectors) : ICborValue<FaultDeclaration>
{
    /// <summary>The faulty sectors.</summary>
    public Bitfield Sectors { get; init => field = value ?? Bitfield.Empty; } = Sectors ?? Bitfield.Empty;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(3);
        writer.WriteUInt64(Deadline);
        writer.WriteUInt64(Partition);
        Sectors.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static FaultDeclaration ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(3);
        return new FaultDeclaration(reader.ReadUInt64(), reader.ReadUInt64(), Bitfield.ReadCbor(ref reader));
    }
}

/// <summary>Method 10.</summary>
/// <param name="Faults">One declaration a partition.</param>
public sealed record DeclareFaultsParams(IReadOnlyList<FaultDeclaration> Faults) : ICborValue<DeclareFaultsParams>
{
    /// <summary>One declaration a partition.</summary>
    public IReadOnlyList<FaultDeclaration> Faults { get; init => field = value ?? []; } = Faults ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteList(Faults);
    }

    /// <inheritdoc/>
    public static DeclareFaultsParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new DeclareFaultsParams(reader.ReadList<FaultDeclaration>());
    }
}

/// <summary>Sectors of one partition declared recovered.</summary>
/// <param name="Deadline">The deadline, 0 to 47.</param>
/// <param name="Partition">The partition within the deadline.</param>
/// <param name="Sectors">The recovered sectors.</param>
public sealed record RecoveryDeclaration(ulong Deadline, ulong Partition, Bitfield Sectors) : ICborValue<RecoveryDeclaration>
{
    /// <summary>The recovered sectors.</summary>
    public Bitfield Sectors { get; init => field = value ?? Bitfield.Empty; } = Sectors ?? Bitfield.Empty;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(3);
        writer.WriteUInt64(Deadline);
        writer.WriteUInt64(Partition);
        Sectors.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static RecoveryDeclaration ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(3);
        return new RecoveryDeclaration(reader.ReadUInt64(), reader.ReadUInt64(), Bitfield.ReadCbor(ref reader));
    }
}

/// <summary>Method 11.</summary>
/// <param name="Recoveries">One declaration a partition.</param>
public sealed record DeclareFaultsRecoveredParams(
    IReadOnlyList<RecoveryDeclaration> Recoveries) : ICborValue<DeclareFaultsRecoveredParams>
{
    /// <summary>One declaration a partition.</summary>
    public IReadOnlyList<RecoveryDeclaration> Recoveries { get; init => field = value ?? []; } = Recoveries ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteList(Recoveries);
    }

    /// <inheritdoc/>
    public static DeclareFaultsRecoveredParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new DeclareFaultsRecoveredParams(reader.ReadList<RecoveryDeclaration>());
    }
}

/// <summary>Method 19: removal of dead sectors from partitions.</summary>
/// <param name="Deadline">The deadline, 0 to 47.</param>
/// <param name="Partitions">The partitions to compact.</param>
public sealed record CompactPartitionsParams(ulong Deadline, Bitfield Partitions) : ICborValue<CompactPartitionsParams>
{
    /// <summary>The partitions to compact.</summary>
    public Bitfield Partitions { get; init => field = value ?? Bitfield.Empty; } = Partitions ?? Bitfield.Empty;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteUInt64(Deadline);
        Partitions.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static CompactPartitionsParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new CompactPartitionsParams(reader.ReadUInt64(), Bitfield.ReadCbor(ref reader));
    }
}

/// <summary>Method 13: fails unless the sector has been proven.</summary>
/// <param name="SectorNumber">The sector.</param>
public sealed record CheckSectorProvenParams(ulong SectorNumber) : ICborValue<CheckSectorProvenParams>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteUInt64(SectorNumber);
    }

    /// <inheritdoc/>
    public static CheckSectorProvenParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new CheckSectorProvenParams(reader.ReadUInt64());
    }
}

/// <summary>Method 15: two or three headers that prove a consensus fault.</summary>
/// <param name="BlockHeader1">CBOR of a header.</param>
/// <param name="BlockHeader2">CBOR of a header.</param>
/// <param name="BlockHeaderExtra">CBOR of a header, or empty.</param>
public sealed record ReportConsensusFaultParams(
    ReadOnlyMemory<byte> BlockHeader1, ReadOnlyMemory<byte> BlockHeader2, ReadOnlyMemory<byte> BlockHeaderExtra)
    : ICborValue<ReportConsensusFaultParams>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(3);
        writer.WriteBytes(BlockHeader1.Span);
        writer.WriteBytes(BlockHeader2.Span);
        writer.WriteBytes(BlockHeaderExtra.Span);
    }

    /// <inheritdoc/>
    public static ReportConsensusFaultParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(3);
        return new ReportConsensusFaultParams(reader.ReadBytes().ToArray(), reader.ReadBytes().ToArray(), reader.ReadBytes().ToArray());
    }
}
