using System.Text.Json;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests;

/// <summary>A recorded sector's meta.json in the library's types.</summary>
internal sealed class SectorMeta(JsonElement json)
{
    public JsonElement Json { get; } = json;

    public SectorSize Size => SectorSize.FromBytes(Json.GetProperty("sector_size").GetInt64());

    public SectorNumber Number => new(Json.GetProperty("sector_number").GetUInt64());

    public ApiVersion ApiVersion => ApiVersionText.ParseVersion(Json.GetProperty("api_version").GetString()!);

    public PoRepFeature Feature =>
        Json.GetProperty("api_features").EnumerateArray().Select(f => ApiVersionText.ParseFeature(f.GetString()!)).SingleOrDefault();

    public PorepId PorepId => PorepId.Parse(Text("porep_id"));

    public ProverId ProverId => ProverId.Parse(Text("prover_id"));

    public Ticket Ticket => Ticket.Parse(Text("ticket"));

    public Seed Seed => Seed.Parse(Text("seed"));

    public Commitment CommD => Commitment.Parse(Text("comm_d"));

    public Commitment CommR => Commitment.Parse(Text("comm_r"));

    /// <summary>As recorded: an array of numbers.</summary>
    public ReplicaId ReplicaId => ReplicaId.FromBytes([.. Json.GetProperty("replica_id").EnumerateArray().Select(b => b.GetByte())]);

    /// <summary>The configuration of version, feature and the recorded PoRep id.</summary>
    public PoRepConfig Config => PoRepConfig.Create(Size, ApiVersion, Feature, PorepId);

    /// <summary>Unpadded size, label of the derived bytes (null: zeros) and CommP of each piece.</summary>
    public IEnumerable<(long UnpaddedSize, ulong? DataLabel, Commitment CommP)> Pieces => Json.GetProperty("pieces").EnumerateArray()
        .Select(p => (
            p.GetProperty("unpadded_size").GetInt64(),
            p.TryGetProperty("data_label_k", out var k) && k.ValueKind == JsonValueKind.Number ? k.GetUInt64() : (ulong?)null,
            Commitment.Parse(p.GetProperty("comm_p").GetString()!)));

    private string Text(string property) => Json.GetProperty(property).GetString()!;
}
