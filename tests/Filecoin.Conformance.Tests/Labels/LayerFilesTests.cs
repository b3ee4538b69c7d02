using Filecoin.Proving.Graph;
using Filecoin.Proving.Labels;
using Filecoin.Proving.Trees;

namespace Filecoin.Conformance.Tests.Labels;

/// <summary>Layers and TreeC made from the recorded replica ids are the recorded files, alone and with sectors interleaved.</summary>
public sealed class LayerFilesTests
{
    public static TheoryData<string> Sectors =>
        [.. ((IEnumerable<object[]>)GoldenVectors.Sectors).Select(row => (string)row[0]).Where(name => name != "8m-v1_1")];

    [Theory, MemberData(nameof(Sectors))]
    public void Layers_and_TreeC_are_the_recorded_files(string name)
    {
        var meta = GoldenVectors.Meta(name);
        using var work = new WorkDirectory();
        new SdrEncoder(meta.Config, StackedGraph.Create(meta.Config)).Encode([new SdrSector(meta.ReplicaId, work.Path)]);
        var commC = TreeC.Build(work.Path, meta.Config);
        AssertLayers(name, meta, work.Path);
        var count = meta.Config.Tree.SubTreeCount;
        for (var i = 0; i < count; i++)
        {
            var path = CacheFiles.TreeC(work.Path, i, count);
            new RecordedFiles(name).AssertSame("cache/" + Path.GetFileName(path), path);
        }

        using var tree = SectorTree.OpenTreeC(work.Path, meta.Config.Tree);
        Assert.Equal(commC, tree.Root);
        using var recorded = GoldenVectors.Extract(name);
        Assert.Equal(PersistentAux.Read(recorded.Cache).CommC, commC);
    }

    [Theory]
    [InlineData("2k-v1_1", "2k-v1_1-cc")]
    [InlineData("2k-v1_1", "2k-v1_1-cc", "2k-v1_1-pieces")]
    public void Interleaved_sectors_are_each_the_recorded_one(params string[] names)
    {
        var metas = names.Select(GoldenVectors.Meta).ToArray();
        Assert.Single(metas.Select(meta => meta.PorepId).Distinct());
        using var work = new WorkDirectory();
        var sectors = names.Zip(metas, (name, meta) => new SdrSector(meta.ReplicaId, Path.Combine(work.Path, name))).ToArray();
        new SdrEncoder(metas[0].Config, StackedGraph.Create(metas[0].Config), new SdrOptions { Window = 7 }).Encode(sectors);
        for (var i = 0; i < names.Length; i++) AssertLayers(names[i], metas[i], sectors[i].CacheDirectory);
    }

    private static void AssertLayers(string name, SectorMeta meta, string directory)
    {
        for (var layer = 1; layer <= meta.Config.Layers; layer++)
        {
            var path = CacheFiles.Layer(directory, layer);
            new RecordedFiles(name).AssertSame("cache/" + Path.GetFileName(path), path);
        }
    }
}
