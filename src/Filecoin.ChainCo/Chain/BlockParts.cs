namespace Filecoin.ChainCo.Chain;

/// <summary>The ticket of a block: the VRF chain that drives leader election.</summary>
/// <param name="VRFProof">A BLS signature of 96 bytes.</param>
public sealed record Ticket(ReadOnlyMemory<byte> VRFProof) : ICborValue<Ticket>
{
    /// <summary>BLAKE2b-256 of the VRF proof, the first key of block order in a tipset.</summary>
    public byte[] Digest() => Blake2b.Hash256(VRFProof.Span);

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteBytes(VRFProof.Span);
    }

    /// <inheritdoc/>
    public static Ticket ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new Ticket(reader.ReadBytes().ToArray());
    }
}

/// <summary>The proof that a miner may make a block, and how many times it won.</summary>
/// <param name="WinCount">Wins by the Poisson draw, 1 to 15 on a valid chain.</param>
/// <param name="VRFProof">A BLS signature of 96 bytes.</param>
public sealed record ElectionProof(long WinCount, ReadOnlyMemory<byte> VRFProof) : ICborValue<ElectionProof>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteInt64(WinCount);
        writer.WriteBytes(VRFProof.Span);
    }

    /// <inheritdoc/>
    public static ElectionProof ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new ElectionProof(reader.ReadInt64(), reader.ReadBytes().ToArray());
    }
}

/// <summary>One round of the drand beacon.</summary>
/// <param name="Round">The round's number.</param>
/// <param name="Data">The round's signature.</param>
public sealed record BeaconEntry(ulong Round, ReadOnlyMemory<byte> Data) : ICborValue<BeaconEntry>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteUInt64(Round);
        writer.WriteBytes(Data.Span);
    }

    /// <inheritdoc/>
    public static BeaconEntry ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new BeaconEntry(reader.ReadUInt64(), reader.ReadBytes().ToArray());
    }
}

/// <summary>A proof of spacetime with the number of its registered type.</summary>
/// <param name="Type">The actors' number of the registered PoSt proof.</param>
/// <param name="ProofBytes">The proof.</param>
public sealed record PoStProof(
    [property: System.Text.Json.Serialization.JsonPropertyName("PoStProof")] long Type, ReadOnlyMemory<byte> ProofBytes) : ICborValue<PoStProof>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteInt64(Type);
        writer.WriteBytes(ProofBytes.Span);
    }

    /// <inheritdoc/>
    public static PoStProof ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new PoStProof(reader.ReadInt64(), reader.ReadBytes().ToArray());
    }
}
