using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using Filecoin.Benchmarks.PoRep;
using Filecoin.Proving.Database;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Proving.Storage.Remote;
using Filecoin.Proving.Trees;

namespace Filecoin.Benchmarks.Storage;

/// <summary>
/// The vanilla proofs of a partition of 2,349 sectors (<c>FILECOIN_BENCHMARK_PARTITION</c>) of 8 MiB, each a file of its own (20 GB below
/// <c>FILECOIN_BENCHMARK_DISK</c>), against the bare reads:
/// the same bytes of the same files by as many threads, nothing computed. The page cache is dropped before each run, which takes root. A disk that gives
/// more reads a second than the processors can hash for is held back to the rate of a disk array from outside, by the block controller:
/// <c>echo "MAJOR:MINOR RATE" &gt; blkio.throttle.read_iops_device</c> in a control group that the shell is in.
/// </summary>
[RunsHere(1, 3)]
public class PartitionReadBenchmarks
{
    private static readonly int Sectors = int.Parse(Environment.GetEnvironmentVariable("FILECOIN_BENCHMARK_PARTITION") ?? "2349", CultureInfo.InvariantCulture);
    private const int Paths = 4;
    private const int Parallelism = 32;

    /// <summary>Rows above the leaves that the tree file lacks, and so the leaves that are read for a challenge: 8³.</summary>
    private const int LeavesRead = 512;

    private static readonly PoStRandomness s_randomness = PoStRandomness.FromChain(new byte[32]);
    private static readonly PoStConfig s_config = PoStConfig.Create(PoStKind.Window, SectorSize.MiB8, ApiVersion.V1_2);

    private readonly DirectoryInfo _disk = Directory.CreateDirectory(Path.Combine(
        Environment.GetEnvironmentVariable("FILECOIN_BENCHMARK_DISK") is { Length: > 0 } disk ? disk : Path.GetTempPath(), $"filecoin-benchmark-partition-{Environment.ProcessId}"));

    private readonly List<StorageProcess> _processes = [];
    private VanillaChallenge[] _challenges = [];
    private SqlDatabase? _alone;
    private SqlDatabase? _shared;
    private LocalStorage? _local;
    private RemoteStorageClient? _client;
    private SectorReader? _here;
    private SectorReader? _there;

    private string Shared => Path.Combine(_disk.FullName, "shared.db");

    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult();

    private async Task SetupAsync()
    {
        using var sector = new BenchmarkSector(PoRepConfig.For(RegisteredSealProof.StackedDrg8MiBV1_1));
        string tree = CacheFiles.TreeR(sector.Files.CacheDirectory, 0, 1);
        for (int i = 0; i < Sectors; i++)
        {
            SectorId id = Id(i);
            string cache = Directory.CreateDirectory(StorageLayout.PathOf(PathOf(i), SectorFileType.Cache, id)).FullName;
            File.Copy(tree, Path.Combine(cache, Path.GetFileName(tree)));
            File.Copy(Path.Combine(sector.Files.CacheDirectory, CacheFiles.PersistentAux), Path.Combine(cache, CacheFiles.PersistentAux));
            string replica = StorageLayout.PathOf(PathOf(i), SectorFileType.Sealed, id);
            Directory.CreateDirectory(Path.GetDirectoryName(replica)!);
            File.Copy(sector.Files.SealedPath, replica);
        }

        _challenges = [.. Enumerable.Range(0, Sectors).Select(i => VanillaChallenge.Of(s_config, new ProvenSector(Id(i), sector.Inputs.CommR, false), s_randomness))];
        for (int path = 0; path < Paths; path++)
            new StoragePathConfig { Id = StorageId.Parse($"path-{path}"), CanStore = true }.Write(PathOf(path));

        var patient = new SectorIndexOptions { StaleAfter = TimeSpan.FromHours(1) };
        _client = new RemoteStorageClient(new ScopedRemoteTokens(StorageProcess.Key));
        _alone = SqlDatabase.Open(Path.Combine(_disk.FullName, "alone.db"));
        SectorIndex alone = await SectorIndex.OpenAsync(_alone, patient);
        _local = new LocalStorage(alone);
        _shared = SqlDatabase.Open(Shared);
        SectorIndex shared = await SectorIndex.OpenAsync(_shared, patient);
        for (int path = 0; path < Paths; path++)
        {
            await _local.OpenPathAsync(PathOf(path));
            _processes.Add(await StorageProcess.StartAsync(Shared, PathOf(path)));
        }

        var options = new SectorReadOptions { Parallel = Parallelism, Rounds = 1 };
        _here = new SectorReader(new IndexedReplicas(alone, _client, _local), options);
        _there = new SectorReader(new IndexedReplicas(shared, _client), options);
        using var sync = Process.Start("sync");
        await sync.WaitForExitAsync();
    }

    [IterationSetup]
    public void DropPageCache() => File.WriteAllText("/proc/sys/vm/drop_caches", "3");

    [Benchmark(Baseline = true)]
    public long BareReads()
    {
        long bytes = 0;
        int next = -1;
        Thread[] threads = [.. Enumerable.Range(0, Parallelism).Select(_ => new Thread(() =>
        {
            byte[] buffer = new byte[LeavesRead * SectorSize.NodeBytes];
            int i;
            while ((i = Interlocked.Increment(ref next)) < Sectors)
                Interlocked.Add(ref bytes, ReadSector(i, buffer));
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return bytes;
    }

    [Benchmark]
    public void OneMachine() => ProveAsync(_here!).GetAwaiter().GetResult();

    [Benchmark]
    public void FourProcesses() => ProveAsync(_there!).GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Cleanup() => CleanupAsync().GetAwaiter().GetResult();

    private async Task CleanupAsync()
    {
        foreach (StorageProcess process in _processes)
            await process.DisposeAsync();
        _processes.Clear();
        await _local!.DisposeAsync();
        _client!.Dispose();
        await _alone!.DisposeAsync();
        await _shared!.DisposeAsync();
        _disk.Delete(recursive: true);
        _disk.Create();
    }

    private static SectorId Id(int i) => new(1000, new SectorNumber((ulong)i));

    private string PathOf(int i) => Directory.CreateDirectory(Path.Combine(_disk.FullName, (i % Paths).ToString(CultureInfo.InvariantCulture))).FullName;

    private async Task ProveAsync(SectorReader reader)
    {
        SectorReadings read = await reader.ReadAsync(_challenges, TimeSpan.FromMinutes(20));
        if (read.Proofs.Length != Sectors)
            throw new InvalidOperationException($"expected {Sectors} proofs, found {read.Proofs.Length}: {read.Skipped[0].Reason}");
    }

    /// <summary>What a proof must read: <c>p_aux</c>, the tree file, and the leaves below the stored nodes over the challenged ones.</summary>
    private long ReadSector(int i, byte[] buffer)
    {
        string directory = Path.Combine(_disk.FullName, (i % Paths).ToString(CultureInfo.InvariantCulture)), cache = StorageLayout.PathOf(directory, SectorFileType.Cache, Id(i));
        long bytes = 0;
        foreach (string name in (string[])[CacheFiles.PersistentAux, Path.GetFileName(CacheFiles.TreeR(cache, 0, 1))])
            bytes += File.ReadAllBytes(Path.Combine(cache, name)).Length;
        using var replica = SectorFile.Open(StorageLayout.PathOf(directory, SectorFileType.Sealed, Id(i)), SectorSize.MiB8.Bytes);
        foreach (ulong node in _challenges[i].Nodes)
            bytes += RandomAccess.Read(replica, buffer, (long)(node / LeavesRead) * buffer.Length);
        return bytes;
    }
}
