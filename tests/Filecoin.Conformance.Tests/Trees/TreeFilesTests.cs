using Filecoin.Proving.Trees;

namespace Filecoin.Conformance.Tests.Trees;

/// <summary>Trees built from the recorded sectors' data, layers and sealed files are the recorded trees.</summary>
public sealed class TreeFilesTests
{
    /// <summary>The sectors whose data and sealed file are recorded, not only their digests.</summary>
    public static TheoryData<string> Sectors => [.. ((IEnumerable<object[]>)GoldenVectors.Sectors).Select(row => (string)row[0]).Where(name => name != "8m-v1_1")];

    [Theory, MemberData(nameof(Sectors))]
    public void TreeD_of_the_staged_data_is_the_recorded_file(string name)
    {
        using var sector = GoldenVectors.Extract(name);
        var recorded = new RecordedFiles(name);
        using var work = new WorkDirectory();
        recorded.AssertSame("staged", sector.Path("staged"));
        Assert.Equal(sector.Meta.CommD, TreeD.Build(work.Path, sector.Meta.Size, sector.Path("staged")));
        recorded.AssertSame("cache/sc-02-data-tree-d.dat", CacheFiles.TreeD(work.Path));
    }

    [Theory, MemberData(nameof(Sectors))]
    public void TreeR_of_the_sealed_file_and_p_aux_make_the_recorded_CommR(string name)
    {
        using var sector = GoldenVectors.Extract(name);
        var recorded = new RecordedFiles(name);
        using var work = new WorkDirectory();
        var shape = sector.Meta.Config.Tree;
        var root = TreeR.Build(work.Path, sector.Path("sealed"), shape);
        for (var i = 0; i < shape.SubTreeCount; i++)
        {
            var path = CacheFiles.TreeR(work.Path, i, shape.SubTreeCount);
            recorded.AssertSame("cache/" + Path.GetFileName(path), path);
        }

        var aux = PersistentAux.Read(sector.Cache);
        Assert.Equal(aux.CommRLast, root);
        Assert.Equal(sector.Meta.CommR, aux.CommR);
        aux.Write(work.Path);
        recorded.AssertSame("cache/p_aux", Path.Combine(work.Path, CacheFiles.PersistentAux));
    }

    [Theory, MemberData(nameof(Sectors))]
    public void T_aux_reads_and_writes_as_recorded(string name)
    {
        using var sector = GoldenVectors.Extract(name);
        using var work = new WorkDirectory();
        var read = TemporaryAux.Read(sector.Cache);
        read.Write(work.Path);
        new RecordedFiles(name).AssertSame("cache/t_aux", Path.Combine(work.Path, CacheFiles.TemporaryAux));
        var made = TemporaryAux.For(sector.Meta.Config, read.TreeD.Path);
        Assert.Equal(read.ToBytes(), made.ToBytes());
        Assert.Equal(read.Labels.AsEnumerable(), made.Labels);
        Assert.Equal((read.TreeD, read.TreeC, read.TreeRLast), (made.TreeD, made.TreeC, made.TreeRLast));
    }
}
