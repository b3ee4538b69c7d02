using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.PoSt;

/// <summary>A sector's vanilla proof as serde's JSON of the same structure.</summary>
public static class SectorProofJson
{
    private const string Document = "PoSt vanilla proof JSON";

    private static readonly JsonFields s_proof = new("sector_id", "comm_r", "vanilla_proof");
    private static readonly JsonFields s_sectors = new("sectors");
    private static readonly JsonFields s_sector = new("inclusion_proofs", "comm_c", "comm_r_last");

    /// <summary>The proof's JSON in UTF-8.</summary>
    public static byte[] Write(SectorProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var buffer = new ArrayBufferWriter<byte>(1 << 14);
        using (var json = new Utf8JsonWriter(buffer, SerdeJsonWriter.Options))
        {
            json.WriteStartObject();
            json.WriteNumber(s_proof[0], proof.Sector.Value);
            json.WriteNode(s_proof[1], proof.CommR);
            json.WriteStartObject(s_proof[2]);
            json.WriteStartArray(s_sectors[0]);
            json.WriteStartObject();
            json.WriteStartArray(s_sector[0]);
            foreach (var inclusion in proof.Inclusions)
                json.WriteMerkleProof(null, inclusion);
            json.WriteEndArray();
            json.WriteNode(s_sector[1], proof.CommC);
            json.WriteNode(s_sector[2], proof.CommRLast);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a proof of a known kind.</summary>
    /// <param name="utf8">The whole document.</param>
    /// <param name="config">The registered proof, which fixes every length.</param>
    /// <exception cref="WireFormatException">The bytes are not such a proof.</exception>
    public static SectorProof Read(ReadOnlySpan<byte> utf8, PoStConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var reader = new SerdeJsonReader(utf8, Document);
        var proof = new SectorProof { Sector = default, CommR = default, CommC = default, CommRLast = default, Inclusions = [] };
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_proof, ref seen, out var field))
        {
            proof = field switch
            {
                0 => proof with { Sector = new(reader.UInt64()) },
                1 => proof with { CommR = reader.FieldElementNode() },
                _ => Sectors(ref reader, config, proof),
            };
        }

        reader.End();
        return proof;
    }

    private static SectorProof Sectors(ref SerdeJsonReader reader, PoStConfig config, SectorProof proof)
    {
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_sectors, ref seen, out _))
        {
            reader.StartArray();
            reader.Element(0, 1);
            proof = Sector(ref reader, config, proof);
            reader.EndArray(1);
        }

        return proof;
    }

    private static SectorProof Sector(ref SerdeJsonReader reader, PoStConfig config, SectorProof proof)
    {
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_sector, ref seen, out var field))
        {
            proof = field switch
            {
                0 => proof with { Inclusions = Inclusions(ref reader, config) },
                1 => proof with { CommC = reader.FieldElementNode() },
                _ => proof with { CommRLast = reader.FieldElementNode() },
            };
        }

        return proof;
    }

    private static ImmutableArray<MerkleProof> Inclusions(ref SerdeJsonReader reader, PoStConfig config)
    {
        var (count, shape) = (config.ChallengesPerSector, MerkleProofShape.Replica(config.SectorSize));
        var inclusions = ImmutableArray.CreateBuilder<MerkleProof>(count);
        reader.StartArray();
        for (var i = 0; i < count; i++)
        {
            reader.Element(i, count);
            inclusions.Add(reader.MerkleProof(shape));
        }

        reader.EndArray(count);
        return inclusions.MoveToImmutable();
    }
}
