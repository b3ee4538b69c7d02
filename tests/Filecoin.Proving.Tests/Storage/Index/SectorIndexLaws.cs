using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;

namespace Filecoin.Proving.Tests.Storage.Index;

/// <summary>What every form of the sector index keeps, on every database.</summary>
public abstract class SectorIndexLaws
{
    private const string Here = "http://127.0.0.1:2345/remote";
    private const string There = "https://10.0.0.9:2345/remote";
    private static readonly StorageStat Roomy = new() { Capacity = 1L << 40, Available = 1L << 39, FileSystemAvailable = 1L << 39 };
    private static readonly SectorId Sector = new(1000, new SectorNumber(7));

    internal abstract Task<IndexUnderTest> OpenAsync(string kind, SectorIndexOptions? options = null);

    [Theory, EachDatabase]
    public async Task Attaching_again_merges_urls_and_takes_the_new_settings(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind);
        StorageInfo info = Path("a") with { Groups = ["fast"], AllowTypes = ["sealed", "cache"], MaxStorage = 5 };
        await test.Index.AttachAsync(info, Roomy);
        await test.Index.AttachAsync(info with { Urls = [There + "/"], Weight = 3, Groups = [] }, Roomy);
        StorageInfo found = await test.Index.InfoAsync(info.Id);
        Assert.Equal([Here, There], found.Urls.Order());
        Assert.Equal(3ul, found.Weight);
        Assert.Empty(found.Groups);
        Assert.Equal(["sealed", "cache"], found.AllowTypes);
        Assert.Equal(5ul, found.MaxStorage);
    }

    [Theory, EachDatabase]
    public async Task The_last_url_takes_path_and_declarations_with_it(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind);
        await test.Index.AttachAsync(Path("a") with { Urls = [Here, There] }, Roomy);
        await test.Index.AttachAsync(Path("b"), Roomy);
        await test.Index.DeclareSectorAsync(Id("a"), Sector, SectorFileType.Sealed, true);
        await test.Index.DeclareSectorAsync(Id("b"), Sector, SectorFileType.Sealed, false);
        Assert.Equal(SectorIndexFault.Invalid, await FaultAsync(() => test.Index.DetachAsync(Id("a"), "http://other/remote")));
        await test.Index.DetachAsync(Id("a"), There);
        Assert.Equal(2, (await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed)).Count);
        await test.Index.DetachAsync(Id("a"), Here);
        Assert.Equal([Id("b")], (await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed)).Select(path => path.Id));
        Assert.Equal(SectorIndexFault.UnknownPath, await FaultAsync(() => test.Index.InfoAsync(Id("a"))));
        await test.Index.AttachAsync(Path("a"), Roomy);
        Assert.Empty(await test.Index.ListSectorsAsync(Id("a"), null, 10));
        Assert.Equal([Id("a"), Id("b")], (await test.Index.ListPathsAsync()).Order());
    }

    [Theory, EachDatabase]
    public async Task A_sector_is_found_where_it_was_declared_primary_first(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind);
        await test.Index.AttachAsync(Path("a") with { Weight = 1000 }, Roomy);
        await test.Index.AttachAsync(Path("b"), Roomy);
        await test.Index.DeclareSectorAsync(Id("a"), Sector, SectorFileType.Sealed | SectorFileType.Unsealed, false);
        await test.Index.DeclareSectorAsync(Id("b"), Sector, SectorFileType.Sealed, false);
        await test.Index.DeclareSectorAsync(Id("b"), Sector, SectorFileType.Sealed | SectorFileType.Cache, true);
        IReadOnlyList<SectorStorageInfo> found = await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed);
        Assert.Equal([Id("b"), Id("a")], found.Select(path => path.Id));
        Assert.True(found[0].Primary);
        Assert.False(found[1].Primary);
        Assert.Equal([$"{Here}/sealed/s-t01000-7"], found[0].Urls);
        Assert.Equal([Here], found[0].BaseUrls);
        found = await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed | SectorFileType.Cache);
        Assert.Equal(SectorFileType.Sealed | SectorFileType.Cache, found[0].SectorFileType);
        Assert.Equal(20ul, found[0].Weight);
        Assert.Equal(SectorFileType.Sealed, found[1].SectorFileType);
        Assert.Empty(await test.Index.FindSectorAsync(Sector, SectorFileType.Update));
        Assert.Empty(await test.Index.FindSectorAsync(Sector with { Miner = 1001 }, SectorFileType.Sealed));

        await test.Index.DropSectorAsync(Id("b"), Sector, SectorFileType.Sealed | SectorFileType.Piece);
        Assert.Equal([Id("a")], (await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed)).Select(path => path.Id));
        Assert.Equal([Id("b")], (await test.Index.FindSectorAsync(Sector, SectorFileType.Cache)).Select(path => path.Id));
        await test.Index.DropSectorAsync(Id("b"), Sector, SectorFileType.Cache);
        Assert.Empty(await test.Index.ListSectorsAsync(Id("b"), null, 10));
    }

    [Theory, EachDatabase]
    public async Task A_path_with_an_error_is_in_no_answer_until_it_is_well(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind);
        await test.Index.AttachAsync(Path("a") with { Urls = [Here, There] }, Roomy);
        await test.Index.DeclareSectorAsync(Id("a"), Sector, SectorFileType.Sealed, true);

        // One machine lost the path, the other still serves it.
        await test.Index.ReportHealthAsync(Id("a"), new HealthReport { Error = "input/output error", Urls = [Here] });
        Assert.Equal([There], Assert.Single(await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed)).BaseUrls);
        await test.Index.ReportHealthAsync(Id("a"), new HealthReport { Error = "input/output error", Urls = [There] });
        Assert.Empty(await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed));
        Assert.Equal(SectorIndexFault.NoRoom, await FaultAsync(() => test.Index.BestAllocAsync(SectorFileType.Sealed, SectorSize.KiB2, PathUse.Storage, 1000)));

        // Lotus reports for the path as a whole.
        await test.Index.ReportHealthAsync(Id("a"), new HealthReport { Stat = Roomy });
        Assert.Equal(2, Assert.Single(await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed)).BaseUrls.Count);
        Assert.Single(await test.Index.BestAllocAsync(SectorFileType.Sealed, SectorSize.KiB2, PathUse.Storage, 1000));
        Assert.Equal(SectorIndexFault.UnknownPath, await FaultAsync(() => test.Index.ReportHealthAsync(Id("none"), new HealthReport())));
    }

    [Theory, EachDatabase]
    public async Task A_path_that_falls_silent_vanishes_and_comes_back(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind, new SectorIndexOptions { StaleAfter = TimeSpan.FromSeconds(30) });
        await test.Index.AttachAsync(Path("a"), Roomy);
        await test.Index.AttachAsync(Path("b") with { Urls = [] }, Roomy);
        await test.Index.DeclareSectorAsync(Id("a"), Sector, SectorFileType.Sealed, true);
        await test.Index.DeclareSectorAsync(Id("b"), Sector, SectorFileType.Sealed, true);
        Assert.Equal(2, (await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed)).Count);
        await test.SilenceAsync(TimeSpan.FromSeconds(31));
        Assert.Empty(await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed));
        Assert.Equal(SectorIndexFault.NoRoom, await FaultAsync(() => test.Index.BestAllocAsync(SectorFileType.Sealed, SectorSize.KiB2, PathUse.Storage, 1000)));
        await test.Index.ReportHealthAsync(Id("a"), new HealthReport { Stat = Roomy, Urls = [Here] });
        Assert.Equal([Id("a")], (await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed)).Select(path => path.Id));
    }

    [Theory, EachDatabase]
    public async Task Best_allocation_looks_at_use_room_kinds_and_miners(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind);
        long room = StorageLayout.SealingBytes(SectorFileType.Sealed | SectorFileType.Cache, SectorSize.GiB32);
        await test.Index.AttachAsync(Path("heavy") with { Weight = 3 }, Roomy with { Available = 5 * room });
        await test.Index.AttachAsync(Path("wide") with { Weight = 2 }, Roomy with { Available = 8 * room });
        await test.Index.AttachAsync(Path("full"), Roomy with { Available = room - 1 });
        await test.Index.AttachAsync(Path("stores") with { CanSeal = false }, Roomy with { Available = 100 * room });
        await test.Index.AttachAsync(Path("nocache") with { DenyTypes = ["cache"] }, Roomy with { Available = 100 * room });
        await test.Index.AttachAsync(Path("others") with { AllowMiners = ["f01001", "t01002"] }, Roomy with { Available = 100 * room });
        await test.Index.AttachAsync(Path("notours") with { DenyMiners = ["t01000"] }, Roomy with { Available = 100 * room });
        await test.Index.AttachAsync(Path("unknown") with { AllowTypes = ["floppy"] }, Roomy with { Available = 100 * room });
        await test.Index.AttachAsync(Path("reads") with { Weight = 0 }, Roomy with { Available = 100 * room });
        IReadOnlyList<StorageInfo> best = await test.Index.BestAllocAsync(SectorFileType.Sealed | SectorFileType.Cache, SectorSize.GiB32, PathUse.Sealing, 1000);
        Assert.Equal([Id("wide"), Id("heavy")], best.Select(path => path.Id));
        Assert.Equal([Here], best[0].Urls);
        best = await test.Index.BestAllocAsync(SectorFileType.Sealed | SectorFileType.Cache, SectorSize.GiB32, PathUse.Storage, 1002);
        Assert.Contains(Id("others"), best.Select(path => path.Id));
        Assert.Contains(Id("stores"), best.Select(path => path.Id));
        Assert.Contains(Id("full"), best.Select(path => path.Id));
        foreach (string path in (string[])["notours", "wide", "heavy"])
            await test.Index.DetachAsync(Id(path), Here);
        Assert.Equal(SectorIndexFault.NoRoom, await FaultAsync(
            () => test.Index.BestAllocAsync(StorageLayout.AllTypes, SectorSize.GiB64, PathUse.Sealing, 4000)));
    }

    [Theory, EachDatabase]
    public async Task Fetching_goes_to_sealing_paths_in_the_groups_that_the_holder_allows(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind);
        await test.Index.AttachAsync(Path("holder") with { AllowTo = ["near"] }, Roomy);
        await test.Index.AttachAsync(Path("near") with { Groups = ["near", "x"] }, Roomy);
        await test.Index.AttachAsync(Path("far") with { Groups = ["far"] }, Roomy);
        await test.Index.AttachAsync(Path("stores") with { Groups = ["near"], CanSeal = false }, Roomy);
        await test.Index.AttachAsync(Path("full") with { Groups = ["near"] }, Roomy with { Available = 1 });
        await test.Index.DeclareSectorAsync(Id("holder"), Sector, SectorFileType.Sealed, true);
        IReadOnlyList<SectorStorageInfo> found = await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed, SectorSize.GiB32, allowFetch: true);
        Assert.Equal([Id("holder"), Id("near")], found.Select(path => path.Id));
        Assert.Equal(SectorFileType.None, found[1].SectorFileType);
        Assert.Equal(0ul, found[1].Weight);
        await test.Index.AttachAsync(Path("holder"), Roomy);
        found = await test.Index.FindSectorAsync(Sector, SectorFileType.Sealed, SectorSize.GiB32, allowFetch: true);
        Assert.Equal([Id("far"), Id("holder"), Id("near")], found.Select(path => path.Id).Order());
        Assert.Empty(await test.Index.FindSectorAsync(Sector, SectorFileType.Cache, SectorSize.GiB32, allowFetch: true));
    }

    [Theory, EachDatabase]
    public async Task Many_sectors_are_declared_at_once_and_listed_in_pages(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind);
        await test.Index.AttachAsync(Path("a"), Roomy);
        await test.Index.AttachAsync(Path("b"), Roomy);
        SectorDeclaration[] all = [.. Enumerable.Range(0, 1203).Select(i => new SectorDeclaration(
            new SectorId((ulong)(1000 + (i % 2)), new SectorNumber((ulong)i)), SectorFileType.Sealed | SectorFileType.Cache, i % 3 != 0))];
        await test.Index.DeclareSectorsAsync(Id("a"), [.. all, all[5], all[6] with { Types = SectorFileType.Unsealed, Primary = all[6].Primary }]);
        await test.Index.DeclareSectorsAsync(Id("b"), all[..3]);
        var listed = new List<SectorDeclaration>();
        while (true)
        {
            IReadOnlyList<SectorDeclaration> page = await test.Index.ListSectorsAsync(Id("a"), listed.Count == 0 ? null : listed[^1].Sector, 500);
            if (page.Count == 0)
                break;
            listed.AddRange(page);
        }

        all[6] = all[6] with { Types = all[6].Types | SectorFileType.Unsealed };
        Assert.Equal(all.OrderBy(one => (one.Sector.Miner, one.Sector.Number)), listed);
        Assert.Equal(SectorIndexFault.Invalid, await FaultAsync(() => test.Index.ListSectorsAsync(Id("a"), null, SectorIndexOptions.MaxPage + 1)));
        Assert.Equal(SectorIndexFault.UnknownPath, await FaultAsync(() => test.Index.DeclareSectorsAsync(Id("none"), all)));
    }

    [Theory, EachDatabase]
    public async Task What_cannot_be_is_refused(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind);
        Assert.Equal(SectorIndexFault.Invalid, await FaultAsync(() => test.Index.AttachAsync(Path("a") with { Urls = ["file:///etc"] }, Roomy)));
        Assert.Equal(SectorIndexFault.Invalid, await FaultAsync(() => test.Index.AttachAsync(Path("a") with { Urls = ["http://h/remote?token=x"] }, Roomy)));
        await test.Index.AttachAsync(Path("a"), Roomy);
        Assert.Equal(SectorIndexFault.Invalid, await FaultAsync(() => test.Index.DeclareSectorAsync(Id("a"), Sector, SectorFileType.None, true)));
        Assert.Equal(SectorIndexFault.Invalid, await FaultAsync(() => test.Index.DeclareSectorAsync(Id("a"), Sector, (SectorFileType)64, true)));
        Assert.Equal(SectorIndexFault.Invalid, await FaultAsync(() => test.Index.DeclareSectorAsync(Id("a"), new SectorId(1, new SectorNumber(ulong.MaxValue)), SectorFileType.Sealed, true)));
        Assert.Equal(SectorIndexFault.Invalid, await FaultAsync(() => test.Index.FindSectorAsync(Sector, SectorFileType.None)));
        Assert.Equal(SectorIndexFault.Invalid, await FaultAsync(() => test.Index.TryLockAsync(Sector, SectorFileType.None, SectorFileType.None)));
    }

    [Theory, EachDatabase]
    public async Task A_file_has_one_writer_or_many_readers(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind);
        await using SectorLease one = Assert.IsType<SectorLease>(await test.Index.TryLockAsync(Sector, SectorFileType.Sealed, SectorFileType.Cache));
        await using SectorLease two = Assert.IsType<SectorLease>(await test.Index.TryLockAsync(Sector, SectorFileType.Sealed, SectorFileType.None));
        Assert.Null(await test.Index.TryLockAsync(Sector, SectorFileType.None, SectorFileType.Sealed));
        Assert.Null(await test.Index.TryLockAsync(Sector, SectorFileType.Cache, SectorFileType.None));
        Assert.Null(await test.Index.TryLockAsync(Sector, SectorFileType.Unsealed, SectorFileType.Cache));
        await using SectorLease other = Assert.IsType<SectorLease>(await test.Index.TryLockAsync(Sector with { Miner = 1001 }, SectorFileType.None, SectorFileType.Sealed));
        SectorLocks held = await test.Index.GetLocksAsync();
        Assert.Equal([Sector, Sector with { Miner = 1001 }], held.Locks.Select(sector => sector.Sector));
        Assert.Equal([0, 2, 0, 0, 0, 0], held.Locks[0].Read);
        Assert.Equal([0, 0, 1, 0, 0, 0], held.Locks[0].Write);
        await two.DisposeAsync();
        await one.DisposeAsync();
        await using SectorLease writer = Assert.IsType<SectorLease>(await test.Index.TryLockAsync(Sector, SectorFileType.Sealed, SectorFileType.Sealed | SectorFileType.Cache));
        Assert.False(writer.Lost.IsCancellationRequested);
    }

    [Theory, EachDatabase]
    public async Task Waiting_for_a_lock_ends_when_it_is_free_or_given_up(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind, new SectorIndexOptions { LockPoll = TimeSpan.FromMilliseconds(20) });
        SectorLease held = await test.Index.LockAsync(Sector, SectorFileType.None, SectorFileType.Sealed);
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Index.LockAsync(Sector, SectorFileType.Sealed, SectorFileType.None, impatient.Token));
        Task<SectorLease> waiting = test.Index.LockAsync(Sector, SectorFileType.Sealed, SectorFileType.None);
        Assert.False(waiting.IsCompleted);
        await held.DisposeAsync();
        await (await waiting.WaitAsync(TimeSpan.FromMinutes(1))).DisposeAsync();
        Assert.Empty((await test.Index.GetLocksAsync()).Locks);
    }

    [Theory, EachDatabase]
    public async Task A_lock_that_ran_out_is_lost_before_another_has_it(string kind)
    {
        await using IndexUnderTest test = await OpenAsync(kind, new SectorIndexOptions { LockLease = TimeSpan.FromSeconds(6) });
        await using SectorLease held = await test.Index.LockAsync(Sector, SectorFileType.None, SectorFileType.Sealed);
        long first = await test.LockEndAsync();
        for (long end = first; end == first; end = await test.LockEndAsync())
            await Task.Delay(50, held.Lost);
        Assert.Null(await test.Index.TryLockAsync(Sector, SectorFileType.Sealed, SectorFileType.None));

        // As if the database had not heard of the holder for too long.
        await test.ExpireLocksAsync();
        await Task.Delay(Timeout.Infinite, held.Lost).WaitAsync(TimeSpan.FromMinutes(1)).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.True(held.Lost.IsCancellationRequested);
        await using SectorLease next = Assert.IsType<SectorLease>(await test.Index.TryLockAsync(Sector, SectorFileType.Sealed, SectorFileType.None));
    }

    private protected static StorageId Id(string name) => StorageId.Parse(name);

    private protected static StorageInfo Path(string name) => new() { Id = Id(name), Urls = [Here], CanSeal = true, CanStore = true };

    private static async Task<SectorIndexFault> FaultAsync(Func<Task> act) => (await Assert.ThrowsAsync<SectorIndexException>(act)).Fault;
}

/// <summary>An index and the database under it.</summary>
internal sealed class IndexUnderTest(TestDatabase database, ISectorIndex index, params IAsyncDisposable[] owned) : IAsyncDisposable
{
    public ISectorIndex Index { get; } = index;

    /// <summary>As if all paths had been silent for so long.</summary>
    public Task SilenceAsync(TimeSpan time) => database.Database.WriteAsync(async session =>
    {
        await session.ExecuteAsync("UPDATE storage_paths SET heartbeat = heartbeat - @time", new { time = (long)time.TotalMilliseconds });
        await session.ExecuteAsync("UPDATE storage_urls SET heartbeat = heartbeat - @time", new { time = (long)time.TotalMilliseconds });
    });

    /// <summary>As if no holder had renewed its locks in time.</summary>
    public Task ExpireLocksAsync() => database.Database.WriteAsync(session => session.ExecuteAsync("UPDATE storage_locks SET expires = 0"));

    /// <summary>When the one lock that is held runs out.</summary>
    public Task<long> LockEndAsync() => database.Database.ReadAsync(session => session.ScalarAsync<long>("SELECT expires FROM storage_locks"));

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable one in owned)
            await one.DisposeAsync();
        await database.DisposeAsync();
    }
}

/// <summary>The index on its database.</summary>
public sealed class SectorIndexTests : SectorIndexLaws
{
    internal override async Task<IndexUnderTest> OpenAsync(string kind, SectorIndexOptions? options = null)
    {
        var database = new TestDatabase(kind);
        return new IndexUnderTest(database, await SectorIndex.OpenAsync(database.Database, options));
    }
}

/// <summary>The index over JSON-RPC on a WebSocket.</summary>
public sealed class RemoteSectorIndexTests : SectorIndexLaws
{
    private static readonly RpcTokenKey Key = new(new byte[32]);

    internal override Task<IndexUnderTest> OpenAsync(string kind, SectorIndexOptions? options = null) => OpenAsync(kind, options, RpcPermissions.Admin);

    [Fact]
    public async Task Without_the_permission_nothing_is_told()
    {
        await using IndexUnderTest test = await OpenAsync("sqlite", null, RpcPermissions.Read | RpcPermissions.Write);
        await Assert.ThrowsAsync<RpcErrorException>(() => test.Index.ListPathsAsync());
        await Assert.ThrowsAsync<RpcErrorException>(() => test.Index.AttachAsync(Path("a"), new StorageStat()));
    }

    private static async Task<IndexUnderTest> OpenAsync(string kind, SectorIndexOptions? options, RpcPermissions permissions)
    {
        var database = new TestDatabase(kind);
        RpcServer server = await RpcServer.StartAsync(new RpcMethods().AddSectorIndex(await SectorIndex.OpenAsync(database.Database, options)), tokens: Key);
        var url = new UriBuilder(new Uri(server.Address, "/rpc/v0")) { Scheme = "ws" }.Uri;
        var transport = new WebSocketRpcTransport(RpcEndpoint.Create(url, Key.Sign(permissions)));
        return new IndexUnderTest(database, new RemoteSectorIndex(transport), transport, server);
    }
}
