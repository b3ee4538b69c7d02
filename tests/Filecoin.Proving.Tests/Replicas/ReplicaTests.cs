using Filecoin.Proving.Graph;
using Filecoin.Proving.Labels;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Replicas;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Replicas;

/// <summary>Encoding and reading back, on a 4 KiB sector.</summary>
public sealed class ReplicaTests : IDisposable
{
    private static readonly PoRepConfig Config4KiB = PoRepConfig.For(RegisteredSealProof.StackedDrg4KiBV1_1);
    private static readonly StackedGraph Graph = StackedGraph.Create(Config4KiB);
    private static readonly ReplicaId Id = ReplicaId.FromBytes([.. Enumerable.Repeat((byte)5, 32)]);

    private readonly WorkDirectory work = new();
    private readonly byte[] data = new byte[4064];
    private readonly byte[] padded = new byte[4096];

    public ReplicaTests()
    {
        for (var i = 0; i < data.Length; i++) data[i] = (byte)(i * 7 + (i >> 8));
        Fr32.Pad(data, padded);
        File.WriteAllBytes(Data, padded);
        new SdrEncoder(Config4KiB, Graph).Encode([new SdrSector(Id, Cache)]);
    }

    private string Data => Path.Combine(work.Path, "data");

    private string Sealed => Path.Combine(work.Path, "sealed");

    private string Cache => Path.Combine(work.Path, "cache");

    private string Scratch => Path.Combine(work.Path, "scratch");

    private SectorUnsealer Unsealer { get; } = new(Config4KiB, Graph);

    public void Dispose() => work.Dispose();

    [Fact]
    public void Any_range_reads_back_with_and_without_the_last_layer()
    {
        Encode();
        var range = from offset in Gen.Choose(0, data.Length) from length in Gen.Choose(0, data.Length - offset)
                    from kept in ArbMap.Default.GeneratorFor<bool>() select (offset, length, kept);
        Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(range.ToArbitrary(), r =>
        {
            using var output = new MemoryStream();
            Unsealer.Unseal(Job(r.kept ? Cache : null), r.offset, r.length, output);
            Assert.Equal(data[r.offset..(r.offset + r.length)], output.ToArray());
        }));
        Assert.Empty(Directory.GetFiles(Scratch));
    }

    [Fact]
    public void Ranges_outside_the_sector_are_refused()
    {
        Encode();
        foreach (var (offset, length) in ((long, long)[])[(-1, 1), (0, -1), (4064, 1), (0, 4065), (long.MaxValue, 1), (1, long.MaxValue)])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Unsealer.Unseal(Job(Cache), offset, length, Stream.Null));
            Assert.Throws<ArgumentOutOfRangeException>(() => Unsealer.UnsealPadded(Job(Cache), offset, length == 4065 ? 4097 : length * 64, Stream.Null));
        }

        Assert.Throws<ArgumentException>(() => Unsealer.UnsealPadded(Job(Cache), 16, 32, Stream.Null));
    }

    [Fact]
    public void Reading_back_under_another_replica_id_is_refused()
    {
        Encode();
        var other = Job(null) with { ReplicaId = ReplicaId.FromBytes([.. Enumerable.Repeat((byte)6, 32)]) };
        var path = Path.Combine(work.Path, "unsealed");
        Assert.Equal(SectorFileFault.Content, Assert.Throws<SectorFileException>(() => Unsealer.UnsealFile(other, CommD(), path)).Fault);
        Assert.False(File.Exists(path));
        var kept = other with { CacheDirectory = Cache };
        var error = Assert.Throws<SectorFileException>(() => Unsealer.Unseal(kept, 0, 1, Stream.Null));
        Assert.Equal(CacheFiles.Layer(Cache, 2), error.Path);
        Unsealer.UnsealFile(Job(null), CommD(), path);
        Assert.Equal(padded, File.ReadAllBytes(path));
    }

    [Fact]
    public void Bytes_outside_the_field_are_blamed_on_their_file_and_offset()
    {
        padded.AsSpan(32 * 70, 32).Fill(0xff);
        File.WriteAllBytes(Data, padded);
        var error = Assert.Throws<SectorFileException>(() => ReplicaEncoder.Encode(Cache, Config4KiB, Data, Sealed));
        Assert.Equal((SectorFileFault.Content, Data, 32L * 70), (error.Fault, error.Path, error.Offset));
        Assert.False(File.Exists(Sealed));

        Fr32.Pad(data, padded);
        File.WriteAllBytes(Data, padded);
        var layer = CacheFiles.Layer(Cache, 2);
        var labels = File.ReadAllBytes(layer);
        labels.AsSpan(32 * 127, 32).Fill(0xff);
        File.WriteAllBytes(layer, labels);
        error = Assert.Throws<SectorFileException>(() => ReplicaEncoder.Encode(Cache, Config4KiB, Data, Sealed));
        Assert.Equal((layer, 32L * 127), (error.Path, error.Offset));
        error = Assert.Throws<SectorFileException>(() => TreeC.Build(Cache, Config4KiB));
        Assert.Equal((layer, 32L * 127), (error.Path, error.Offset));
    }

    [Fact]
    public void Data_shorter_or_longer_than_the_sector_is_refused()
    {
        foreach (var length in (int[])[0, 4095, 4097])
        {
            File.WriteAllBytes(Data, new byte[length]);
            Assert.Equal(SectorFileFault.Length, Assert.Throws<SectorFileException>(() => TreeD.Build(Cache, Config4KiB.SectorSize, Data)).Fault);
            var error = Assert.Throws<SectorFileException>(() => ReplicaEncoder.Encode(Cache, Config4KiB, Data, Sealed));
            Assert.Equal((SectorFileFault.Length, Data), (error.Fault, error.Path));
        }

        Assert.False(File.Exists(Sealed));
        Assert.Equal(["sc-02-data-layer-1.dat", "sc-02-data-layer-2.dat"], Directory.GetFiles(Cache).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Cancelling_an_unseal_removes_its_layers()
    {
        Encode();
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Unsealer.Unseal(
            Job(null), 0, 4064, Stream.Null, new Cancelling(cancellation), cancellation.Token));
        Assert.Empty(Directory.GetFiles(Scratch));
    }

    private void Encode() => ReplicaEncoder.Encode(Cache, Config4KiB, Data, Sealed);

    private Commitment CommD() => TreeD.Build(Cache, Config4KiB.SectorSize, Data);

    private UnsealJob Job(string? cache) => new(Id, Sealed, cache, Scratch);

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<SdrProgress>
    {
        public void Report(SdrProgress value)
        {
            if (value.Layer == 1) source.Cancel();
        }
    }
}
