namespace Filecoin.ChainCo.Chain.Actors;

/// <summary>What a precommit says of a sector; also part of the miner state.</summary>
/// <param name="SealProof">The actors' number of the registered seal proof.</param>
/// <param name="SectorNumber">The sector.</param>
/// <param name="SealedCID">CommR.</param>
/// <param name="SealRandEpoch">The epoch of the ticket.</param>
/// <param name="DealIDs">Must be empty for sectors activated by method 34.</param>
/// <param name="Expiration">When the sector ends.</param>
/// <param name="UnsealedCid">CommD; null when the sector holds zeros only.</param>
public sealed record SectorPreCommitInfo(
    long SealProof, ulong SectorNumber, Cid SealedCID, ChainEpoch SealRandEpoch, IReadOnlyList<ulong> DealIDs,
    ChainEpoch Expiration, Cid? UnsealedCid = null) : ICborValue<SectorPreCommitInfo>
{
    /// <summary>Must be empty for sectors activated by method 34.</summary>
    public IReadOnlyList<ulong> DealIDs { get; init => field = value ?? []; } = DealIDs ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(7);
        writer.WriteInt64(SealProof);
        writer.WriteUInt64(SectorNumber);
        writer.WriteCid(SealedCID);
        writer.WriteInt64(SealRandEpoch.Value);
        writer.WriteNumbers(DealIDs);
        writer.WriteInt64(Expiration.Value);
        writer.WriteOptionalCid(UnsealedCid);
    }

    /// <inheritdoc/>
    public static SectorPreCommitInfo ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(7);
        return new SectorPreCommitInfo(
            reader.ReadInt64(),
            reader.ReadUInt64(),
            reader.ReadCid(),
            reader.ReadInt64(),
            reader.ReadNumbers(),
            reader.ReadInt64(),
            reader.ReadOptionalCid());
    }
}

/// <summary>Method 28.</summary>
/// <param name="Sectors">1 to 256 sectors.</param>
public sealed record PreCommitSectorBatch2Params(IReadOnlyList<SectorPreCommitInfo> Sectors) : ICborValue<PreCommitSectorBatch2Params>
{
    /// <summary>1 to 256 sectors.</summary>
    public IReadOnlyList<SectorPreCommitInfo> Sectors { get; init => field = value ?? []; } = Sectors ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteList(Sectors);
    }

    /// <inheritdoc/>
    public static PreCommitSectorBatch2Params ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new PreCommitSectorBatch2Params(reader.ReadList<SectorPreCommitInfo>());
    }
}

/// <summary>An allocation of the verified registry.</summary>
/// <param name="Client">The client's actor number.</param>
/// <param name="ID">The allocation's number.</param>
public sealed record VerifiedAllocationKey(ulong Client, ulong ID) : ICborValue<VerifiedAllocationKey>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteUInt64(Client);
        writer.WriteUInt64(ID);
    }

    /// <inheritdoc/>
    public static VerifiedAllocationKey ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new VerifiedAllocationKey(reader.ReadUInt64(), reader.ReadUInt64());
    }
}

/// <summary>An actor to be told about a piece.</summary>
/// <param name="Address">The actor.</param>
/// <param name="Payload">What it is told, such as a CBOR deal id.</param>
public sealed record DataActivationNotification(Address Address, ReadOnlyMemory<byte> Payload) : ICborValue<DataActivationNotification>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteAddress(Address);
        writer.WriteBytes(Payload.Span);
    }

    /// <inheritdoc/>
    public static DataActivationNotification ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new DataActivationNotification(reader.ReadAddress(), reader.ReadBytes().ToArray());
    }
}

/// <summary>A piece in an activated sector.</summary>
/// <param name="CID">CommP.</param>
/// <param name="Size">Padded bytes, a power of two.</param>
/// <param name="VerifiedAllocationKey">The allocation claimed, or null.</param>
/// <param name="Notify">Actors to be told, at most one.</param>
public sealed record PieceActivationManifest(
    Cid CID, ulong Size, VerifiedAllocationKey? VerifiedAllocationKey, IReadOnlyList<DataActivationNotification> Notify)
    : ICborValue<PieceActivationManifest>
{
    /// <summary>Actors to be told, at most one.</summary>
    public IReadOnlyList<DataActivationNotification> Notify { get; init => field = value ?? []; } = Notify ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(4);
        writer.WriteCid(CID);
        writer.WriteUInt64(Size);
        writer.WriteOptional(VerifiedAllocationKey);
        writer.WriteList(Notify);
    }

    /// <inheritdoc/>
    public static PieceActivationManifest ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(4);
        return new PieceActivationManifest(
            reader.ReadCid(),
            reader.ReadUInt64(),
            reader.ReadOptional<VerifiedAllocationKey>(),
            reader.ReadList<DataActivationNotification>());
    }
}

/// <summary>A sector to activate with its pieces; zeros fill the rest.</summary>
/// <param name="SectorNumber">The sector.</param>
/// <param name="Pieces">Its pieces in order.</param>
public sealed record SectorActivationManifest(
    ulong SectorNumber, IReadOnlyList<PieceActivationManifest> Pieces) : ICborValue<SectorActivationManifest>
{
    /// <summary>Its pieces in order.</summary>
    public IReadOnlyList<PieceActivationManifest> Pieces { get; init => field = value ?? []; } = Pieces ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteUInt64(SectorNumber);
        writer.WriteList(Pieces);
    }

    /// <inheritdoc/>
    public static SectorActivationManifest ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new SectorActivationManifest(reader.ReadUInt64(), reader.ReadList<PieceActivationManifest>());
    }
}

/// <summary>Method 34: activation of precommitted sectors. Either one proof a sector or one aggregate of 4 to 819.</summary>
/// <param name="SectorActivations">The sectors, ascending.</param>
/// <param name="SectorProofs">One proof a sector, or empty.</param>
/// <param name="AggregateProof">The aggregate, or empty.</param>
/// <param name="AggregateProofType">1 (SnarkPackV2) with an aggregate, else null.</param>
/// <param name="RequireActivationSuccess">Whether one failed sector fails the message.</param>
/// <param name="RequireNotificationSuccess">Whether one failed notification fails the message.</param>
public sealed record ProveCommitSectors3Params(
    IReadOnlyList<SectorActivationManifest> SectorActivations, IReadOnlyList<ReadOnlyMemory<byte>> SectorProofs,
    ReadOnlyMemory<byte> AggregateProof, ulong? AggregateProofType, bool RequireActivationSuccess, bool RequireNotificationSuccess)
    : ICborValue<ProveCommitSectors3Params>
{
    /// <summary>The sectors, ascending.</summary>
    public IReadOnlyList<SectorActivationManifest> SectorActivations { get; init => field = value ?? []; } = SectorActivations ?? [];

    /// <summary>One proof a sector, or empty.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> SectorProofs { get; init => field = value ?? []; } = SectorProofs ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(6);
        writer.WriteList(SectorActivations);
        writer.WriteByteStrings(SectorProofs);
        writer.WriteBytes(AggregateProof.Span);
        writer.WriteOptionalNumber(AggregateProofType);
        writer.WriteBoolean(RequireActivationSuccess);
        writer.WriteBoolean(RequireNotificationSuccess);
    }

    /// <inheritdoc/>
    public static ProveCommitSectors3Params ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(6);
        return new ProveCommitSectors3Params(
            reader.ReadList<SectorActivationManifest>(),
            reader.ReadByteStrings(),
            reader.ReadBytes().ToArray(),
            reader.ReadOptionalNumber(),
            reader.ReadBoolean(),
            reader.ReadBoolean());
    }
}

/// <summary>A sector sealed without interaction.</summary>
/// <param name="SealingNumber">The sector number in the replica id.</param>
/// <param name="SealerID">The miner's actor number.</param>
/// <param name="SealedCID">CommR.</param>
/// <param name="SectorNumber">The sector number in the state.</param>
/// <param name="SealRandEpoch">The epoch of the ticket.</param>
/// <param name="Expiration">When the sector ends.</param>
public sealed record SectorNIActivationInfo(
    ulong SealingNumber, ulong SealerID, Cid SealedCID, ulong SectorNumber, ChainEpoch SealRandEpoch, ChainEpoch Expiration)
    : ICborValue<SectorNIActivationInfo>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(6);
        writer.WriteUInt64(SealingNumber);
        writer.WriteUInt64(SealerID);
        writer.WriteCid(SealedCID);
        writer.WriteUInt64(SectorNumber);
        writer.WriteInt64(SealRandEpoch.Value);
        writer.WriteInt64(Expiration.Value);
    }

    /// <inheritdoc/>
    public static SectorNIActivationInfo ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(6);
        return new SectorNIActivationInfo(
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            reader.ReadCid(),
            reader.ReadUInt64(),
            reader.ReadInt64(),
            reader.ReadInt64());
    }
}

/// <summary>Method 36: activation of sectors sealed without interaction (FIP-0092).</summary>
/// <param name="Sectors">1 to 65 sectors.</param>
/// <param name="AggregateProof">The aggregate.</param>
/// <param name="SealProofType">The actors' number of a non-interactive seal proof.</param>
/// <param name="AggregateProofType">1 (SnarkPackV2).</param>
/// <param name="ProvingDeadline">The deadline to put the sectors in.</param>
/// <param name="RequireActivationSuccess">Whether one failed sector fails the message.</param>
public sealed record ProveCommitSectorsNIParams(
    IReadOnlyList<SectorNIActivationInfo> Sectors, ReadOnlyMemory<byte> AggregateProof, long SealProofType,
    ulong AggregateProofType, ulong ProvingDeadline, bool RequireActivationSuccess) : ICborValue<ProveCommitSectorsNIParams>
{
    /// <summary>1 to 65 sectors.</summary>
    public IReadOnlyList<SectorNIActivationInfo> Sectors { get; init => field = value ?? []; } = Sectors ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(6);
        writer.WriteList(Sectors);
        writer.WriteBytes(AggregateProof.Span);
        writer.WriteInt64(SealProofType);
        writer.WriteUInt64(AggregateProofType);
        writer.WriteUInt64(ProvingDeadline);
        writer.WriteBoolean(RequireActivationSuccess);
    }

    /// <inheritdoc/>
    public static ProveCommitSectorsNIParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(6);
        return new ProveCommitSectorsNIParams(
            reader.ReadList<SectorNIActivationInfo>(),
            reader.ReadBytes().ToArray(),
            reader.ReadInt64(),
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            reader.ReadBoolean());
    }
}

/// <summary>A sector to update with its pieces.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Deadline">The deadline, 0 to 47.</param>
/// <param name="Partition">The partition within the deadline.</param>
/// <param name="NewSealedCID">CommR after the update.</param>
/// <param name="Pieces">Its pieces in order.</param>
public sealed record SectorUpdateManifest(
    ulong Sector, ulong Deadline, ulong Partition, Cid NewSealedCID, IReadOnlyList<PieceActivationManifest> Pieces)
    : ICborValue<SectorUpdateManifest>
{
    /// <summary>Its pieces in order.</summary>
    public IReadOnlyList<PieceActivationManifest> Pieces { get; init => field = value ?? []; } = Pieces ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(5);
        writer.WriteUInt64(Sector);
        writer.WriteUInt64(Deadline);
        writer.WriteUInt64(Partition);
        writer.WriteCid(NewSealedCID);
        writer.WriteList(Pieces);
    }

    /// <inheritdoc/>
    public static SectorUpdateManifest ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(5);
        return new SectorUpdateManifest(
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            reader.ReadCid(),
            reader.ReadList<PieceActivationManifest>());
    }
}

/// <summary>Method 35: empty sector updates (FIP-0076).</summary>
/// <param name="SectorUpdates">The sectors, ascending.</param>
/// <param name="SectorProofs">One proof a sector.</param>
/// <param name="AggregateProof">Empty: not supported by the actor.</param>
/// <param name="UpdateProofsType">The actors' number of the update proof.</param>
/// <param name="AggregateProofType">Null: not supported by the actor.</param>
/// <param name="RequireActivationSuccess">Whether one failed sector fails the message.</param>
/// <param name="RequireNotificationSuccess">Whether one failed notification fails the message.</param>
public sealed record ProveReplicaUpdates3Params(
    IReadOnlyList<SectorUpdateManifest> SectorUpdates, IReadOnlyList<ReadOnlyMemory<byte>> SectorProofs,
    ReadOnlyMemory<byte> AggregateProof, long UpdateProofsType, ulong? AggregateProofType, bool RequireActivationSuccess,
    bool RequireNotificationSuccess) : ICborValue<ProveReplicaUpdates3Params>
{
    /// <summary>The sectors, ascending.</summary>
    public IReadOnlyList<SectorUpdateManifest> SectorUpdates { get; init => field = value ?? []; } = SectorUpdates ?? [];

    /// <summary>One proof a sector.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> SectorProofs { get; init => field = value ?? []; } = SectorProofs ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(7);
        writer.WriteList(SectorUpdates);
        writer.WriteByteStrings(SectorProofs);
        writer.WriteBytes(AggregateProof.Span);
        writer.WriteInt64(UpdateProofsType);
        writer.WriteOptionalNumber(AggregateProofType);
        writer.WriteBoolean(RequireActivationSuccess);
        writer.WriteBoolean(RequireNotificationSuccess);
    }

    /// <inheritdoc/>
    public static ProveReplicaUpdates3Params ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(7);
        return new ProveReplicaUpdates3Params(
            reader.ReadList<SectorUpdateManifest>(),
            reader.ReadByteStrings(),
            reader.ReadBytes().ToArray(),
            reader.ReadInt64(),
            reader.ReadOptionalNumber(),
            reader.ReadBoolean(),
            reader.ReadBoolean());
    }
}

/// <summary>Method 26, history only.</summary>
/// <param name="SectorNumbers">The sectors.</param>
/// <param name="AggregateProof">The aggregate.</param>
public sealed record ProveCommitAggregateParams(
    Bitfield SectorNumbers, ReadOnlyMemory<byte> AggregateProof) : ICborValue<ProveCommitAggregateParams>
{
    /// <summary>The sectors.</summary>
    public Bitfield SectorNumbers { get; init => field = value ?? Bitfield.Empty; } = SectorNumbers ?? Bitfield.Empty;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        SectorNumbers.WriteCbor(writer);
        writer.WriteBytes(AggregateProof.Span);
    }

    /// <inheritdoc/>
    public static ProveCommitAggregateParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new ProveCommitAggregateParams(Bitfield.ReadCbor(ref reader), reader.ReadBytes().ToArray());
    }
}

/// <summary>A member of a batch that failed.</summary>
/// <param name="Idx">Its place in the batch.</param>
/// <param name="Code">Its exit code.</param>
public sealed record FailCode(ulong Idx, long Code) : ICborValue<FailCode>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteUInt64(Idx);
        writer.WriteInt64(Code);
    }

    /// <inheritdoc/>
    public static FailCode ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new FailCode(reader.ReadUInt64(), reader.ReadInt64());
    }
}

/// <summary>What methods 34, 35 and 36 return: exit 0 can hide failed sectors.</summary>
/// <param name="SuccessCount">How many succeeded.</param>
/// <param name="FailCodes">Those that failed, ascending.</param>
public sealed record BatchReturn(ulong SuccessCount, IReadOnlyList<FailCode> FailCodes) : ICborValue<BatchReturn>
{
    /// <summary>Those that failed, ascending.</summary>
    public IReadOnlyList<FailCode> FailCodes { get; init => field = value ?? []; } = FailCodes ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteUInt64(SuccessCount);
        writer.WriteList(FailCodes);
    }

    /// <inheritdoc/>
    public static BatchReturn ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new BatchReturn(reader.ReadUInt64(), reader.ReadList<FailCode>());
    }
}
