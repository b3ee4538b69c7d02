using System.Buffers;
using System.Collections.Immutable;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.PoSt;

/// <summary>
/// A sector's vanilla proof in the official bytes: what Lotus and Curio pass between the machine that stores a sector and the one that
/// makes the SNARK (filecoin-proofs-api <c>generate_single_vanilla_proof</c>).
/// </summary>
public static class SectorProofBincode
{
    private const string Document = "PoSt vanilla proof";

    /// <summary>The proof's bytes.</summary>
    public static byte[] Write(SectorProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var buffer = new ArrayBufferWriter<byte>(1 << 12);
        var writer = new BincodeWriter(buffer);
        writer.UInt64(proof.Sector.Value);
        writer.Node(proof.CommR);
        writer.Length(1);
        writer.Length(proof.Inclusions.Length);
        foreach (var inclusion in proof.Inclusions)
            writer.Write(inclusion);
        writer.Node(proof.CommC);
        writer.Node(proof.CommRLast);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a proof of a known kind.</summary>
    /// <param name="bytes">The whole proof; nothing may follow it.</param>
    /// <param name="config">The registered proof, which fixes every length.</param>
    /// <exception cref="WireFormatException">The bytes are not such a proof.</exception>
    public static SectorProof Read(ReadOnlySpan<byte> bytes, PoStConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shape = MerkleProofShape.Replica(config.SectorSize);
        var reader = new BincodeReader(bytes, Document);
        var sector = new SectorNumber(reader.UInt64("sector_id"));
        var commR = reader.FieldElement("comm_r");
        reader.Length(1, "vanilla_proof.sectors");
        reader.Length(config.ChallengesPerSector, "vanilla_proof.sectors[0].inclusion_proofs");
        var inclusions = ImmutableArray.CreateBuilder<MerkleProof>(config.ChallengesPerSector);
        for (var i = 0; i < config.ChallengesPerSector; i++)
            inclusions.Add(reader.MerkleProof(shape, $"vanilla_proof.sectors[0].inclusion_proofs[{i}]"));
        var commC = reader.FieldElement("vanilla_proof.sectors[0].comm_c");
        var commRLast = reader.FieldElement("vanilla_proof.sectors[0].comm_r_last");
        reader.End();
        return new() { Sector = sector, CommR = commR, CommC = commC, CommRLast = commRLast, Inclusions = inclusions.MoveToImmutable() };
    }

    /// <summary>Bytes of a proof of a kind.</summary>
    public static int Length(PoStConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return (3 * 8) + (3 * 32) + (config.ChallengesPerSector * MerkleProofShape.Replica(config.SectorSize).BincodeLength);
    }
}
