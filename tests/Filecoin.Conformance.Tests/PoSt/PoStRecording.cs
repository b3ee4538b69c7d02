using System.Text;
using System.Text.Json;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.PoSt;

/// <summary>A recorded PoSt in the library's types.</summary>
internal sealed class PoStRecording
{
    public PoStRecording(string name, PoStKind kind, ApiVersion version)
    {
        Json = GoldenVectors.Json($"post/{name}.json").RootElement;
        Config = PoStConfig.Create(kind, SectorSize.KiB2, version);
        var sectors = Json.GetProperty("sectors").EnumerateArray().Zip(
            Json.GetProperty("comm_rs").EnumerateArray(), (s, c) => new PoStSector(new(s.GetUInt64()), Commitment.Parse(c.GetString()!)));
        Inputs = new(PoStRandomness.Parse(Json.GetProperty("randomness").GetString()!), [.. sectors]);
        Vanilla = [.. Json.GetProperty("vanilla").EnumerateArray()];
        Proofs = Array.ConvertAll(Vanilla, v => SectorProofJson.Read(Encoding.UTF8.GetBytes(v.GetRawText()), Config));
    }

    /// <summary>The recordings, with the kind and version they were made with.</summary>
    public static TheoryData<string, PoStKind, ApiVersion> All => new()
    {
        { "window-2k-1partition", PoStKind.Window, ApiVersion.V1_1 },
        { "window-2k-2partitions", PoStKind.Window, ApiVersion.V1_1 },
        { "window-2k-v1_2-padded", PoStKind.Window, ApiVersion.V1_2 },
        { "winning-2k", PoStKind.Winning, ApiVersion.V1_1 },
    };

    public JsonElement Json { get; }

    public PoStConfig Config { get; }

    public PoStPublicInputs Inputs { get; }

    /// <summary>The vanilla proofs as recorded.</summary>
    public JsonElement[] Vanilla { get; }

    public SectorProof[] Proofs { get; }
}
