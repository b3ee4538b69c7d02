using Filecoin.Proving.Graph;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Replicas;
using Filecoin.Proving.Trees;

namespace Filecoin.Conformance.Tests.Replicas;

/// <summary>Recorded sectors seal to the recorded replica and read back as the recorded data, whole and by range.</summary>
public sealed class UnsealTests
{
    public static TheoryData<string> Sectors =>
        [.. ((IEnumerable<object[]>)GoldenVectors.Sectors).Select(row => (string)row[0]).Where(name => name != "8m-v1_1")];

    [Theory, MemberData(nameof(Sectors))]
    public void Staged_data_and_the_last_layer_make_the_recorded_replica(string name)
    {
        using var sector = GoldenVectors.Extract(name);
        using var work = new WorkDirectory();
        var config = sector.Meta.Config;
        File.Copy(CacheFiles.Layer(sector.Cache, config.Layers), CacheFiles.Layer(work.Path, config.Layers));
        var path = Path.Combine(work.Path, "sealed");
        var root = ReplicaEncoder.Encode(work.Path, config, sector.Path("staged"), path);
        new RecordedFiles(name).AssertSame("sealed", path);
        Assert.Equal(PersistentAux.Read(sector.Cache).CommRLast, root);
        for (var i = 0; i < config.Tree.SubTreeCount; i++)
        {
            var tree = CacheFiles.TreeR(work.Path, i, config.Tree.SubTreeCount);
            new RecordedFiles(name).AssertSame("cache/" + Path.GetFileName(tree), tree);
        }
    }

    [Theory, MemberData(nameof(Sectors))]
    public void The_replica_reads_back_as_the_staged_data(string name)
    {
        using var sector = GoldenVectors.Extract(name);
        using var work = new WorkDirectory();
        var unsealer = new SectorUnsealer(sector.Meta.Config, StackedGraph.Create(sector.Meta.Config));
        var path = Path.Combine(work.Path, "unsealed");
        foreach (var cache in (string?[])[null, sector.Cache])
        {
            var job = new UnsealJob(sector.Meta.ReplicaId, sector.Path("sealed"), cache, work.Path);
            unsealer.UnsealFile(job, sector.Meta.CommD, path);
            new RecordedFiles(name).AssertSame("staged", path);
        }

        Assert.Equal(["unsealed"], Directory.GetFiles(work.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Ranges_are_cut_from_the_data_at_any_byte()
    {
        using var sector = GoldenVectors.Extract("4k-v1_1");
        using var work = new WorkDirectory();
        var staged = File.ReadAllBytes(sector.Path("staged"));
        var data = new byte[staged.Length / 128 * 127];
        Fr32.Unpad(staged, data);
        var unsealer = new SectorUnsealer(sector.Meta.Config, StackedGraph.Create(sector.Meta.Config));
        var job = new UnsealJob(sector.Meta.ReplicaId, sector.Path("sealed"), null, work.Path);
        foreach (var (offset, length) in ((int, int)[])[(0, data.Length), (0, 1), (126, 2), (127, 127), (1000, 333), (data.Length - 1, 1), (5, 0)])
        {
            using var output = new MemoryStream();
            unsealer.Unseal(job, offset, length, output);
            Assert.Equal(data[offset..(offset + length)], output.ToArray());
        }

        foreach (var (offset, length) in ((int, int)[])[(0, staged.Length), (32, 64), (4064, 32), (128, 0)])
        {
            using var output = new MemoryStream();
            unsealer.UnsealPadded(job, offset, length, output);
            Assert.Equal(staged[offset..(offset + length)], output.ToArray());
        }
    }
}
