using System.Collections.Immutable;
using System.Text.Json;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.PoRep;

/// <summary>C1 output as the official JSON, which is what provers hand to a machine that makes the SNARK.</summary>
/// <remarks>
/// There are two forms. filecoin-proofs writes the bare output. filecoin-proofs-api, which Lotus and Curio call, puts the registered proof
/// first and names the sector's size around the vanilla proofs. The reader takes both.
/// </remarks>
public static class SealCommitPhase1Json
{
    private const string Document = "C1 JSON";

    /// <summary>Digits, separators and indentation that a byte of the proof may cost in the text.</summary>
    private const int MostCharactersPerByte = 64;

    private static readonly JsonFields s_bare = new("vanilla_proofs", "comm_r", "comm_d", "replica_id", "seed", "ticket");
    private static readonly JsonFields s_api = new("vanilla_proofs", "comm_r", "comm_d", "replica_id", "seed", "ticket", "registered_proof");

    /// <summary>Writes the output as filecoin-proofs does.</summary>
    public static void Write(Stream stream, SealCommitPhase1Output output)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(output);
        using var json = new Utf8JsonWriter(stream, SerdeJsonWriter.Options);
        json.WriteStartObject();
        json.WritePropertyName(s_bare[0]);
        WriteProofs(json, output);
        WriteRest(json, output);
    }

    /// <summary>Writes the output as filecoin-proofs-api does: what Lotus and Curio exchange.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="output">The output.</param>
    /// <param name="config">Names the proof; its size, version and feature must be registered with the actors.</param>
    /// <exception cref="ArgumentException">The sector size is not registered.</exception>
    public static void WriteForApi(Stream stream, SealCommitPhase1Output output, PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(config);
        var (proof, size) = (ApiNames.RegisteredProof(config), ApiNames.Size(config));
        using var json = new Utf8JsonWriter(stream, SerdeJsonWriter.Options);
        json.WriteStartObject();
        json.WriteString(s_api[6], proof);
        json.WriteStartObject(s_api[0]);
        json.WritePropertyName(size);
        WriteProofs(json, output);
        json.WriteEndObject();
        WriteRest(json, output);
    }

    /// <summary>Reads an output of a known kind of sector, in either form.</summary>
    /// <param name="utf8">The whole document.</param>
    /// <param name="config">The registered proof, which fixes every length in the document.</param>
    /// <exception cref="WireFormatException">The bytes are not such a document.</exception>
    public static SealCommitPhase1Output Read(ReadOnlySpan<byte> utf8, PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shape = new VanillaProofShape(config);
        var reader = new SerdeJsonReader(utf8, Document);
        var fields = IsApiForm(utf8) ? s_api : s_bare;
        var proofs = ImmutableArray<ImmutableArray<ChallengeProof>>.Empty;
        Commitment commR = default, commD = default, replicaId = default;
        Span<byte> seed = stackalloc byte[32], ticket = stackalloc byte[32];
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(fields, ref seen, out var field))
        {
            switch (field)
            {
                case 0:
                    proofs = fields == s_api ? ReadSized(ref reader, shape, config) : ReadProofs(ref reader, shape);
                    break;
                case 1:
                    commR = reader.FieldElementNode();
                    break;
                case 2:
                    commD = reader.FieldElementNode();
                    break;
                case 3:
                    replicaId = reader.FieldElementNode();
                    break;
                case 4:
                    reader.Bytes(seed);
                    break;
                case 5:
                    reader.Bytes(ticket);
                    break;
                default:
                    if (reader.String() is var name && name != ApiNames.RegisteredProof(config))
                        throw reader.Malformed(ApiNames.RegisteredProof(config), name);
                    break;
            }
        }

        reader.End();
        return new()
        {
            VanillaProofs = proofs,
            CommR = commR,
            CommD = commD,
            ReplicaId = ReplicaId.FromBytes(replicaId.Span),
            Seed = Seed.FromBytes(seed),
            Ticket = Ticket.FromBytes(ticket),
        };
    }

    /// <summary>Reads an output of a known kind of sector, in either form, to the stream's end.</summary>
    /// <exception cref="WireFormatException">The bytes are not such a document.</exception>
    public static SealCommitPhase1Output Read(Stream stream, PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(config);
        var limit = (long)MostCharactersPerByte * new VanillaProofShape(config).BincodeLength;
        return Read(BoundedInput.ReadToEnd(stream, limit, Document).Span, config);
    }

    private static void WriteProofs(Utf8JsonWriter json, SealCommitPhase1Output output)
    {
        json.WriteStartArray();
        foreach (var partition in output.VanillaProofs)
        {
            json.WriteStartArray();
            foreach (var proof in partition)
            {
                VanillaProofJson.Write(json, proof);
                json.Flush();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteRest(Utf8JsonWriter json, SealCommitPhase1Output output)
    {
        json.WriteNode(s_bare[1], output.CommR);
        json.WriteNode(s_bare[2], output.CommD);
        json.WriteByteArray(s_bare[3], output.ReplicaId.Span);
        json.WriteByteArray(s_bare[4], output.Seed.Span);
        json.WriteByteArray(s_bare[5], output.Ticket.Span);
        json.WriteEndObject();
    }

    /// <summary>serde writes the registered proof first; a document that has been through another tool may have it anywhere at the top.</summary>
    private static bool IsApiForm(ReadOnlySpan<byte> utf8) => utf8.IndexOf("\"registered_proof\""u8) >= 0;

    private static ImmutableArray<ImmutableArray<ChallengeProof>> ReadSized(ref SerdeJsonReader reader, VanillaProofShape shape, PoRepConfig config)
    {
        var proofs = ImmutableArray<ImmutableArray<ChallengeProof>>.Empty;
        var size = new JsonFields(ApiNames.Size(config));
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(size, ref seen, out _))
            proofs = ReadProofs(ref reader, shape);
        return proofs;
    }

    private static ImmutableArray<ImmutableArray<ChallengeProof>> ReadProofs(ref SerdeJsonReader reader, VanillaProofShape shape)
    {
        var partitions = ImmutableArray.CreateBuilder<ImmutableArray<ChallengeProof>>(shape.Partitions);
        reader.StartArray();
        for (var k = 0; k < shape.Partitions; k++)
        {
            reader.Element(k, shape.Partitions);
            partitions.Add(ReadPartition(ref reader, shape));
        }

        reader.EndArray(shape.Partitions);
        return partitions.MoveToImmutable();
    }

    private static ImmutableArray<ChallengeProof> ReadPartition(ref SerdeJsonReader reader, VanillaProofShape shape)
    {
        var proofs = ImmutableArray.CreateBuilder<ChallengeProof>(shape.ChallengesPerPartition);
        reader.StartArray();
        for (var i = 0; i < shape.ChallengesPerPartition; i++)
        {
            reader.Element(i, shape.ChallengesPerPartition);
            proofs.Add(VanillaProofJson.Read(ref reader, shape));
        }

        reader.EndArray(shape.ChallengesPerPartition);
        return proofs.MoveToImmutable();
    }
}
