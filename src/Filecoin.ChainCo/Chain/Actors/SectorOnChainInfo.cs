using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain.Actors;

/// <summary>
/// A proven sector in the miner state; the answer of StateSectorGetInfo and StateMinerSectors.
/// CBOR: 15 fields in the order below before FIP-0100, 16 since (go-state-types v16); both are read, and written back as they were.
/// </summary>
public sealed record SectorOnChainInfo : ICborValue<SectorOnChainInfo>
{
    /// <summary>The sector.</summary>
    public required ulong SectorNumber { get; init; }

    /// <summary>The actors' number of the registered seal proof.</summary>
    public required long SealProof { get; init; }

    /// <summary>CommR.</summary>
    public required Cid SealedCID { get; init; }

    /// <summary>Deals of sectors activated before method 34.</summary>
    [JsonIgnore]
    public IReadOnlyList<ulong> DeprecatedDealIDs { get; init => field = value ?? []; } = [];

    /// <summary>When the proof was accepted.</summary>
    public required ChainEpoch Activation { get; init; }

    /// <summary>When the sector ends.</summary>
    public required ChainEpoch Expiration { get; init; }

    /// <summary>Integral of deals over the lifetime.</summary>
    public TokenAmount DealWeight { get; init; }

    /// <summary>Integral of verified deals over the lifetime.</summary>
    public TokenAmount VerifiedDealWeight { get; init; }

    /// <summary>attoFIL locked.</summary>
    public TokenAmount InitialPledge { get; init; }

    /// <summary>A day's expected reward at activation, null since FIP-0098.</summary>
    public TokenAmount? ExpectedDayReward { get; init; }

    /// <summary>Twenty days' expected reward at activation, null since FIP-0098.</summary>
    public TokenAmount? ExpectedStoragePledge { get; init; }

    /// <summary>When the power last changed.</summary>
    public ChainEpoch PowerBaseEpoch { get; init; }

    /// <summary>The day reward before the power last changed, null since FIP-0098.</summary>
    public TokenAmount? ReplacedDayReward { get; init; }

    /// <summary>CommR before the first update.</summary>
    public Cid? SectorKeyCID { get; init; }

    /// <summary>Bit 0: the power base epoch is meaningful.</summary>
    public ulong Flags { get; init; }

    /// <summary>attoFIL a day (FIP-0100); null in a record of 15 fields, which means zero.</summary>
    public TokenAmount? DailyFee { get; init; }

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(DailyFee is null ? 15 : 16);
        writer.WriteUInt64(SectorNumber);
        writer.WriteInt64(SealProof);
        writer.WriteCid(SealedCID);
        writer.WriteNumbers(DeprecatedDealIDs);
        writer.WriteInt64(Activation.Value);
        writer.WriteInt64(Expiration.Value);
        DealWeight.WriteCbor(writer);
        VerifiedDealWeight.WriteCbor(writer);
        InitialPledge.WriteCbor(writer);
        WriteOptional(writer, ExpectedDayReward);
        WriteOptional(writer, ExpectedStoragePledge);
        writer.WriteInt64(PowerBaseEpoch.Value);
        WriteOptional(writer, ReplacedDayReward);
        writer.WriteOptionalCid(SectorKeyCID);
        writer.WriteUInt64(Flags);
        DailyFee?.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static SectorOnChainInfo ReadCbor(ref DagCborReader reader)
    {
        int at = reader.Offset;
        int fields = reader.ReadArrayHeader();
        if (fields is not (15 or 16))
            throw new CborFormatException($"sector: expected 15 or 16 fields, found {fields}", at);
        return new SectorOnChainInfo
        {
            SectorNumber = reader.ReadUInt64(),
            SealProof = reader.ReadInt64(),
            SealedCID = reader.ReadCid(),
            DeprecatedDealIDs = reader.ReadNumbers(),
            Activation = reader.ReadInt64(),
            Expiration = reader.ReadInt64(),
            DealWeight = TokenAmount.ReadCbor(ref reader),
            VerifiedDealWeight = TokenAmount.ReadCbor(ref reader),
            InitialPledge = TokenAmount.ReadCbor(ref reader),
            ExpectedDayReward = ReadOptional(ref reader),
            ExpectedStoragePledge = ReadOptional(ref reader),
            PowerBaseEpoch = reader.ReadInt64(),
            ReplacedDayReward = ReadOptional(ref reader),
            SectorKeyCID = reader.ReadOptionalCid(),
            Flags = reader.ReadUInt64(),
            DailyFee = fields == 16 ? TokenAmount.ReadCbor(ref reader) : null,
        };
    }

    private static void WriteOptional(DagCborWriter writer, TokenAmount? amount)
    {
        if (amount is { } value)
            value.WriteCbor(writer);
        else
            writer.WriteNull();
    }

    private static TokenAmount? ReadOptional(ref DagCborReader reader) => reader.TryReadNull() ? null : TokenAmount.ReadCbor(ref reader);
}
