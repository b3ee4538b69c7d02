namespace Filecoin.ChainCo.Chain.Actors;

/// <summary>A new expiration for sectors of one partition.</summary>
/// <param name="Deadline">The deadline, 0 to 47.</param>
/// <param name="Partition">The partition within the deadline.</param>
/// <param name="Sectors">The sectors.</param>
/// <param name="NewExpiration">The new expiration.</param>
public sealed record ExpirationExtension(
    ulong Deadline, ulong Partition, Bitfield Sectors, ChainEpoch NewExpiration) : ICborValue<ExpirationExtension>
{
    /// <summary>The sectors.</summary>
    public Bitfield Sectors { get; init => field = value ?? Bitfield.Empty; } = Sectors ?? Bitfield.Empty;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(4);
        writer.WriteUInt64(Deadline);
        writer.WriteUInt64(Partition);
        Sectors.WriteCbor(writer);
        writer.WriteInt64(NewExpiration.Value);
    }

    /// <inheritdoc/>
    public static ExpirationExtension ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(4);
        return new ExpirationExtension(reader.ReadUInt64(), reader.ReadUInt64(), Bitfield.ReadCbor(ref reader), reader.ReadInt64());
    }
}

/// <summary>Method 8: sectors without claims.</summary>
/// <param name="Extensions">One entry a partition and expiration.</param>
public sealed record ExtendSectorExpirationParams(
    IReadOnlyList<ExpirationExtension> Extensions) : ICborValue<ExtendSectorExpirationParams>
{
    /// <summary>One entry a partition and expiration.</summary>
    public IReadOnlyList<ExpirationExtension> Extensions { get; init => field = value ?? []; } = Extensions ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteList(Extensions);
    }

    /// <inheritdoc/>
    public static ExtendSectorExpirationParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new ExtendSectorExpirationParams(reader.ReadList<ExpirationExtension>());
    }
}

/// <summary>Which verified claims a sector keeps when it is extended.</summary>
/// <param name="SectorNumber">The sector.</param>
/// <param name="MaintainClaims">Claims kept.</param>
/// <param name="DropClaims">Claims dropped.</param>
public sealed record SectorClaim(
    ulong SectorNumber, IReadOnlyList<ulong> MaintainClaims, IReadOnlyList<ulong> DropClaims) : ICborValue<SectorClaim>
{
    /// <summary>Claims kept.</summary>
    public IReadOnlyList<ulong> MaintainClaims { get; init => field = value ?? []; } = MaintainClaims ?? [];

    /// <summary>Claims dropped.</summary>
    public IReadOnlyList<ulong> DropClaims { get; init => field = value ?? []; } = DropClaims ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(3);
        writer.WriteUInt64(SectorNumber);
        writer.WriteNumbers(MaintainClaims);
        writer.WriteNumbers(DropClaims);
    }

    /// <inheritdoc/>
    public static SectorClaim ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(3);
        return new SectorClaim(reader.ReadUInt64(), reader.ReadNumbers(), reader.ReadNumbers());
    }
}

/// <summary>A new expiration for sectors of one partition, with claims.</summary>
/// <param name="Deadline">The deadline, 0 to 47.</param>
/// <param name="Partition">The partition within the deadline.</param>
/// <param name="Sectors">Sectors without claims.</param>
/// <param name="SectorsWithClaims">Sectors with claims.</param>
/// <param name="NewExpiration">The new expiration.</param>
public sealed record ExpirationExtension2(
    ulong Deadline, ulong Partition, Bitfield Sectors, IReadOnlyList<SectorClaim> SectorsWithClaims, ChainEpoch NewExpiration)
    : ICborValue<ExpirationExtension2>
{
    /// <summary>Sectors without claims.</summary>
    public Bitfield Sectors { get; init => field = value ?? Bitfield.Empty; } = Sectors ?? Bitfield.Empty;

    /// <summary>Sectors with claims.</summary>
    public IReadOnlyList<SectorClaim> SectorsWithClaims { get; init => field = value ?? []; } = SectorsWithClaims ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(5);
        writer.WriteUInt64(Deadline);
        writer.WriteUInt64(Partition);
        Sectors.WriteCbor(writer);
        writer.WriteList(SectorsWithClaims);
        writer.WriteInt64(NewExpiration.Value);
    }

    /// <inheritdoc/>
    public static ExpirationExtension2 ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(5);
        return new ExpirationExtension2(
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            Bitfield.ReadCbor(ref reader),
            reader.ReadList<SectorClaim>(),
            reader.ReadInt64());
    }
}

/// <summary>Method 32.</summary>
/// <param name="Extensions">One entry a partition and expiration.</param>
public sealed record ExtendSectorExpiration2Params(
    IReadOnlyList<ExpirationExtension2> Extensions) : ICborValue<ExtendSectorExpiration2Params>
{
    /// <summary>One entry a partition and expiration.</summary>
    public IReadOnlyList<ExpirationExtension2> Extensions { get; init => field = value ?? []; } = Extensions ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteList(Extensions);
    }

    /// <inheritdoc/>
    public static ExtendSectorExpiration2Params ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new ExtendSectorExpiration2Params(reader.ReadList<ExpirationExtension2>());
    }
}

/// <summary>Sectors of one partition to end.</summary>
/// <param name="Deadline">The deadline, 0 to 47.</param>
/// <param name="Partition">The partition within the deadline.</param>
/// <param name="Sectors">The sectors.</param>
public sealed record TerminationDeclaration(ulong Deadline, ulong Partition, Bitfield Sectors) : ICborValue<TerminationDeclaration>
{
    /// <summary>The sectors.</summary>
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
    public static TerminationDeclaration ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(3);
        return new TerminationDeclaration(reader.ReadUInt64(), reader.ReadUInt64(), Bitfield.ReadCbor(ref reader));
    }
}

/// <summary>Method 9.</summary>
/// <param name="Terminations">One declaration a partition.</param>
public sealed record TerminateSectorsParams(IReadOnlyList<TerminationDeclaration> Terminations) : ICborValue<TerminateSectorsParams>
{
    /// <summary>One declaration a partition.</summary>
    public IReadOnlyList<TerminationDeclaration> Terminations { get; init => field = value ?? []; } = Terminations ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteList(Terminations);
    }

    /// <inheritdoc/>
    public static TerminateSectorsParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new TerminateSectorsParams(reader.ReadList<TerminationDeclaration>());
    }
}

/// <summary>What method 9 returns.</summary>
/// <param name="Done">False when more calls are needed to work off the terminations.</param>
public sealed record TerminateSectorsReturn(bool Done) : ICborValue<TerminateSectorsReturn>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteBoolean(Done);
    }

    /// <inheritdoc/>
    public static TerminateSectorsReturn ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new TerminateSectorsReturn(reader.ReadBoolean());
    }
}

/// <summary>Method 20: numbers never to be used.</summary>
/// <param name="MaskSectorNumbers">The numbers.</param>
public sealed record CompactSectorNumbersParams(Bitfield MaskSectorNumbers) : ICborValue<CompactSectorNumbersParams>
{
    /// <summary>The numbers.</summary>
    public Bitfield MaskSectorNumbers { get; init => field = value ?? Bitfield.Empty; } = MaskSectorNumbers ?? Bitfield.Empty;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        MaskSectorNumbers.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static CompactSectorNumbersParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new CompactSectorNumbersParams(Bitfield.ReadCbor(ref reader));
    }
}

/// <summary>Method 3.</summary>
/// <param name="NewWorker">The new worker.</param>
/// <param name="NewControlAddrs">All control addresses from now on.</param>
public sealed record ChangeWorkerAddressParams(
    Address NewWorker, IReadOnlyList<Address> NewControlAddrs) : ICborValue<ChangeWorkerAddressParams>
{
    /// <summary>All control addresses from now on.</summary>
    public IReadOnlyList<Address> NewControlAddrs { get; init => field = value ?? []; } = NewControlAddrs ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteAddress(NewWorker);
        writer.WriteAddresses(NewControlAddrs);
    }

    /// <inheritdoc/>
    public static ChangeWorkerAddressParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new ChangeWorkerAddressParams(reader.ReadAddress(), reader.ReadAddresses());
    }
}

/// <summary>Method 4.</summary>
/// <param name="NewID">The libp2p peer id.</param>
public sealed record ChangePeerIdParams(ReadOnlyMemory<byte> NewID) : ICborValue<ChangePeerIdParams>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteBytes(NewID.Span);
    }

    /// <inheritdoc/>
    public static ChangePeerIdParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new ChangePeerIdParams(reader.ReadBytes().ToArray());
    }
}

/// <summary>Method 18.</summary>
/// <param name="NewMultiaddrs">All multiaddresses from now on, binary.</param>
public sealed record ChangeMultiaddrsParams(IReadOnlyList<ReadOnlyMemory<byte>> NewMultiaddrs) : ICborValue<ChangeMultiaddrsParams>
{
    /// <summary>All multiaddresses from now on, binary.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> NewMultiaddrs { get; init => field = value ?? []; } = NewMultiaddrs ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteByteStrings(NewMultiaddrs);
    }

    /// <inheritdoc/>
    public static ChangeMultiaddrsParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new ChangeMultiaddrsParams(reader.ReadByteStrings());
    }
}

/// <summary>Method 16.</summary>
/// <param name="AmountRequested">attoFIL at most.</param>
public sealed record WithdrawBalanceParams(TokenAmount AmountRequested) : ICborValue<WithdrawBalanceParams>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        AmountRequested.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static WithdrawBalanceParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new WithdrawBalanceParams(TokenAmount.ReadCbor(ref reader));
    }
}

/// <summary>Method 30.</summary>
/// <param name="NewBeneficiary">The beneficiary proposed.</param>
/// <param name="NewQuota">attoFIL it may withdraw.</param>
/// <param name="NewExpiration">Until when.</param>
public sealed record ChangeBeneficiaryParams(
    Address NewBeneficiary, TokenAmount NewQuota, ChainEpoch NewExpiration) : ICborValue<ChangeBeneficiaryParams>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(3);
        writer.WriteAddress(NewBeneficiary);
        NewQuota.WriteCbor(writer);
        writer.WriteInt64(NewExpiration.Value);
    }

    /// <inheritdoc/>
    public static ChangeBeneficiaryParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(3);
        return new ChangeBeneficiaryParams(reader.ReadAddress(), TokenAmount.ReadCbor(ref reader), reader.ReadInt64());
    }
}
