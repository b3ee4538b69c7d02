using System.Diagnostics;
using System.Text;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;

namespace Filecoin.Proving.Tests.Storage.Paths;

public sealed class LocalStorageTests
{
    private const string Url = "http://127.0.0.1:2345/remote";
    private static readonly SectorId One = new(1000, new SectorNumber(1));
    private static readonly SectorId Two = new(1000, new SectorNumber(2));
    private static readonly LocalStorageOptions Quick = new()
    {
        Urls = [Url], Heartbeat = TimeSpan.FromMilliseconds(50), ProbeTimeout = TimeSpan.FromSeconds(20), Recount = TimeSpan.Zero,
    };

    [Fact]
    public async Task A_description_of_lotus_is_read_and_keeps_its_field_names()
    {
        using var work = new WorkDirectory();
        await File.WriteAllTextAsync(Path.Combine(work.Path, "sectorstore.json"), """
            {"ID":"5d6ec0ae-9ac2-4c7c-92e8-c53aa6ddafe8","Weight":7,"CanSeal":true,"CanStore":false,"MaxStorage":12345,"Groups":["a"],"AllowTo":null,
             "AllowTypes":["sealed","cache"],"DenyTypes":null,"AllowMiners":["t01000"],"DenyMiners":[]}
            """);
        var config = StoragePathConfig.Read(work.Path);
        Assert.Equal((7ul, true, false, 12345ul), (config.Weight, config.CanSeal, config.CanStore, config.MaxStorage));
        Assert.Equal(["a"], config.Groups);
        Assert.Empty(config.AllowTo);
        config.Write(work.Path);
        string text = await File.ReadAllTextAsync(Path.Combine(work.Path, "sectorstore.json"));
        foreach (string name in (string[])["ID", "Weight", "CanSeal", "CanStore", "MaxStorage", "Groups", "AllowTo", "AllowTypes", "DenyTypes", "AllowMiners", "DenyMiners"])
            Assert.Contains($"\"{name}\":", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"ID":"../../etc"}""")]
    [InlineData("""{"ID":"a.b"}""")]
    [InlineData("""{"ID":"a","Weight":-1}""")]
    public async Task A_description_of_another_form_is_refused(string text)
    {
        using var work = new WorkDirectory();
        Assert.Throws<SectorFileException>(() => StoragePathConfig.Read(work.Path));
        await File.WriteAllTextAsync(Path.Combine(work.Path, "sectorstore.json"), text);
        Assert.Throws<InvalidDataException>(() => StoragePathConfig.Read(work.Path));
    }

    [Fact]
    public async Task Opening_declares_what_lies_there_and_drops_what_does_not()
    {
        await using var test = new Machine();
        string path = test.Disk("a");
        Put(path, SectorFileType.Sealed, One);
        Put(path, SectorFileType.Cache, One);
        Put(path, SectorFileType.Unsealed, Two);
        await File.WriteAllTextAsync(Path.Combine(path, "sealed", "s-t01000-3.partial"), "half");
        Directory.CreateDirectory(Path.Combine(path, "sealed", "fetching", "s-t01000-4"));
        await File.WriteAllTextAsync(Path.Combine(path, "sealed", "lost+found"), "");
        ISectorIndex index = await test.IndexAsync();
        await index.AttachAsync(new StorageInfo { Id = StorageId.Parse("a") }, new StorageStat());
        await index.DeclareSectorAsync(StorageId.Parse("a"), One, SectorFileType.Update, true);
        await using LocalStorage storage = await test.StorageAsync(Quick);
        StorageId id = await storage.OpenPathAsync(path);
        Assert.Equal(
            [new SectorDeclaration(One, SectorFileType.Sealed | SectorFileType.Cache), new SectorDeclaration(Two, SectorFileType.Unsealed)],
            await index.ListSectorsAsync(id, null, 10));
        Assert.Equal([Url], (await index.InfoAsync(id)).Urls);
        LocalReplica replica = Assert.Single(storage.FindReplicas(One, updated: false));
        Assert.Equal(Path.Combine(path, "sealed", "s-t01000-1"), replica.Files.SealedPath);
        Assert.Empty(storage.FindReplicas(Two, updated: false));
        Assert.True((await storage.StatAsync(id)).Available > 0);
        await Assert.ThrowsAsync<StoragePathException>(() => storage.OpenPathAsync(path));
    }

    [Fact]
    public async Task A_change_is_declared_by_itself()
    {
        await using var test = new Machine();
        string path = test.Disk("a");
        Put(path, SectorFileType.Sealed, One);
        ISectorIndex index = await test.IndexAsync();
        await using LocalStorage storage = await test.StorageAsync(Quick);
        StorageId id = await storage.OpenPathAsync(path);
        Put(path, SectorFileType.Sealed, Two);
        await UntilAsync(async () => (await index.FindSectorAsync(Two, SectorFileType.Sealed)).Count == 1);
        File.Delete(StorageLayout.PathOf(path, SectorFileType.Sealed, One));
        await UntilAsync(async () => (await index.FindSectorAsync(One, SectorFileType.Sealed)).Count == 0);
        (StoragePathConfig.Read(path) with { Weight = 99, CanStore = false }).Write(path);
        await UntilAsync(async () => (await index.InfoAsync(id)).Weight == 99);

        // An index that forgot all is told all.
        await index.DetachAsync(id, Url);
        await UntilAsync(async () => (await index.FindSectorAsync(Two, SectorFileType.Sealed)).Count == 1);
    }

    [Fact]
    public async Task A_path_that_lost_its_disk_vanishes_without_losing_declarations_and_comes_back()
    {
        await using var test = new Machine();
        string path = test.Disk("a"), away = path + "-unplugged";
        Put(path, SectorFileType.Sealed, One);
        ISectorIndex index = await test.IndexAsync();
        await using LocalStorage storage = await test.StorageAsync(Quick);
        StorageId id = await storage.OpenPathAsync(path);
        Directory.Move(path, away);
        Directory.CreateDirectory(Path.Combine(path, "sealed"));
        await UntilAsync(async () => (await index.FindSectorAsync(One, SectorFileType.Sealed)).Count == 0);
        Assert.Empty(storage.Find(One, SectorFileType.Sealed));
        Assert.NotNull(Assert.Single(storage.Paths).Error);
        Assert.Single(await index.ListSectorsAsync(id, null, 10));
        Directory.Delete(path, recursive: true);
        Directory.Move(away, path);
        await UntilAsync(async () => (await index.FindSectorAsync(One, SectorFileType.Sealed)).Count == 1);
        await UntilAsync(() => Task.FromResult(storage.Find(One, SectorFileType.Sealed).Count == 1));
    }

    [Fact]
    public async Task A_disk_that_hangs_vanishes_in_its_time_limit_holds_up_no_other_and_comes_back()
    {
        await using var test = new Machine();
        string path = test.Disk("a"), other = test.Disk("b");
        Put(path, SectorFileType.Sealed, One);
        Put(other, SectorFileType.Sealed, Two);
        ISectorIndex index = await test.IndexAsync();
        LocalStorage storage = await test.StorageAsync(Quick with { ProbeTimeout = TimeSpan.FromSeconds(1) });
        StorageId id = await storage.OpenPathAsync(path);
        await storage.OpenPathAsync(other);

        // Whoever opens a pipe without a writer hangs, as on a disk that does not answer, and nothing can end it from outside.
        string meta = Path.Combine(path, StorageLayout.MetaFile);
        Hang(meta);
        await UntilAsync(async () => (await index.FindSectorAsync(One, SectorFileType.Sealed)).Count == 0);
        Assert.Empty(storage.Find(One, SectorFileType.Sealed));
        await Assert.ThrowsAsync<VanillaReadException>(() => storage.RedeclareAsync(id));
        Assert.Single(await index.FindSectorAsync(Two, SectorFileType.Sealed));
        Assert.True((await storage.StatAsync(StorageId.Parse("b"))).Available > 0);

        Answer(meta);
        await UntilAsync(async () => (await index.FindSectorAsync(One, SectorFileType.Sealed)).Count == 1);

        Hang(meta);
        await UntilAsync(() => Task.FromResult(storage.Paths.Any(one => one.Error is not null)));
        await storage.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        Answer(meta);
    }

    [Fact]
    public async Task A_machine_that_stops_says_goodbye()
    {
        await using var test = new Machine();
        string path = test.Disk("a");
        Put(path, SectorFileType.Sealed, One);
        ISectorIndex index = await test.IndexAsync();
        LocalStorage storage = await test.StorageAsync(Quick);
        StorageId id = await storage.OpenPathAsync(path);
        await storage.DisposeAsync();
        Assert.Empty(await index.FindSectorAsync(One, SectorFileType.Sealed));
        Assert.Single(await index.ListSectorsAsync(id, null, 10));
    }

    [Fact]
    public async Task Room_is_promised_once_and_what_is_written_counts_once()
    {
        await using var test = new Machine();
        string path = test.Disk("a", config => config with { MaxStorage = 30 << 10 });
        await using LocalStorage storage = await test.StorageAsync(Quick with { Heartbeat = TimeSpan.FromMinutes(1), Rescan = TimeSpan.FromMinutes(30) });
        StorageId id = await storage.OpenPathAsync(path);
        Assert.Equal(30 << 10, (await storage.StatAsync(id)).Available);
        long cache = StorageLayout.SealingBytes(SectorFileType.Cache, SectorSize.KiB2);
        using StorageReservation one = await storage.ReserveAsync(id, One, SectorFileType.Cache, SectorSize.KiB2, PathUse.Sealing);
        StorageStat stat = await storage.StatAsync(id);
        Assert.Equal((cache, (30 << 10) - cache), (stat.Reserved, stat.Available));
        StoragePathException full = await Assert.ThrowsAsync<StoragePathException>(() => storage.ReserveAsync(id, Two, SectorFileType.Cache, SectorSize.KiB2, PathUse.Sealing));
        Assert.Equal(StoragePathFault.NoRoom, full.Fault);
        Directory.CreateDirectory(one.PathOf(SectorFileType.Cache));
        await File.WriteAllBytesAsync(Path.Combine(one.PathOf(SectorFileType.Cache), "p_aux"), new byte[1000]);
        Assert.Equal(cache - 1000, (await storage.StatAsync(id)).Reserved);
        one.Dispose();
        Assert.Equal(0, (await storage.StatAsync(id)).Reserved);
        await storage.RedeclareAsync(id);
        Assert.Equal(1000, (await storage.StatAsync(id)).Used);
        Assert.Equal((30 << 10) - 1000, (await storage.StatAsync(id)).Available);
    }

    [Fact]
    public async Task Racing_reservations_never_promise_more_than_there_is()
    {
        await using var test = new Machine();
        string path = test.Disk("a", config => config with { MaxStorage = 10 << 10 });
        await using LocalStorage storage = await test.StorageAsync(Quick with { Heartbeat = TimeSpan.FromMinutes(1) });
        StorageId id = await storage.OpenPathAsync(path);
        int[] outcome = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            try
            {
                await storage.ReserveAsync(id, new SectorId(1000, new SectorNumber((ulong)i)), SectorFileType.Sealed, SectorSize.KiB2, PathUse.Storage);
                return 1;
            }
            catch (StoragePathException)
            {
                return 0;
            }
        })));
        Assert.Equal(5, outcome.Sum());
    }

    [Fact]
    public async Task A_path_that_does_not_take_such_files_promises_nothing()
    {
        await using var test = new Machine();
        string path = test.Disk("a", config => config with { CanSeal = false, DenyTypes = ["unsealed"], AllowMiners = ["f01000"] });
        await using LocalStorage storage = await test.StorageAsync(Quick);
        StorageId id = await storage.OpenPathAsync(path);
        await Assert.ThrowsAsync<StoragePathException>(() => storage.ReserveAsync(id, One, SectorFileType.Sealed, SectorSize.KiB2, PathUse.Sealing));
        await Assert.ThrowsAsync<StoragePathException>(() => storage.ReserveAsync(id, One, SectorFileType.Unsealed, SectorSize.KiB2, PathUse.Storage));
        await Assert.ThrowsAsync<StoragePathException>(() => storage.ReserveAsync(id, One with { Miner = 1001 }, SectorFileType.Sealed, SectorSize.KiB2, PathUse.Storage));
        (await storage.ReserveAsync(id, One, SectorFileType.Sealed, SectorSize.KiB2, PathUse.Storage)).Dispose();
    }

    [SmallDiskFact]
    public async Task A_read_only_path_is_read_and_takes_nothing()
    {
        using SmallDisk disk = SmallDisk.Mount(1 << 20);
        await using var test = new Machine();
        Describe(disk.Path, "a");
        Put(disk.Path, SectorFileType.Sealed, One);
        Remount(disk.Path, "ro");
        try
        {
            ISectorIndex index = await test.IndexAsync();
            await using LocalStorage storage = await test.StorageAsync(Quick);
            StorageId id = await storage.OpenPathAsync(disk.Path);
            Assert.Single(await index.FindSectorAsync(One, SectorFileType.Sealed));
            Assert.Equal(0, (await storage.StatAsync(id)).Available);
            StoragePathException refused = await Assert.ThrowsAsync<StoragePathException>(() => storage.ReserveAsync(id, Two, SectorFileType.Sealed, SectorSize.KiB2, PathUse.Storage));
            Assert.Contains("read-only", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            Remount(disk.Path, "rw");
        }
    }

    [SmallDiskFact]
    public async Task Two_paths_on_one_disk_share_its_room()
    {
        using SmallDisk disk = SmallDisk.Mount(64 << 10);
        await using var test = new Machine();
        foreach (string name in (string[])["a", "b"])
            Describe(Directory.CreateDirectory(Path.Combine(disk.Path, name)).FullName, name);
        await using LocalStorage storage = await test.StorageAsync(Quick);
        StorageId a = await storage.OpenPathAsync(Path.Combine(disk.Path, "a"));
        StorageId b = await storage.OpenPathAsync(Path.Combine(disk.Path, "b"));
        using StorageReservation first = await storage.ReserveAsync(a, One, SectorFileType.Cache, SectorSize.KiB2, PathUse.Sealing);
        await Assert.ThrowsAsync<StoragePathException>(() => storage.ReserveAsync(b, Two, SectorFileType.Cache, SectorSize.KiB4, PathUse.Sealing));
    }

    [Fact]
    public async Task Removing_takes_back_the_declaration_and_keeps_what_is_kept()
    {
        await using var test = new Machine();
        string a = test.Disk("a"), b = test.Disk("b");
        Put(a, SectorFileType.Sealed, One);
        Put(a, SectorFileType.Cache, One);
        Put(b, SectorFileType.Sealed, One);
        ISectorIndex index = await test.IndexAsync();
        await using LocalStorage storage = await test.StorageAsync(Quick);
        await storage.OpenPathAsync(a);
        StorageId keep = await storage.OpenPathAsync(b);
        Assert.Equal(2, await storage.RemoveAsync(One, SectorFileType.Sealed | SectorFileType.Cache, [keep]));
        Assert.Equal([keep], (await index.FindSectorAsync(One, SectorFileType.Sealed | SectorFileType.Cache)).Select(found => found.Id));
        Assert.False(Directory.Exists(StorageLayout.PathOf(a, SectorFileType.Cache, One)));
        Assert.True(File.Exists(StorageLayout.PathOf(b, SectorFileType.Sealed, One)));
    }

    private static void Put(string path, SectorFileType type, SectorId sector)
    {
        string at = StorageLayout.PathOf(path, type, sector);
        if (type is SectorFileType.Cache or SectorFileType.UpdateCache)
            Directory.CreateDirectory(at);
        else
            File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Path.GetDirectoryName(at)!).FullName, Path.GetFileName(at)), Encoding.ASCII.GetBytes("sector"));
    }

    private static void Describe(string path, string id) => new StoragePathConfig { Id = StorageId.Parse(id), CanSeal = true, CanStore = true }.Write(path);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), "expected within a minute");
            await Task.Delay(20);
        }
    }

    private static void Hang(string file)
    {
        File.Move(file, file + ".kept");
        using var process = Process.Start("mkfifo", [file]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static void Answer(string file)
    {
        // The file first: who is let go looks again.
        string pipe = file + ".pipe";
        File.Move(file, pipe);
        File.Move(file + ".kept", file);
        using (new FileStream(pipe, FileMode.Open, FileAccess.Write))
        {
        }

        File.Delete(pipe);
    }

    private static void Remount(string path, string mode)
    {
        using var process = Process.Start("mount", ["-o", $"remount,{mode}", path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>A machine with an index in a file and disks in a directory.</summary>
    private sealed class Machine : IAsyncDisposable
    {
        private readonly TestDatabase _database = new("sqlite");
        private readonly WorkDirectory _disks = new();
        private SectorIndex? _index;

        public async Task<ISectorIndex> IndexAsync() => _index ??= await SectorIndex.OpenAsync(_database.Database, new SectorIndexOptions { StaleAfter = TimeSpan.FromMinutes(2) });

        public async Task<LocalStorage> StorageAsync(LocalStorageOptions options) => new(await IndexAsync(), options);

        public string Disk(string name, Func<StoragePathConfig, StoragePathConfig>? change = null)
        {
            string path = Directory.CreateDirectory(Path.Combine(_disks.Path, name)).FullName;
            var config = new StoragePathConfig { Id = StorageId.Parse(name), CanSeal = true, CanStore = true };
            (change?.Invoke(config) ?? config).Write(path);
            return path;
        }

        public async ValueTask DisposeAsync()
        {
            await _database.DisposeAsync();
            _disks.Dispose();
        }
    }
}
