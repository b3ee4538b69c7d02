using Filecoin.Proving.PoRep;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Conformance.Tests.PoRep;

/// <summary>C1 of the recorded sectors, from their files, equals the recorded output byte for byte.</summary>
public sealed class SealCommitPhase1Tests
{
    public static TheoryData<string> SectorsWithFiles => [.. GoldenVectors.Sectors.Cast<object[]>().Select(row => (string)row[0]).Where(name => name != "8m-v1_1")];

    [Theory, MemberData(nameof(SectorsWithFiles))]
    public void C1_is_the_recorded_output(string name)
    {
        using var sector = GoldenVectors.Extract(name);
        Assert.Equal(File.ReadAllBytes(sector.Path("c1.json")), Prove(sector));
    }

    [Fact]
    public void Synthetic_proofs_are_stored_as_recorded_and_outlive_layers_and_trees()
    {
        using var sector = GoldenVectors.Extract("2k-v1_2-synth");
        var path = Path.Combine(sector.Cache, CacheFiles.SyntheticProofs);
        var recorded = File.ReadAllBytes(path);
        File.Delete(path);

        var meta = sector.Meta;
        var done = 0L;
        SyntheticProofs.Generate(meta.Config, Files(sector), Inputs(meta), progress: new Latest(count => done = Math.Max(done, count)));
        Assert.Equal(recorded, File.ReadAllBytes(path));
        Assert.Equal(meta.Config.SyntheticChallenges, done);

        foreach (var file in Directory.GetFiles(sector.Cache, "sc-02-data-*").Where(f => !f.Contains("tree-r", StringComparison.Ordinal)))
            File.Delete(file);
        Assert.Equal(File.ReadAllBytes(sector.Path("c1.json")), Prove(sector));
    }

    private static byte[] Prove(ExtractedSector sector)
    {
        var meta = sector.Meta;
        var output = SealCommitPhase1.Prove(meta.Config, Files(sector), Inputs(meta), meta.Ticket);
        using var json = new MemoryStream();
        SealCommitPhase1Json.Write(json, output);
        return json.ToArray();
    }

    private static ReplicaFiles Files(ExtractedSector sector) => new(sector.Cache, sector.Path("sealed"));

    private static PoRepPublicInputs Inputs(SectorMeta meta) => new(meta.ReplicaId, meta.CommD, meta.CommR, meta.Seed);

    private sealed class Latest(Action<long> report) : IProgress<long>
    {
        public void Report(long value)
        {
            lock (this)
                report(value);
        }
    }
}
