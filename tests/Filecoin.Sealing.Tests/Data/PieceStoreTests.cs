using Filecoin.Proving.Pieces;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Store;

namespace Filecoin.Sealing.Tests.Data;

public sealed class PieceStoreTests : IDisposable
{
    private readonly WorkDirectory _work = new();

    private string Pieces => Path.Combine(_work.Path, "pieces");

    public void Dispose() => _work.Dispose();

    [Theory, EachDatabase]
    public async Task Data_is_staged_with_its_commitment(string kind)
    {
        await using var test = new TestDatabase(kind);
        PieceStore store = await StoreAsync(test);
        byte[] data = Bytes(1000);
        SectorPiece piece = await store.AddAsync(Request(data) with { CommP = PieceCommitment.Compute(data).CommP });
        Assert.Equal(data, File.ReadAllBytes(piece.Path));
        Assert.Equal((PieceCommitment.Compute(data).CommP.ToString(), 1024L, 1000L), (piece.CommP, piece.PaddedSize, piece.DataBytes));
        Assert.Equal(1000, await store.StagedBytesAsync());
        StagedPiece staged = Assert.Single(await store.ListAsync());
        Assert.Equal((piece.Id, piece.CommP, piece.Path, StagedPieceState.Open), (staged.Piece.Id, staged.Piece.CommP, staged.Piece.Path, staged.State));
    }

    /// <summary>CommP of a piece that is larger than its data is that of the data with zeros behind it.</summary>
    [Theory]
    [InlineData(100, 128), InlineData(100, 256), InlineData(100, 2048), InlineData(1016, 1024), InlineData(1017, 2048), InlineData(1, 2048)]
    public async Task A_piece_larger_than_its_data_is_zeros_to_the_right(int bytes, long padded)
    {
        await using var test = new TestDatabase("sqlite");
        PieceStore store = await StoreAsync(test);
        byte[] data = Bytes(bytes), whole = new byte[padded / 128 * 127];
        data.CopyTo(whole, 0);
        SectorPiece piece = await store.AddAsync(Request(data) with { PaddedSize = padded, CommP = PieceCommitment.Compute(whole).CommP });
        Assert.Equal(padded, piece.PaddedSize);
    }

    [Theory, EachDatabase]
    public async Task Data_that_is_not_what_it_says_is_refused_and_leaves_nothing(string kind)
    {
        await using var test = new TestDatabase(kind);
        PieceStore store = await StoreAsync(test);
        byte[] data = Bytes(1000);
        Assert.Equal(PieceFault.Commitment, (await Assert.ThrowsAsync<PieceException>(() => store.AddAsync(Request(data) with { CommP = PieceCommitment.Compute(Bytes(999)).CommP }))).Fault);
        Assert.Equal(PieceFault.EndsEarly, (await Assert.ThrowsAsync<PieceException>(() => store.AddAsync(Request(data) with { DataBytes = 1001 }))).Fault);
        Assert.Equal(PieceFault.RunsOver, (await Assert.ThrowsAsync<PieceException>(() => store.AddAsync(Request(data) with { DataBytes = 999 }))).Fault);
        Assert.Equal(PieceFault.Size, (await Assert.ThrowsAsync<PieceException>(() => store.AddAsync(Request(data) with { PaddedSize = 512 }))).Fault);
        await Assert.ThrowsAsync<IOException>(() => store.AddAsync(new PieceRequest { Data = new BrokenStream(), DataBytes = 1000 }));
        Assert.Empty(Directory.Exists(Pieces) ? Directory.GetFiles(Pieces) : []);
        Assert.Empty(await store.ListAsync());
        await store.AddAsync(Request(data));
    }

    [Theory, EachDatabase]
    public async Task Beyond_the_limit_adding_is_refused_or_waits_until_there_is_room(string kind)
    {
        await using var test = new TestDatabase(kind);
        PieceStore strict = await StoreAsync(test, new StagingOptions { Directory = Pieces, MaxStagedBytes = 2500 });
        await strict.AddAsync(Request(Bytes(1000)));
        await strict.AddAsync(Request(Bytes(1000)));
        StagingFullException full = await Assert.ThrowsAsync<StagingFullException>(() => strict.AddAsync(Request(Bytes(1000))));
        Assert.Equal((1000, 2000, 2500), (full.Bytes, full.Staged, full.Limit));
        Assert.True(full.IsTransient);
        Assert.Equal(2, Directory.GetFiles(Pieces).Length);

        var patient = new PieceStore(test.Database, 1000, new StagingOptions { Directory = Pieces, MaxStagedBytes = 2500, MaxWaitForRoom = TimeSpan.FromHours(1) });
        Task<SectorPiece> waiting = patient.AddAsync(Request(Bytes(1000)));
        Assert.False(waiting.IsCompleted);
        await test.Database.WriteAsync(session => session.ExecuteAsync("UPDATE piece_staged SET state = 'Done'"));
        Assert.Equal(2, await patient.CleanAsync());
        Assert.True(File.Exists((await waiting).Path));
        Assert.Equal(1000, await patient.StagedBytesAsync());
    }

    /// <summary>What is coming counts, too: pieces that are added at once share the limit.</summary>
    [Fact]
    public async Task Pieces_that_come_at_once_do_not_pass_the_limit_together()
    {
        await using var test = new TestDatabase("sqlite");
        PieceStore store = await StoreAsync(test, new StagingOptions { Directory = Pieces, MaxStagedBytes = 5000 });
        Task<SectorPiece>[] adding = [.. Enumerable.Range(0, 12).Select(_ => Task.Run(() => store.AddAsync(Request(Bytes(1000)))))];
        await Task.WhenAll(adding).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.InRange(adding.Count(task => task.IsCompletedSuccessfully), 1, 5);
        Assert.All(adding.Where(task => task.IsFaulted), task => Assert.IsType<StagingFullException>(task.Exception!.InnerException));
        Assert.True(await store.StagedBytesAsync() <= 5000);
    }

    [Fact]
    public async Task Files_that_a_killed_process_left_go_when_they_are_old()
    {
        await using var test = new TestDatabase("sqlite");
        var time = new ShiftedTime();
        await SealSchema.MigrateAsync(test.Database);
        var store = new PieceStore(test.Database, 1000, new StagingOptions { Directory = Pieces }, time);
        SectorPiece kept = await store.AddAsync(Request(Bytes(1000)));
        string orphan = Path.Combine(Pieces, "s-t01000-5"), partial = Path.Combine(Pieces, "s-t01000-6.partial"), others = Path.Combine(Pieces, "s-t01001-5");
        File.WriteAllText(orphan, "");
        File.WriteAllText(partial, "");
        File.WriteAllText(others, "");
        Assert.Equal(0, await store.CleanAsync());
        time.Shift = TimeSpan.FromHours(25);
        Assert.Equal(2, await store.CleanAsync());
        Assert.Equal(new[] { kept.Path, others }.Order(StringComparer.Ordinal), Directory.GetFiles(Pieces).Order(StringComparer.Ordinal));
    }

    /// <summary>Another hub's machine has a directory of its own; what cannot be removed holds up nothing.</summary>
    [Fact]
    public async Task Data_that_is_not_needed_goes_whatever_other_data_there_is()
    {
        await using var test = new TestDatabase("sqlite");
        PieceStore store = await StoreAsync(test, new StagingOptions { Directory = Pieces });
        string elsewhere = (await store.AddAsync(Request(Bytes(1000)))).Path, stuck = (await store.AddAsync(Request(Bytes(1000)))).Path;
        string ours = (await store.AddAsync(Request(Bytes(1000)))).Path;
        File.Delete(stuck);
        Directory.CreateDirectory(stuck);
        await test.Database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("UPDATE piece_staged SET path = '/nowhere/at/all' WHERE path = @elsewhere", new { elsewhere });
            await session.ExecuteAsync("UPDATE piece_staged SET state = 'Done'");
        });
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => store.CleanAsync());
        Assert.False(File.Exists(ours));
        Directory.Delete(stuck);
        Assert.Equal(1, await store.CleanAsync());
        Assert.Equal(0, await store.CleanAsync());
        Assert.True(File.Exists(elsewhere));
    }

    [SmallDiskFact]
    public async Task A_full_disk_refuses_the_piece_and_keeps_nothing_of_it()
    {
        using SmallDisk disk = SmallDisk.Mount(1 << 20);
        await using var test = new TestDatabase("sqlite");
        PieceStore store = await StoreAsync(test, new StagingOptions { Directory = Path.Combine(disk.Path, "pieces") });
        await store.AddAsync(Request(Bytes(300_000)));
        await Assert.ThrowsAsync<Filecoin.Proving.Storage.DiskFullException>(() => store.AddAsync(Request(Bytes(900_000))));
        Assert.Single(Directory.GetFiles(Path.Combine(disk.Path, "pieces")));
        Assert.Equal(300_000, await store.StagedBytesAsync());
    }

    private static async Task<PieceStore> StoreAsync(TestDatabase test, StagingOptions? options, string directory)
    {
        await SealSchema.MigrateAsync(test.Database);
        return new PieceStore(test.Database, 1000, options ?? new StagingOptions { Directory = directory });
    }

    private Task<PieceStore> StoreAsync(TestDatabase test, StagingOptions? options = null) => StoreAsync(test, options, Pieces);

    private static byte[] Bytes(int count)
    {
        byte[] data = new byte[count];
        for (int i = 0; i < count; i++)
            data[i] = (byte)(i * 7 ^ (i >> 8));
        return data;
    }

    private static PieceRequest Request(byte[] data) => new() { Data = new MemoryStream(data), DataBytes = data.Length };

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Shift.TotalSeconds * TimestampFrequency);
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("the client went away");

        public override int Read(Span<byte> buffer) => throw new IOException("the client went away");

        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("the client went away");
    }
}
