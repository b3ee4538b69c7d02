using System.Text.Json;
using Filecoin.Conformance.Tests.Groth16;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.Aggregation;

/// <summary>Three recorded sectors, their official aggregates in both versions, and a parameter directory with the recorded reference string.</summary>
public sealed class RecordedAggregate : IDisposable
{
    private readonly RecordedKeys _keys = new();
    private readonly JsonElement _json = GoldenVectors.Json("aggregate/aggregate-2k.json").RootElement;

    public RecordedAggregate()
    {
        File.Copy(GoldenVectors.PathOf(Path.Combine("aggregate", InnerProductSrs.FileName)), SrsPath);
        Sectors = [.. ((string[])["2k-v1_1", "2k-v1_1-pieces", "2k-v1_1-cc"]).Select(name =>
        {
            var meta = GoldenVectors.Meta(name);
            var info = new SealVerifyInfo(meta.ProverId, meta.Number, meta.Ticket, meta.Seed, meta.CommD, meta.CommR);
            return new SealProofClaim(info, GoldenVectors.SectorFile(name, "proof.bin"));
        })];
        Assert.Equal(_json.GetProperty("sectors").EnumerateArray().Select(s => s.GetUInt64()), Sectors.Select(s => s.Info.Number.Value));
        Assert.Equal(Texts("comm_rs"), Sectors.Select(s => Convert.ToHexStringLower(s.Info.CommR.Span)));
        Assert.Equal(Texts("seeds"), Sectors.Select(s => Convert.ToHexStringLower(s.Info.Seed.Span)));
    }

    public ParameterStore Store => _keys.Store;

    public string SrsPath => Path.Combine(_keys.Store.Options.Directory, InnerProductSrs.FileName);

    public PoRepConfig Config { get; } = GoldenVectors.Meta("2k-v1_1").Config;

    public SealProofClaim[] Sectors { get; }

    public SealVerifyInfo[] Infos => [.. Sectors.Select(sector => sector.Info)];

    public byte[] Proof(SnarkPackVersion version) => Convert.FromHexString(_json.GetProperty("aggregates").EnumerateArray()
        .Single(a => a.GetProperty("version").GetString() == (version == SnarkPackVersion.V1 ? "v1" : "v2")).GetProperty("proof").GetString()!);

    public void Dispose() => _keys.Dispose();

    private IEnumerable<string?> Texts(string name) => _json.GetProperty(name).EnumerateArray().Select(text => text.GetString());
}
