using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Tests.Scheduling.Vanilla;

/// <summary>Reading a partition from disks that fail in every manner: what cannot be read is skipped and told, and costs its neighbours nothing.</summary>
public sealed class SectorReaderTests : IDisposable
{
    private static readonly PoStConfig Window = PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1);
    private static readonly PoStRandomness Randomness = PoStRandomness.FromChain(new byte[32]);
    private static readonly SectorReadOptions Once = new() { Rounds = 1 };

    private readonly ReplicaShelf _shelf = new(3);
    private readonly DirectoryInfo _storage = Directory.CreateTempSubdirectory("filecoin-test-");
    private readonly StorageReads _reads = new();
    private readonly VirtualTime _time = new();

    public void Dispose()
    {
        _shelf.Dispose();
        _storage.Delete(recursive: true);
    }

    [Fact]
    public async Task Sectors_of_a_path_are_read_in_order_of_their_numbers()
    {
        Store(5, 2, 9);
        SectorReadings readings = await ReadAsync(Once, 9, 2, 5);

        Assert.Equal([2UL, 5, 9], readings.Proofs.Select(proof => proof.Sector.Value));
        Assert.Empty(readings.Skipped);
    }

    [Fact]
    public async Task A_missing_a_half_written_and_a_damaged_sector_are_skipped_alone()
    {
        Store(1, 2, 3, 4);
        File.Delete(PathOf(SectorFileType.Sealed, 1));
        using (FileStream half = File.OpenWrite(PathOf(SectorFileType.Sealed, 2)))
            half.SetLength(1024);
        string tree = Directory.EnumerateFiles(PathOf(SectorFileType.Cache, 3), "*tree-r-last*").First();
        byte[] bytes = await File.ReadAllBytesAsync(tree);
        Array.Fill(bytes, (byte)7);
        await File.WriteAllBytesAsync(tree, bytes);

        SectorReadings readings = await ReadAsync(Once, 1, 2, 3, 4);

        Assert.Equal(4UL, Assert.Single(readings.Proofs).Sector.Value);
        Assert.Equal([1UL, 2, 3], readings.Skipped.Select(skipped => skipped.Sector.Value));
        Assert.All(readings.Skipped, skipped => Assert.Contains(_storage.FullName, skipped.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sector_whose_commitment_is_not_the_chains_is_skipped()
    {
        Store(1, 2);
        VanillaChallenge wrong = Challenge(1) with { CommR = _shelf.CommR(2) };

        SectorReadings readings = await new SectorReader(Local(), Once).ReadAsync([wrong, Challenge(2)], TimeSpan.FromMinutes(1));

        Assert.Equal(2UL, Assert.Single(readings.Proofs).Sector.Value);
        Assert.Equal(1UL, Assert.Single(readings.Skipped).Sector.Value);
    }

    [Fact]
    public async Task Replicas_are_tried_in_turn_until_one_answers_rightly()
    {
        _shelf.Paths["first"] = PathMood.Hangs;
        _shelf.Paths["second"] = PathMood.Lies;
        _shelf.Paths["third"] = PathMood.Unplugged;
        _shelf.Paths["fourth"] = PathMood.Well;
        SectorReadings readings = await new SectorReader(_shelf, Once with { ChallengeTimeout = TimeSpan.FromSeconds(2) })
            .ReadAsync([Challenge(1)], TimeSpan.FromMinutes(1));
        Assert.Single(readings.Proofs);

        _shelf.Paths["fourth"] = PathMood.Unplugged;
        readings = await new SectorReader(_shelf, Once with { ChallengeTimeout = TimeSpan.FromSeconds(2) }).ReadAsync([Challenge(1)], TimeSpan.FromMinutes(1));
        string reason = Assert.Single(readings.Skipped).Reason;
        Assert.All(_shelf.Paths.Keys, path => Assert.Contains(path, reason, StringComparison.Ordinal));
    }

    /// <summary>Less time than one replica may take: the one that hangs does not use it up.</summary>
    [Fact]
    public async Task A_replica_that_hangs_leaves_time_for_the_next()
    {
        _shelf.Paths["first"] = PathMood.Hangs;
        _shelf.Paths["second"] = PathMood.Hangs;
        _shelf.Paths["third"] = PathMood.Well;
        SectorReadings readings = await ReadFromShelfAsync(new SectorReader(_shelf, Once, _time), 1);
        Assert.Single(readings.Proofs);

        _shelf.Paths["third"] = PathMood.Hangs;
        readings = await ReadFromShelfAsync(new SectorReader(_shelf, Once, _time), 1);
        string reason = Assert.Single(readings.Skipped).Reason;
        Assert.All(_shelf.Paths.Keys, path => Assert.Contains(path, reason, StringComparison.Ordinal));
    }

    /// <summary>Long after its turn, and still the first to answer.</summary>
    [Fact]
    public async Task A_slow_replica_whose_neighbour_hangs_is_waited_for()
    {
        _shelf.Paths["first"] = PathMood.Slow;
        _shelf.Paths["second"] = PathMood.Hangs;
        SectorReadings readings = await ReadFromShelfAsync(new SectorReader(_shelf, Once, _time), 1);
        Assert.Single(readings.Proofs);
        Assert.Equal(2, _shelf.Reads);
    }

    [Fact]
    public async Task What_was_read_when_the_time_is_up_counts()
    {
        var time = new VirtualTime();
        _shelf.Lost[new SectorNumber(2)] = true;
        var reader = new SectorReader(_shelf, new SectorReadOptions { RetryDelay = TimeSpan.FromSeconds(50), Rounds = 100 }, time);
        Task<SectorReadings> reading = reader.ReadAsync([Challenge(1), Challenge(2)], TimeSpan.FromMinutes(2));
        while (!reading.IsCompleted)
        {
            await Task.WhenAny(reading, Task.Delay(20));
            time.Advance(TimeSpan.FromSeconds(10));
        }

        SectorReadings readings = await reading;
        Assert.Equal(1UL, Assert.Single(readings.Proofs).Sector.Value);
        Assert.Equal(2UL, Assert.Single(readings.Skipped).Sector.Value);
    }

    [Fact]
    public async Task A_disk_that_comes_back_is_read_in_a_later_round()
    {
        var time = new VirtualTime();
        _shelf.Paths["first"] = PathMood.Unplugged;
        var reader = new SectorReader(_shelf, new SectorReadOptions { RetryDelay = TimeSpan.FromSeconds(20), Rounds = 2 }, time);
        Task<SectorReadings> reading = reader.ReadAsync([Challenge(1)], TimeSpan.FromMinutes(2));
        while (Volatile.Read(ref _shelf.Reads) == 0)
            await Task.Delay(5);
        _shelf.Paths["first"] = PathMood.Well;
        while (!reading.IsCompleted)
        {
            await Task.WhenAny(reading, Task.Delay(20));
            time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Single((await reading).Proofs);
    }

    private Task<SectorReadings> ReadAsync(SectorReadOptions options, params ulong[] sectors) =>
        new SectorReader(Local(), options).ReadAsync([.. sectors.Select(Challenge)], TimeSpan.FromMinutes(1));

    // Two minutes to read in, by a clock that runs as fast as the reader waits.
    private async Task<SectorReadings> ReadFromShelfAsync(SectorReader reader, params ulong[] sectors)
    {
        _shelf.Time = _time;
        Task<SectorReadings> reading = reader.ReadAsync([.. sectors.Select(Challenge)], TimeSpan.FromMinutes(2));
        while (!reading.IsCompleted)
        {
            await Task.WhenAny(reading, Task.Delay(20));
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        return await reading;
    }

    private OnePath Local() => new(_reads, _storage.FullName);

    private VanillaChallenge Challenge(ulong sector) => VanillaChallenge.Of(Window, new(new(1000, new(sector)), _shelf.CommR(sector), false), Randomness);

    private string PathOf(SectorFileType type, ulong sector) => StorageLayout.PathOf(_storage.FullName, type, new SectorId(1000, new(sector)));

    private void Store(params ulong[] sectors)
    {
        foreach (ulong sector in sectors)
        {
            string sealed_ = PathOf(SectorFileType.Sealed, sector), cache = PathOf(SectorFileType.Cache, sector);
            Directory.CreateDirectory(Path.GetDirectoryName(sealed_)!);
            Directory.CreateDirectory(cache);
            ReplicaFiles files = _shelf.Files(sector);
            File.Copy(files.SealedPath, sealed_);
            foreach (string file in Directory.EnumerateFiles(files.CacheDirectory))
                File.Copy(file, Path.Combine(cache, Path.GetFileName(file)));
        }
    }

    /// <summary>All sectors in one storage path, whether their files are there or not.</summary>
    private sealed class OnePath(StorageReads reads, string storage) : ISectorReplicas
    {
        public IAsyncEnumerable<ISectorReplica> FindAsync(SectorId sector, SectorSize size, bool updated, CancellationToken cancellationToken = default)
        {
            var files = new ReplicaFiles(StorageLayout.PathOf(storage, SectorFileType.Cache, sector), StorageLayout.PathOf(storage, SectorFileType.Sealed, sector));
            return new ISectorReplica[] { new LocalSectorReplica(reads, storage, files) }.ToAsyncEnumerable();
        }
    }
}
