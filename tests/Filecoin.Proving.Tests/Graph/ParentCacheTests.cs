using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Tests.Graph;

public sealed class ParentCacheTests : IDisposable
{
    private static readonly StackedGraph Small = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1));

    /// <summary>No digest is published for this one.</summary>
    private static readonly StackedGraph Unpublished = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg32KiBV1_1));

    private readonly string directory = Directory.CreateTempSubdirectory("parents-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cache_and_graph_give_the_same_windows(int degree)
    {
        var graph = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg8MiBV1_1));
        using var cache = ParentCache.OpenOrCreate(directory, graph, new ParentCacheOptions { DegreeOfParallelism = degree });
        var expected = new uint[5000 * 14];
        var found = new uint[5000 * 14];
        foreach (var first in new uint[] { 0, 1, 65_530, 262_144 - 5000 })
        {
            graph.ReadWindow(first, 5000, expected);
            cache.ReadWindow(first, 5000, found);
            Assert.Equal(expected, found);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => cache.ReadWindow(262_140, 5, found));
    }

    [Fact]
    public void A_cache_that_is_there_is_used_and_not_written_again()
    {
        ParentCache.OpenOrCreate(directory, Small).Dispose();
        var path = ParentCache.PathOf(directory, Small);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        ParentCache.OpenOrCreate(directory, Small).Dispose();
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(path));
    }

    [Fact]
    public void A_missing_cache_is_missing() =>
        Assert.Throws<FileNotFoundException>(() => ParentCache.Open(directory, Small));

    [Theory]
    [InlineData(0)]
    [InlineData(3583)]
    public void A_truncated_cache_says_so_and_is_replaced_on_request(int length)
    {
        ParentCache.OpenOrCreate(directory, Small).Dispose();
        var path = ParentCache.PathOf(directory, Small);
        using (var file = File.OpenWrite(path))
            file.SetLength(length);
        var error = Assert.Throws<ParentCacheException>(() => ParentCache.OpenOrCreate(directory, Small));
        Assert.Equal((path, length, "3584 bytes", $"{length} bytes"), (error.Path, error.Offset, error.Expected, error.Found));
        ParentCache.OpenOrCreate(directory, Small, new ParentCacheOptions { ReplaceCorrupted = true }).Dispose();
        ParentCache.Open(directory, Small, ParentCacheCheck.Full).Dispose();
    }

    [Fact]
    public void A_flipped_bit_fails_the_published_digest()
    {
        ParentCache.OpenOrCreate(directory, Small).Dispose();
        Flip(ParentCache.PathOf(directory, Small), 1000);
        ParentCache.Open(directory, Small, ParentCacheCheck.Length).Dispose();
        var error = Assert.Throws<ParentCacheException>(() => ParentCache.Open(directory, Small, ParentCacheCheck.Full));
        Assert.Equal("SHA-256 840057702eea7652cf97e04306c30fe57174714d90de156a25eddd6075c25b97", error.Expected);
        Assert.Matches("^[0-9a-f]{64}$", error.Found);
    }

    [Fact]
    public void A_flipped_bit_shows_its_offset_where_no_digest_is_published()
    {
        ParentCache.OpenOrCreate(directory, Unpublished).Dispose();
        Flip(ParentCache.PathOf(directory, Unpublished), 1002);
        var error = Assert.Throws<ParentCacheException>(() => ParentCache.Open(directory, Unpublished, ParentCacheCheck.Full));
        Assert.Equal(1000, error.Offset);
    }

    [Fact]
    public void Another_graphs_cache_under_the_name_fails_the_samples()
    {
        var other = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1));
        ParentCache.OpenOrCreate(directory, other).Dispose();
        File.Move(ParentCache.PathOf(directory, other), ParentCache.PathOf(directory, Small));
        Assert.Throws<ParentCacheException>(() => ParentCache.OpenOrCreate(directory, Small));
    }

    [Fact]
    public void A_cancelled_generation_leaves_no_cache_and_the_next_succeeds()
    {
        var graph = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg8MiBV1_1));
        using var cancellation = new CancellationTokenSource();
        var progress = new Reports(nodes => cancellation.Cancel());
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ParentCache.OpenOrCreate(directory, graph, new ParentCacheOptions { DegreeOfParallelism = 1 }, progress, cancellation.Token));
        Assert.False(File.Exists(ParentCache.PathOf(directory, graph)));
        ParentCache.OpenOrCreate(directory, graph).Dispose();
        ParentCache.Open(directory, graph, ParentCacheCheck.Full).Dispose();
    }

    [SmallDiskFact]
    public void A_full_disk_is_told_and_leaves_no_cache()
    {
        var graph = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg8MiBV1_1));
        using var disk = SmallDisk.Mount(1 << 20);
        var error = Assert.Throws<DiskFullException>(() => ParentCache.OpenOrCreate(disk.Path, graph));
        Assert.Equal(ParentCache.PathOf(disk.Path, graph), error.Path);
        Assert.Equal([ParentCache.PathOf(disk.Path, graph) + ".lock"], Directory.GetFiles(disk.Path));
    }

    [Fact]
    public async Task Of_several_at_once_one_generates()
    {
        var graph = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg8MiBV1));
        var reports = 0;
        var tasks = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var began = 0;
            using var cache = ParentCache.OpenOrCreate(
                directory, graph, new ParentCacheOptions { DegreeOfParallelism = 1 }, new Reports(_ => began = 1));
            Interlocked.Add(ref reports, began);
        }));
        await Task.WhenAll(tasks);
        Assert.Equal(1, reports);
    }

    [Fact]
    public void Progress_ends_at_the_last_node()
    {
        var last = 0L;
        ParentCache.OpenOrCreate(directory, Small, null, new Reports(nodes => last = nodes)).Dispose();
        Assert.Equal(Small.Nodes, last);
    }

    private static void Flip(string path, int offset)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[offset] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private sealed class Reports(Action<long> action) : IProgress<long>
    {
        public void Report(long value) => action(value);
    }
}
