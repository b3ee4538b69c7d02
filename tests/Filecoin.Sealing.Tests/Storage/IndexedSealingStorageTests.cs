using System.Security.Cryptography;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Proving.Storage.Remote;
using Filecoin.Proving.Tests.PoRep;
using Filecoin.Proving.Tests.Storage.Remote;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Storage;

namespace Filecoin.Sealing.Tests.Storage;

/// <summary>Two machines with an index in common: one seals and keeps nothing, one keeps and does not seal.</summary>
public sealed class IndexedSealingStorageTests : IAsyncLifetime, IDisposable
{
    private const SectorFileType Types = SectorFileType.Sealed | SectorFileType.Cache;
    private static readonly SectorId Sector = new(1000, new SectorNumber(7));
    private readonly TestDatabase _database = new("sqlite");
    private readonly WorkDirectory _disks = new();
    private readonly TestSector _sealed = new(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1));
    private readonly RemoteStorageClient _client = new(
        new ScopedRemoteTokens(StorageMachine.Key), new RemoteClientOptions { Attempts = 2, RetryDelay = TimeSpan.FromMilliseconds(1), RequestTimeout = TimeSpan.FromSeconds(10) });

    private SectorIndex _index = null!;
    private StorageMachine _seals = null!;
    private StorageMachine _keeps = null!;

    private IndexedSealingStorage OnSealing => new(_index, _seals.Storage, _client);

    private IndexedSealingStorage OnKeeping => new(_index, _keeps.Storage, _client);

    public async Task InitializeAsync()
    {
        _index = await SectorIndex.OpenAsync(_database.Database, new SectorIndexOptions { StaleAfter = TimeSpan.FromMinutes(5) });
        _seals = await StorageMachine.StartAsync(_index, "seals", Fill, config => config with { CanStore = false });
        _keeps = await StorageMachine.StartAsync(_index, "keeps", change: config => config with { CanSeal = false });
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _seals.DisposeAsync();
        await _keeps.DisposeAsync();
        await _database.DisposeAsync();
    }

    public void Dispose()
    {
        _sealed.Dispose();
        _disks.Dispose();
    }

    [Fact]
    public async Task A_sector_sealed_where_none_stay_is_fetched_by_the_machine_that_keeps()
    {
        Assert.Empty(await OnSealing.StorableAsync([Sector], SectorSize.KiB2, default));
        Assert.Equal([Sector], await OnKeeping.StorableAsync([Sector], SectorSize.KiB2, default));
        Assert.Equal(_keeps.Directory, await OnKeeping.StoreAsync(Sector, SectorSize.KiB2, hasData: true, default));
        await AssertKeptAsync(_keeps.Directory, "keeps");
        Assert.Equal(2048, new FileInfo(StorageLayout.PathOf(_keeps.Directory, SectorFileType.Unsealed, Sector)).Length);
        Assert.Empty(_seals.Storage.Find(Sector, StorageLayout.AllTypes));
        Assert.False(Directory.Exists(StorageLayout.PathOf(_seals.Directory, SectorFileType.Cache, Sector)));

        // As after a kill before it was written down.
        Assert.Equal(_keeps.Directory, await OnKeeping.StoreAsync(Sector, SectorSize.KiB2, hasData: true, default));
        Assert.Equal([Sector], await OnKeeping.StorableAsync([Sector], SectorSize.KiB2, default));
    }

    [Theory]
    [InlineData(SectorFileType.Sealed)]
    [InlineData(SectorFileType.Cache)]
    [InlineData(SectorFileType.Sealed | SectorFileType.Cache)]
    public async Task A_fetch_that_was_cut_off_goes_on(SectorFileType came)
    {
        foreach (SectorFileType type in StorageLayout.Each(came))
        {
            await new SectorFetcher(_client).FetchAsync([_seals.Url], type, Sector, SectorSize.KiB2, _keeps.Directory);
            await _keeps.Storage.DeclareAsync(_keeps.Id, Sector, type);
        }

        await OnKeeping.StoreAsync(Sector, SectorSize.KiB2, hasData: false, default);
        await AssertKeptAsync(_keeps.Directory, "keeps");
    }

    [Fact]
    public async Task A_machine_that_can_keep_its_own_keeps_it_and_nobody_fetches()
    {
        string second = await AddPathAsync(_seals, "second", Path.Combine(_disks.Path, "second"));
        Assert.Equal([Sector], await OnSealing.StorableAsync([Sector], SectorSize.KiB2, default));
        Assert.Empty(await OnKeeping.StorableAsync([Sector], SectorSize.KiB2, default));
        Assert.Equal(second, await OnSealing.StoreAsync(Sector, SectorSize.KiB2, hasData: false, default));
        await AssertKeptAsync(second, "second");
        Assert.False(File.Exists(StorageLayout.PathOf(_seals.Directory, SectorFileType.Sealed, Sector)));
    }

    [SmallDiskFact]
    public async Task On_another_disk_of_the_machine_the_copy_is_whole_before_the_original_goes()
    {
        using SmallDisk disk = SmallDisk.Mount(1 << 20);
        string other = await AddPathAsync(_seals, "other", disk.Path);
        Assert.Equal(other, await OnSealing.StoreAsync(Sector, SectorSize.KiB2, hasData: true, default));
        await AssertKeptAsync(other, "other");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(other, "cache", "fetching")));
        await _seals.Storage.ClosePathAsync(StorageId.Parse("other"));
    }

    [Fact]
    public async Task A_path_that_seals_and_keeps_keeps_in_place()
    {
        await using StorageMachine both = await StorageMachine.StartAsync(_index, "both", Fill);
        var storage = new IndexedSealingStorage(_index, both.Storage, _client);
        Assert.Equal([Sector], await storage.StorableAsync([Sector], SectorSize.KiB2, default));
        Assert.Equal(both.Directory, await storage.StoreAsync(Sector, SectorSize.KiB2, hasData: false, default));
        Assert.True(File.Exists(StorageLayout.PathOf(both.Directory, SectorFileType.Sealed, Sector)));
    }

    [Fact]
    public async Task A_copy_that_cannot_be_proven_is_dropped_and_the_original_stays()
    {
        string original = StorageLayout.PathOf(_seals.Directory, SectorFileType.Sealed, Sector);
        await File.WriteAllBytesAsync(original, RandomNumberGenerator.GetBytes(2048));
        StoragePathException bad = await Assert.ThrowsAsync<StoragePathException>(() => OnKeeping.StoreAsync(Sector, SectorSize.KiB2, hasData: false, default));
        Assert.Equal(StoragePathFault.Unhealthy, bad.Fault);
        Assert.False(File.Exists(StorageLayout.PathOf(_keeps.Directory, SectorFileType.Sealed, Sector)));
        Assert.Empty(_keeps.Storage.Find(Sector, StorageLayout.AllTypes));
        Assert.True(File.Exists(original));
        Assert.Equal(["seals"], (await _index.FindSectorAsync(Sector, SectorFileType.Sealed)).Select(path => path.Id.Value));

        // Whole again, it moves.
        File.Copy(_sealed.Files.SealedPath, original, overwrite: true);
        await OnKeeping.StoreAsync(Sector, SectorSize.KiB2, hasData: false, default);
        await AssertKeptAsync(_keeps.Directory, "keeps");
    }

    [Fact]
    public async Task Without_room_anywhere_the_sealing_machine_says_so()
    {
        await _keeps.Storage.ClosePathAsync(_keeps.Id);
        Assert.Equal([Sector], await OnSealing.StorableAsync([Sector], SectorSize.KiB2, default));
        SectorIndexException none = await Assert.ThrowsAsync<SectorIndexException>(() => OnSealing.StoreAsync(Sector, SectorSize.KiB2, hasData: false, default));
        Assert.Equal(SectorIndexFault.NoRoom, none.Fault);
    }

    [Fact]
    public async Task A_machine_that_is_away_leaves_its_sector_to_be_fetched_later()
    {
        await _seals.Server.DisposeAsync();
        RemoteStorageException away = await Assert.ThrowsAsync<RemoteStorageException>(() => OnKeeping.StoreAsync(Sector, SectorSize.KiB2, hasData: false, default));
        Assert.True(away.IsTransient);
        await _seals.Storage.DisposeAsync();
        Assert.Empty(await OnKeeping.StorableAsync([Sector], SectorSize.KiB2, default));
        Assert.Empty(_keeps.Storage.Find(Sector, Types));
    }

    [Fact]
    public async Task A_piece_staged_on_one_machine_is_read_on_another()
    {
        await SealingPipeline.MigrateAsync(_database.Database);
        byte[] data = RandomNumberGenerator.GetBytes(1000);
        var staging = new PieceStore(_database.Database, 1000, new StagingOptions { Directory = Path.Combine(_keeps.Directory, "piece") });
        SectorPiece piece = await staging.AddAsync(new PieceRequest { Data = new MemoryStream(data), DataBytes = data.Length });
        Assert.Equal(data, await ReadAsync(OnKeeping, piece));

        // The machines of a test share one file system: on the other one the file has no path.
        SectorPiece elsewhere = piece with { Path = "/nowhere/" + piece.Id };
        await _keeps.Storage.RedeclareAsync(_keeps.Id);
        Assert.Equal(data, await ReadAsync(OnSealing, elsewhere));

        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => new IndexedSealingStorage(_index, _seals.Storage).OpenPieceAsync(elsewhere, default));
        File.Delete(piece.Path);
        await _keeps.Storage.RedeclareAsync(_keeps.Id);
        Assert.True((await Assert.ThrowsAsync<RemoteStorageException>(() => OnSealing.OpenPieceAsync(elsewhere, default))).IsTransient);
    }

    private static async Task<byte[]> ReadAsync(IndexedSealingStorage storage, SectorPiece piece)
    {
        await using Stream data = await storage.OpenPieceAsync(piece, default);
        using var bytes = new MemoryStream();
        await data.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private async Task AssertKeptAsync(string directory, string id)
    {
        var files = new ReplicaFiles(StorageLayout.PathOf(directory, SectorFileType.Cache, Sector), StorageLayout.PathOf(directory, SectorFileType.Sealed, Sector));
        Assert.True(SectorReadability.Check(SectorSize.KiB2, files, new PoStSector(Sector.Number, _sealed.Inputs.CommR), PoStRandomness.FromChain(new byte[32])).IsReadable);
        SectorStorageInfo kept = Assert.Single(await _index.FindSectorAsync(Sector, Types));
        Assert.Equal((id, true, Types), (kept.Id.Value, kept.Primary, kept.SectorFileType));
        Assert.Empty((await _index.GetLocksAsync()).Locks);
    }

    private static async Task<string> AddPathAsync(StorageMachine machine, string id, string directory)
    {
        new StoragePathConfig { Id = StorageId.Parse(id), CanStore = true }.Write(Directory.CreateDirectory(directory).FullName);
        await machine.Storage.OpenPathAsync(directory);
        return directory;
    }

    private void Fill(string directory)
    {
        string cache = Directory.CreateDirectory(StorageLayout.PathOf(directory, SectorFileType.Cache, Sector)).FullName;
        foreach (string file in Directory.EnumerateFiles(_sealed.Files.CacheDirectory))
            File.Copy(file, Path.Combine(cache, Path.GetFileName(file)));
        foreach (SectorFileType type in (SectorFileType[])[SectorFileType.Sealed, SectorFileType.Unsealed])
        {
            string file = StorageLayout.PathOf(directory, type, Sector);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.Copy(_sealed.Files.SealedPath, file);
        }
    }
}
