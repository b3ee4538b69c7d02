using System.Net;
using System.Net.Sockets;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Remote;
using Filecoin.Proving.Tests.PoRep;

namespace Filecoin.Proving.Tests.Storage.Remote;

/// <summary>One sector on several machines, read as the scheduler reads it.</summary>
public sealed class IndexedReplicasTests : IAsyncLifetime, IDisposable
{
    private static readonly SectorId Sector = new(1000, new SectorNumber(7));
    private static readonly PoStConfig Window = PoStConfig.Create(PoStKind.Window, SectorSize.KiB2, ApiVersion.V1_2);
    private static readonly SectorReadOptions Once = new() { Rounds = 1 };
    private readonly TestDatabase _database = new("sqlite");
    private readonly TestSector _sealed = new(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1));
    private readonly List<StorageMachine> _machines = [];
    private readonly RemoteStorageClient _client = new(new ScopedRemoteTokens(StorageMachine.Key), new RemoteClientOptions { RequestTimeout = TimeSpan.FromSeconds(1) });
    private SectorIndex _index = null!;

    private VanillaChallenge Challenge => VanillaChallenge.Of(Window, new ProvenSector(Sector, _sealed.Inputs.CommR, false), PoStRandomness.FromChain(new byte[32]));

    public async Task InitializeAsync()
    {
        _index = await SectorIndex.OpenAsync(_database.Database, new SectorIndexOptions { StaleAfter = TimeSpan.FromMinutes(5) });
        foreach (string name in (string[])["a", "b"])
            _machines.Add(await StorageMachine.StartAsync(_index, name, Copy));
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        foreach (StorageMachine machine in _machines)
            await machine.DisposeAsync();
        await _database.DisposeAsync();
    }

    public void Dispose() => _sealed.Dispose();

    [Fact]
    public async Task The_next_machine_is_asked_where_a_copy_is_damaged_or_gone()
    {
        string replica = StorageLayout.PathOf(_machines[0].Directory, SectorFileType.Sealed, Sector);
        byte[] whole = await File.ReadAllBytesAsync(replica);
        foreach (int length in (int[])[0, 1000, 2047])
        {
            await File.WriteAllBytesAsync(replica, whole[..length]);
            await ReadsAsync(new IndexedReplicas(_index, _client));
        }

        // One byte of the subtree that is challenged.
        byte[] flipped = [.. whole];
        flipped[Challenge.Nodes[0] * 32] ^= 1;
        await File.WriteAllBytesAsync(replica, flipped);
        await ReadsAsync(new IndexedReplicas(_index, _client));
        File.Delete(replica);
        await ReadsAsync(new IndexedReplicas(_index, _client));
    }

    [Fact]
    public async Task This_machines_damaged_copy_is_made_good_by_anothers()
    {
        File.Delete(Path.Combine(StorageLayout.PathOf(_machines[0].Directory, SectorFileType.Cache, Sector), "p_aux"));
        await ReadsAsync(new IndexedReplicas(_index, _client, _machines[0].Storage));
    }

    [Fact]
    public async Task Another_sector_under_the_name_is_not_taken_for_it()
    {
        using var other = new TestSector(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1), "other");
        string cache = StorageLayout.PathOf(_machines[0].Directory, SectorFileType.Cache, Sector);
        foreach (string file in Directory.EnumerateFiles(other.Files.CacheDirectory))
            File.Copy(file, Path.Combine(cache, Path.GetFileName(file)), overwrite: true);
        File.Copy(other.Files.SealedPath, StorageLayout.PathOf(_machines[0].Directory, SectorFileType.Sealed, Sector), overwrite: true);
        await ReadsAsync(new IndexedReplicas(_index, _client));
    }

    [Fact]
    public async Task A_machine_that_stopped_costs_one_time_limit_and_the_next_is_asked()
    {
        // To others a stopped process looks like this: the kernel accepts, nobody reads.
        var stopped = new TcpListener(IPAddress.Loopback, 0);
        stopped.Start();
        var first = new StorageInfo { Id = StorageId.Parse("first"), Urls = [$"http://127.0.0.1:{((IPEndPoint)stopped.LocalEndpoint).Port}/remote"], Weight = 1000, CanStore = true };
        await _index.AttachAsync(first, new StorageStat());
        await _index.DeclareSectorAsync(first.Id, Sector, SectorFileType.Sealed | SectorFileType.Cache, true);
        await ReadsAsync(new IndexedReplicas(_index, _client), Once with { ChallengeTimeout = TimeSpan.FromSeconds(5) });
        stopped.Stop();
    }

    [Fact]
    public async Task What_lies_here_needs_no_index_and_what_does_not_is_told_in_time()
    {
        await ReadsAsync(new IndexedReplicas(HungIndex.Create(), _client, _machines[0].Storage));
        SectorReadings read = await new SectorReader(new IndexedReplicas(HungIndex.Create(), _client), Once).ReadAsync([Challenge], TimeSpan.FromMinutes(1));
        Assert.NotEmpty(Assert.Single(read.Skipped).Reason);
    }

    [Fact]
    public async Task A_path_that_two_machines_serve_is_read_through_the_other_where_this_one_cannot()
    {
        // Both serve one path; this machine's mount of it is broken.
        StorageMachine here = _machines[0];
        await _index.AttachAsync((await _index.InfoAsync(here.Id)) with { Urls = [_machines[1].Url.ToString()] }, new StorageStat());
        await _index.DropSectorAsync(_machines[1].Id, Sector, SectorFileType.Sealed | SectorFileType.Cache);
        File.Delete(StorageLayout.PathOf(here.Directory, SectorFileType.Sealed, Sector));
        await ReadsAsync(new IndexedReplicas(_index, _client, here.Storage));
    }

    private async Task ReadsAsync(IndexedReplicas replicas, SectorReadOptions? options = null)
    {
        SectorReadings read = await new SectorReader(replicas, options ?? Once).ReadAsync([Challenge], TimeSpan.FromMinutes(1));
        Assert.True(read.Skipped.IsEmpty, read.Skipped.IsEmpty ? "" : read.Skipped[0].Reason);
        Assert.Single(read.Proofs);
    }

    private void Copy(string directory)
    {
        string cache = Directory.CreateDirectory(StorageLayout.PathOf(directory, SectorFileType.Cache, Sector)).FullName;
        foreach (string file in Directory.EnumerateFiles(_sealed.Files.CacheDirectory))
            File.Copy(file, Path.Combine(cache, Path.GetFileName(file)));
        string replica = StorageLayout.PathOf(directory, SectorFileType.Sealed, Sector);
        Directory.CreateDirectory(Path.GetDirectoryName(replica)!);
        File.Copy(_sealed.Files.SealedPath, replica);
    }
}
