using Filecoin.Proving.Graph;
using Filecoin.Proving.Labels;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Replicas;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Conformance.Tests.PoRep;

/// <summary>The recorded 8 MiB sector, whose files are too large to keep: sealed again from its data to the same files, and proven to the same output.</summary>
public sealed class EightMiBSectorTests
{
    private const string Name = "8m-v1_1";

    [Fact]
    public void Sealing_the_data_again_gives_the_recorded_files_and_C1()
    {
        using var work = new WorkDirectory();
        var meta = GoldenVectors.Meta(Name);
        var (cache, staged, replica) = (work.Path, Path.Combine(work.Path, "staged"), Path.Combine(work.Path, "sealed"));
        File.WriteAllBytes(staged, Staged(meta));
        Assert.Equal(meta.CommD, TreeD.Build(cache, meta.Size, staged));
        new SdrEncoder(meta.Config, StackedGraph.Create(meta.Config)).Encode([new(meta.ReplicaId, cache)]);
        var aux = new PersistentAux(TreeC.Build(cache, meta.Config), ReplicaEncoder.Encode(cache, meta.Config, staged, replica));
        aux.Write(cache);
        Assert.Equal(meta.CommR, aux.CommR);

        var recorded = new RecordedFiles(Name);
        foreach (var file in recorded.Names.Where(n => n.StartsWith("cache/sc-02-", StringComparison.Ordinal)))
            recorded.AssertSame(file, Path.Combine(cache, Path.GetFileName(file)));

        var inputs = new PoRepPublicInputs(meta.ReplicaId, meta.CommD, meta.CommR, meta.Seed);
        var output = SealCommitPhase1.Prove(meta.Config, new(cache, replica), inputs, meta.Ticket);
        using var json = new MemoryStream();
        SealCommitPhase1Json.Write(json, output);
        Assert.Equal(GoldenVectors.SectorFile(Name, "c1.json"), json.ToArray());

        foreach (var file in recorded.Names.Where(n => n.Contains("layer", StringComparison.Ordinal) || n.Contains("tree-c", StringComparison.Ordinal)))
            File.Delete(Path.Combine(cache, Path.GetFileName(file)));
        var verdict = SectorReadability.Check(meta.Size, new(cache, replica), new(meta.Number, meta.CommR), PoStRandomness.FromChain(new byte[32]));
        Assert.Equal((SectorCondition.Readable, (string?)null), (verdict.Condition, verdict.Reason));
    }

    private static byte[] Staged(SectorMeta meta)
    {
        var (size, label, _) = meta.Pieces.Single();
        var staged = new byte[meta.Size.Bytes];
        Fr32.Pad(DerivedData.SectorPiece(label!.Value, size), staged);
        return staged;
    }
}
