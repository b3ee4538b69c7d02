using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>
/// A block header, sixteen fields in CBOR in the order below (specification, Block; lotus chain/types). Property names are those of the JSON form.
/// </summary>
public sealed record BlockHeader : ICborValue<BlockHeader>
{
    private readonly CidCache _cache = new();

    /// <summary>The miner actor that made the block.</summary>
    public required Address Miner { get; init; }

    /// <summary>The ticket; every block of a tipset has one.</summary>
    public Ticket? Ticket { get; init; }

    /// <summary>The election proof; absent in no block after genesis.</summary>
    public ElectionProof? ElectionProof { get; init; }

    /// <summary>The beacon rounds since the parent.</summary>
    public IReadOnlyList<BeaconEntry> BeaconEntries { get; init => field = value ?? []; } = [];

    /// <summary>The winning PoSt.</summary>
    public IReadOnlyList<PoStProof> WinPoStProof { get; init => field = value ?? []; } = [];

    /// <summary>The parent tipset's block CIDs in tipset order.</summary>
    public IReadOnlyList<Cid> Parents { get; init => field = value ?? []; } = [];

    /// <summary>The weight of the parent tipset, this block's own share left out.</summary>
    public required TokenAmount ParentWeight { get; init; }

    /// <summary>The epoch.</summary>
    public required ChainEpoch Height { get; init; }

    /// <summary>State after the parent tipset.</summary>
    public required Cid ParentStateRoot { get; init; }

    /// <summary>Receipts of the parent tipset's messages.</summary>
    public required Cid ParentMessageReceipts { get; init; }

    /// <summary>The block's messages.</summary>
    public required Cid Messages { get; init; }

    /// <summary>The aggregate of the BLS messages' signatures.</summary>
    public Signature? BLSAggregate { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required ulong Timestamp { get; init; }

    /// <summary>The worker's signature over the header with this field null.</summary>
    public Signature? BlockSig { get; init; }

    /// <summary>Unused by the protocol.</summary>
    public ulong ForkSignaling { get; init; }

    /// <summary>The base fee after the parent tipset.</summary>
    public required TokenAmount ParentBaseFee { get; init; }

    /// <summary>The block's CID, computed from its bytes on first use.</summary>
    [JsonIgnore]
    public Cid Cid => _cache.GetOrCompute(this);

    /// <summary>The bytes that <see cref="BlockSig"/> signs.</summary>
    public byte[] SigningBytes() => DagCbor.Encode(this with { BlockSig = null });

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(16);
        writer.WriteAddress(Miner);
        writer.WriteOptional(Ticket);
        writer.WriteOptional(ElectionProof);
        writer.WriteList(BeaconEntries);
        writer.WriteList(WinPoStProof);
        writer.WriteCids(Parents);
        ParentWeight.WriteCbor(writer);
        writer.WriteInt64(Height.Value);
        writer.WriteCid(ParentStateRoot);
        writer.WriteCid(ParentMessageReceipts);
        writer.WriteCid(Messages);
        writer.WriteOptional(BLSAggregate);
        writer.WriteUInt64(Timestamp);
        writer.WriteOptional(BlockSig);
        writer.WriteUInt64(ForkSignaling);
        ParentBaseFee.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static BlockHeader ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(16);
        return new BlockHeader
        {
            Miner = reader.ReadAddress(),
            Ticket = reader.ReadOptional<Ticket>(),
            ElectionProof = reader.ReadOptional<ElectionProof>(),
            BeaconEntries = reader.ReadList<BeaconEntry>(),
            WinPoStProof = reader.ReadList<PoStProof>(),
            Parents = reader.ReadCids(),
            ParentWeight = TokenAmount.ReadCbor(ref reader),
            Height = reader.ReadInt64(),
            ParentStateRoot = reader.ReadCid(),
            ParentMessageReceipts = reader.ReadCid(),
            Messages = reader.ReadCid(),
            BLSAggregate = reader.ReadOptional<Signature>(),
            Timestamp = reader.ReadUInt64(),
            BlockSig = reader.ReadOptional<Signature>(),
            ForkSignaling = reader.ReadUInt64(),
            ParentBaseFee = TokenAmount.ReadCbor(ref reader),
        };
    }
}
