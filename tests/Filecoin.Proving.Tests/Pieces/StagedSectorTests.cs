using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Tests.Pieces;

public sealed class StagedSectorTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("staged-").FullName;

    private string StagedPath => Path.Combine(directory, "staged");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Pieces_lie_aligned_with_zeros_between_and_come_back()
    {
        byte[][] data = [Fr32Tests.Pattern(127), Fr32Tests.Pattern(500), Fr32Tests.Pattern(1016)];
        var progress = new List<long>();
        var staged = await StagedSector.WriteAsync(
            StagedPath, SectorSize.KiB4, [.. data.Select(d => PieceSource.Holding(new MemoryStream(d), d.Length))], null, new Reports(progress.Add));
        Assert.Equal([0, 512, 1024], staged.Pieces.Select(p => p.PaddedOffset));
        Assert.Equal(4096, new FileInfo(StagedPath).Length);
        Assert.Equal(4096, progress[^1]);
        var whole = new byte[SectorSize.KiB4.UnpaddedBytes];
        for (var i = 0; i < data.Length; i++)
            data[i].CopyTo(whole, staged.Pieces[i].UnpaddedOffset);
        Assert.Equal(whole, Read(0, whole.Length));
        Assert.Equal(PieceCommitment.Compute(whole).CommP, staged.CommD);
        Assert.Equal([StagedPath], Directory.GetFiles(directory));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 4064)]
    [InlineData(1, 126)]
    [InlineData(127, 127)]
    [InlineData(200, 3000)]
    [InlineData(4063, 1)]
    [InlineData(4064, 0)]
    public async Task Any_range_of_the_data_reads_back(int offset, int length)
    {
        var data = Fr32Tests.Pattern(4064);
        await StagedSector.WriteAsync(StagedPath, SectorSize.KiB4, [new(new MemoryStream(data), PieceSize.FromPadded(4096))]);
        Assert.Equal(data.AsSpan(offset, length).ToArray(), Read(offset, length));
    }

    [Fact]
    public async Task A_large_piece_is_written_by_several_threads()
    {
        var data = Fr32Tests.Pattern((int)SectorSize.MiB8.UnpaddedBytes);
        var staged = await StagedSector.WriteAsync(
            StagedPath, SectorSize.MiB8, [new(new MemoryStream(data), PieceSize.FromPadded(8 << 20))],
            new PieceOptions { DegreeOfParallelism = 3 });
        Assert.Equal(PieceCommitmentTests.ByDefinition(data).CommP, staged.CommD);
        Assert.Equal(data, Read(0, data.Length));
    }

    [Theory]
    [InlineData(126, PieceFault.EndsEarly)]
    [InlineData(128, PieceFault.RunsOver)]
    public async Task A_piece_of_another_length_leaves_no_file(int length, PieceFault fault)
    {
        PieceSource[] sources = [new(new MemoryStream(new byte[127]), PieceSize.FromPadded(128)), new(new MemoryStream(new byte[length]), PieceSize.FromPadded(128))];
        var error = await Assert.ThrowsAsync<PieceException>(() => StagedSector.WriteAsync(StagedPath, SectorSize.KiB2, sources));
        Assert.Equal((fault, 1), (error.Fault, error.Index));
        Assert.Empty(Directory.GetFiles(directory));
    }

    [Fact]
    public async Task Pieces_in_another_order_than_their_commitments_are_refused()
    {
        byte[][] data = [Fr32Tests.Pattern(127), new byte[127]];
        var commitments = data.Select(d => PieceCommitment.Compute(d).CommP).ToArray();
        PieceSource[] sources =
        [
            new(new MemoryStream(data[1]), PieceSize.FromPadded(128)) { ExpectedCommP = commitments[0] },
            new(new MemoryStream(data[0]), PieceSize.FromPadded(128)) { ExpectedCommP = commitments[1] },
        ];
        var error = await Assert.ThrowsAsync<PieceException>(() => StagedSector.WriteAsync(StagedPath, SectorSize.KiB2, sources));
        Assert.Equal((PieceFault.Commitment, 0, $"CommP {commitments[0]}", $"{commitments[1]}"), (error.Fault, error.Index, error.Expected, error.Found));
        Assert.Empty(Directory.GetFiles(directory));
    }

    [Fact]
    public async Task Pieces_over_the_capacity_are_refused_before_anything_is_read()
    {
        var untouched = new MemoryStream(new byte[127]);
        PieceSource[] sources = [new(untouched, PieceSize.FromPadded(128)), new(untouched, PieceSize.FromPadded(2048))];
        var error = await Assert.ThrowsAsync<PieceException>(() => StagedSector.WriteAsync(StagedPath, SectorSize.KiB2, sources));
        Assert.Equal((PieceFault.OverCapacity, 1), (error.Fault, error.Index));
        Assert.Equal(0, untouched.Position);
        await Assert.ThrowsAsync<PieceException>(() => StagedSector.WriteAsync(
            StagedPath, SectorSize.KiB2, [new(untouched, PieceSize.FromPadded(128)) { DataBytes = 128 }]));
    }

    [Fact]
    public async Task A_cancelled_writing_leaves_no_file()
    {
        using var cancellation = new CancellationTokenSource();
        var data = new MemoryStream(new byte[SectorSize.MiB8.UnpaddedBytes]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StagedSector.WriteAsync(
            StagedPath, SectorSize.MiB8, [new(data, PieceSize.FromPadded(8 << 20))], new PieceOptions { DegreeOfParallelism = 1 },
            new Reports(_ => cancellation.Cancel()), cancellation.Token));
        Assert.Empty(Directory.GetFiles(directory));
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_told_and_leaves_no_file()
    {
        using var disk = SmallDisk.Mount(1 << 20);
        var path = Path.Combine(disk.Path, "staged");
        var error = await Assert.ThrowsAsync<DiskFullException>(() => StagedSector.WriteAsync(path, SectorSize.MiB8, []));
        Assert.Equal((path, SectorSize.MiB8.Bytes), (error.Path, error.Bytes));
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
    }

    [Fact]
    public void A_missing_or_truncated_unsealed_file_is_named()
    {
        Assert.Equal(StagedPath, Assert.Throws<SectorFileException>(() => UnsealedReader.OpenRead(StagedPath, SectorSize.KiB2, 0, 1)).Path);
        File.WriteAllBytes(StagedPath, new byte[2047]);
        Assert.Equal(SectorFileFault.Length, Assert.Throws<SectorFileException>(() => UnsealedReader.OpenRead(StagedPath, SectorSize.KiB2, 0, 1)).Fault);
        Assert.Throws<ArgumentOutOfRangeException>(() => UnsealedReader.OpenRead(StagedPath, SectorSize.KiB2, 2000, 33));
    }

    private byte[] Read(long offset, long length)
    {
        using var stream = UnsealedReader.OpenRead(StagedPath, SectorSize.FromBytes(new FileInfo(StagedPath).Length), offset, length);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private sealed class Reports(Action<long> action) : IProgress<long>
    {
        public void Report(long value) => action(value);
    }
}
