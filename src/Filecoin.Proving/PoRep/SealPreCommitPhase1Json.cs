using System.Collections.Immutable;
using System.Text.Json;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.PoRep;

/// <summary>Output of the first phase of precommit as the official JSON.</summary>
/// <remarks>
/// There are two forms. filecoin-proofs writes the bare output. filecoin-proofs-api, which Lotus and Curio call, names the registered
/// proof and puts the sector's size around the layers. The reader takes both.
/// </remarks>
public static class SealPreCommitPhase1Json
{
    private const string Document = "precommit phase 1 JSON";

    private static readonly JsonFields s_bare = new("labels", "config", "comm_d");
    private static readonly JsonFields s_api = new("labels", "config", "comm_d", "registered_proof");
    private static readonly JsonFields s_labels = new("labels", "_h");
    private static readonly JsonFields s_store = new("path", "id", "size", "rows_to_discard");

    /// <summary>Writes the output as filecoin-proofs does.</summary>
    public static void Write(Stream stream, SealPreCommitPhase1Output output)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(output);
        using var json = new Utf8JsonWriter(stream, SerdeJsonWriter.Options);
        json.WriteStartObject();
        json.WritePropertyName(s_bare[0]);
        WriteLabels(json, output.Labels);
        WriteRest(json, output);
    }

    /// <summary>Writes the output as filecoin-proofs-api does: what Lotus and Curio exchange.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="output">The output.</param>
    /// <param name="config">Names the proof; its size, version and feature must be registered with the actors.</param>
    /// <exception cref="ArgumentException">The sector size is not registered.</exception>
    public static void WriteForApi(Stream stream, SealPreCommitPhase1Output output, PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(config);
        var (proof, size) = (ApiNames.RegisteredProof(config), ApiNames.Size(config));
        using var json = new Utf8JsonWriter(stream, SerdeJsonWriter.Options);
        json.WriteStartObject();
        json.WriteString(s_api[3], proof);
        json.WriteStartObject(s_api[0]);
        json.WritePropertyName(size);
        WriteLabels(json, output.Labels);
        json.WriteEndObject();
        WriteRest(json, output);
    }

    /// <summary>Reads an output of a known kind of sector, in either form.</summary>
    /// <param name="utf8">The whole document.</param>
    /// <param name="config">The sector's configuration, which fixes the number of layers.</param>
    /// <exception cref="WireFormatException">The bytes are not such a document.</exception>
    public static SealPreCommitPhase1Output Read(ReadOnlySpan<byte> utf8, PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var reader = new SerdeJsonReader(utf8, Document);
        var fields = utf8.IndexOf("\"registered_proof\""u8) >= 0 ? s_api : s_bare;
        ImmutableArray<StoreConfig> labels = [];
        StoreConfig? treeD = null;
        Span<byte> commD = stackalloc byte[SectorSize.NodeBytes];
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(fields, ref seen, out var field))
        {
            switch (field)
            {
                case 0:
                    labels = fields == s_api ? ReadSized(ref reader, config) : ReadLabels(ref reader, config);
                    break;
                case 1:
                    treeD = ReadStore(ref reader);
                    break;
                case 2:
                    reader.FieldElement(commD);
                    break;
                default:
                    if (reader.String() is var name && name != ApiNames.RegisteredProof(config))
                        throw reader.Malformed(ApiNames.RegisteredProof(config), name);
                    break;
            }
        }

        reader.End();
        return new SealPreCommitPhase1Output(labels, treeD!, Commitment.FromBytes(commD));
    }

    private static void WriteLabels(Utf8JsonWriter json, ImmutableArray<StoreConfig> labels)
    {
        json.WriteStartObject();
        json.WriteStartArray(s_labels[0]);
        foreach (var label in labels) WriteStore(json, label);
        json.WriteEndArray();
        json.WriteNull(s_labels[1]);
        json.WriteEndObject();
    }

    private static void WriteStore(Utf8JsonWriter json, StoreConfig store)
    {
        json.WriteStartObject();
        json.WriteString(s_store[0], store.Path);
        json.WriteString(s_store[1], store.Id);
        json.WriteNumber(s_store[2], store.Size!.Value);
        json.WriteNumber(s_store[3], store.RowsToDiscard);
        json.WriteEndObject();
    }

    private static void WriteRest(Utf8JsonWriter json, SealPreCommitPhase1Output output)
    {
        json.WritePropertyName(s_bare[1]);
        WriteStore(json, output.TreeD);
        json.WriteByteArray(s_bare[2], output.CommD.Span);
        json.WriteEndObject();
    }

    private static ImmutableArray<StoreConfig> ReadSized(ref SerdeJsonReader reader, PoRepConfig config)
    {
        ImmutableArray<StoreConfig> labels = [];
        var size = new JsonFields(ApiNames.Size(config));
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(size, ref seen, out _)) labels = ReadLabels(ref reader, config);
        return labels;
    }

    private static ImmutableArray<StoreConfig> ReadLabels(ref SerdeJsonReader reader, PoRepConfig config)
    {
        var labels = ImmutableArray.CreateBuilder<StoreConfig>(config.Layers);
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_labels, ref seen, out var field))
        {
            if (field == 1)
            {
                reader.Null();
                continue;
            }

            reader.StartArray();
            for (var i = 0; i < config.Layers; i++)
            {
                reader.Element(i, config.Layers);
                labels.Add(ReadStore(ref reader));
            }

            reader.EndArray(config.Layers);
        }

        return labels.MoveToImmutable();
    }

    private static StoreConfig ReadStore(ref SerdeJsonReader reader)
    {
        string path = "", id = "";
        ulong size = 0, discarded = 0;
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_store, ref seen, out var field))
        {
            switch (field)
            {
                case 0:
                    path = reader.String();
                    break;
                case 1:
                    id = reader.String();
                    break;
                case 2:
                    size = reader.UInt64();
                    break;
                default:
                    discarded = reader.UInt64();
                    break;
            }
        }

        return new StoreConfig(path, id, size, discarded);
    }
}
