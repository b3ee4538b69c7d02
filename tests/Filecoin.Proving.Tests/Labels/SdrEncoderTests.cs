using Filecoin.Proving.Graph;
using Filecoin.Proving.Labels;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Labels;

public sealed class SdrEncoderTests : IDisposable
{
    private static readonly PoRepConfig Config32KiB = PoRepConfig.For(RegisteredSealProof.StackedDrg32KiBV1_1);
    private static readonly StackedGraph Graph = StackedGraph.Create(Config32KiB);

    private readonly WorkDirectory work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void Interleaved_sectors_windows_and_read_ahead_do_not_change_a_label(int sectors, bool readAhead)
    {
        SdrSector[] together = [.. Enumerable.Range(0, sectors).Select(i => Sector("together", (byte)i))];
        new SdrEncoder(Config32KiB, Graph, new SdrOptions { Window = 100, ReadAhead = readAhead }).Encode(together);
        for (var i = 0; i < sectors; i++)
        {
            var alone = Sector("alone", (byte)i);
            new SdrEncoder(Config32KiB, Graph, new SdrOptions { Window = 1 << 20, ReadAhead = false }).Encode([alone]);
            AssertSame(alone, together[i]);
        }
    }

    [Fact]
    public void A_cancelled_run_keeps_complete_layers_and_goes_on_after_them()
    {
        var sector = Sector("cancelled", 1);
        var encoder = new SdrEncoder(Config32KiB, Graph, new SdrOptions { Window = 64, KeepComplete = true });
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => encoder.Encode([sector], new Reports(progress =>
        {
            if (progress.Layer == 2 && progress.Done > 1500) cancellation.Cancel();
        }), cancellation.Token));
        Assert.Equal(1, SdrEncoder.CompleteLayers(sector.CacheDirectory, Config32KiB));
        Assert.Equal(["sc-02-data-layer-1.dat"], Directory.GetFiles(sector.CacheDirectory).Select(Path.GetFileName));
        var first = File.GetLastWriteTimeUtc(CacheFiles.Layer(sector.CacheDirectory, 1));

        var layers = new HashSet<int>();
        encoder.Encode([sector], new Reports(progress => layers.Add(progress.Layer)));
        Assert.Equal([2], layers);
        Assert.Equal(first, File.GetLastWriteTimeUtc(CacheFiles.Layer(sector.CacheDirectory, 1)));
        AssertSame(Whole(1), sector);
    }

    [Fact]
    public void Sectors_at_different_layers_meet()
    {
        SdrSector[] sectors = [Sector("meet", 1), Sector("meet", 2)];
        var encoder = new SdrEncoder(Config32KiB, Graph, new SdrOptions { KeepComplete = true });
        encoder.Encode([sectors[1]]);
        File.Delete(CacheFiles.Layer(sectors[1].CacheDirectory, 2));
        encoder.Encode(sectors);
        AssertSame(Whole(1), sectors[0]);
        AssertSame(Whole(2), sectors[1]);
    }

    [Fact]
    public void A_kept_layer_of_another_replica_is_told_at_its_first_label()
    {
        var sector = Whole(1);
        var other = sector with { ReplicaId = ReplicaId.FromBytes(Id(9)) };
        var error = Assert.Throws<SectorFileException>(() =>
            new SdrEncoder(Config32KiB, Graph, new SdrOptions { KeepComplete = true }).Encode([other]));
        Assert.Equal((SectorFileFault.Content, CacheFiles.Layer(sector.CacheDirectory, 1), 0L), (error.Fault, error.Path, error.Offset));
    }

    [Fact]
    public void Any_flipped_byte_of_a_layer_is_found_where_it_is()
    {
        var sector = Whole(1);
        var check = new LayerCheck(Config32KiB, Graph);
        check.All(sector, 1);
        check.All(sector, 2);
        var change = from layer in Gen.Choose(1, 2) from at in Gen.Choose(0, 32767) select (layer, at);
        Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll(change.ToArbitrary(), c =>
        {
            var path = CacheFiles.Layer(sector.CacheDirectory, c.layer);
            var whole = File.ReadAllBytes(path);
            using var flipped = new FlippedByte(path, c.at);
            var error = Assert.Throws<SectorFileException>(() => check.All(sector, c.layer));
            Assert.Equal((SectorFileFault.Content, path), (error.Fault, error.Path));
            Assert.Equal(c.at / 32 * 32, error.Offset);
            Assert.Equal(Convert.ToHexStringLower(whole, c.at / 32 * 32, 32), error.Expected);
            Assert.NotEqual(error.Expected, error.Found);
        }));
    }

    [Fact]
    public void A_truncated_layer_is_made_again_and_one_before_it_is_kept()
    {
        var sector = Whole(3);
        using (var file = File.OpenWrite(CacheFiles.Layer(sector.CacheDirectory, 2))) file.SetLength(1000);
        Assert.Equal(SectorFileFault.Length, Assert.Throws<SectorFileException>(() => new LayerCheck(Config32KiB, Graph).All(sector, 2)).Fault);
        new SdrEncoder(Config32KiB, Graph, new SdrOptions { KeepComplete = true }).Encode([sector]);
        new LayerCheck(Config32KiB, Graph).All(sector, 2);
    }

    [Fact]
    public void Sectors_in_one_directory_or_too_many_are_refused()
    {
        var encoder = new SdrEncoder(Config32KiB, Graph);
        Assert.Throws<ArgumentException>(() => encoder.Encode([]));
        Assert.Throws<ArgumentException>(() => encoder.Encode([Sector("a", 1), Sector("a", 1)]));
        Assert.Throws<ArgumentException>(() => encoder.Encode([Sector("a", 1), Sector("a", 2), Sector("a", 3), Sector("a", 4)]));
    }

    [SmallDiskFact]
    public void A_full_disk_leaves_whole_layers_only_and_the_run_goes_on_with_more_room()
    {
        using var disk = SmallDisk.Mount(48 << 10);
        var sector = new SdrSector(ReplicaId.FromBytes(Id(1)), Path.Combine(disk.Path, "cache"));
        var encoder = new SdrEncoder(Config32KiB, Graph, new SdrOptions { KeepComplete = true });
        var error = Assert.Throws<DiskFullException>(() => encoder.Encode([sector]));
        Assert.Equal((CacheFiles.Layer(sector.CacheDirectory, 2), 32768L), (error.Path, error.Bytes));
        Assert.Equal(["sc-02-data-layer-1.dat"], Directory.GetFiles(sector.CacheDirectory).Select(Path.GetFileName));
        var roomy = Path.Combine(work.Path, "roomy");
        Directory.CreateDirectory(roomy);
        File.Copy(CacheFiles.Layer(sector.CacheDirectory, 1), CacheFiles.Layer(roomy, 1));
        encoder.Encode([sector with { CacheDirectory = roomy }]);
        AssertSame(Whole(1), sector with { CacheDirectory = roomy });
    }

    private SdrSector Whole(byte id)
    {
        var sector = Sector("whole", id);
        if (SdrEncoder.CompleteLayers(sector.CacheDirectory, Config32KiB) == 0) new SdrEncoder(Config32KiB, Graph).Encode([sector]);
        return sector;
    }

    private SdrSector Sector(string group, byte id) => new(ReplicaId.FromBytes(Id(id)), Path.Combine(work.Path, group, $"{id}"));

    private static byte[] Id(byte id) => [.. Enumerable.Repeat(id, 32)];

    private static void AssertSame(SdrSector expected, SdrSector found)
    {
        for (var layer = 1; layer <= Config32KiB.Layers; layer++)
            Assert.Equal(File.ReadAllBytes(CacheFiles.Layer(expected.CacheDirectory, layer)), File.ReadAllBytes(CacheFiles.Layer(found.CacheDirectory, layer)));
    }

    private sealed class Reports(Action<SdrProgress> report) : IProgress<SdrProgress>
    {
        public void Report(SdrProgress value) => report(value);
    }
}
