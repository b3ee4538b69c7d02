using System.Collections.Immutable;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Filecoin.Benchmarks.PoRep;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Database;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Proving.Storage.Remote;

namespace Filecoin.Benchmarks.PoSt;

/// <summary>
/// A full partition of 2 KiB sectors whose files are on another machine and whose SNARK is made by a worker: what the hub adds. <see cref="Overhead"/> is all
/// of it but the SNARK: finding the sectors in the index, their vanilla proofs over HTTP, the checks, the job and its proofs to the worker over a WebSocket,
/// the worker's answer and its verification. The ratio is the overhead's share of the SNARK's time.
/// </summary>
[CpuTime, SimpleJob(RunStrategy.Monitoring, warmupCount: 1, iterationCount: 5)]
public class HubOverheadBenchmarks
{
    private const ulong Miner = 1000;

    private readonly PoStConfig _window = PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1);
    private readonly PoStRandomness _randomness = PoStRandomness.FromChain(SHA256.HashData("randomness"u8));
    private readonly ParameterStore _parameters = new(new ParameterStoreOptions
    {
        Directory = Path.Combine(Path.GetTempPath(), "filecoin-benchmark-params"),
        AllowInsecure = true,
    });

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("filecoin-benchmark-");
    private readonly CancellationTokenSource _stop = new();
    private readonly Stack<IAsyncDisposable> _parts = [];
    private ImmutableArray<VanillaChallenge> _challenges;
    private ImmutableArray<SectorProof> _vanilla;
    private SectorReader? _reader;
    private PoStWorkerPool? _pool;
    private long _jobs;

    [GlobalSetup]
    public async Task Setup()
    {
        DevelopmentParameters.Make(_parameters, _window);
        using var sector = new BenchmarkSector(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1));
        ProvenSector[] sectors = [.. Enumerable.Range(1, _window.SectorsPerPartition).Select(number => new ProvenSector(new SectorId(Miner, new((ulong)number)), sector.Inputs.CommR, false))];
        _challenges = [.. sectors.Select(proven => VanillaChallenge.Of(_window, proven, _randomness))];
        _vanilla = [.. _challenges.Select(challenge => SectorProver.Prove(SectorSize.KiB2, sector.Files, challenge.Public, challenge.Nodes.AsSpan()))];
        await ServeStorageAsync(sector, sectors);
        await ServeHubAsync(Snark());
    }

    [Benchmark(Baseline = true)]
    public byte[] Snark() => new WindowPoStProver(_parameters).Prove(_window, new PoStPublicInputs(_randomness, [.. _vanilla.Select(proof => proof.Public)]), _vanilla);

    [Benchmark]
    public async Task<byte[]> Overhead()
    {
        SectorReadings readings = await _reader!.ReadAsync(_challenges, TimeSpan.FromMinutes(1));

        // Another miner's job each time, for the pool makes no job twice.
        PoStJob job = PoStJob.Create(
            _window, Miner + (ulong)Interlocked.Increment(ref _jobs), _randomness, readings.Proofs, TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(30), "partition");
        return await _pool!.ProveAsync(job);
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _stop.CancelAsync();
        while (_parts.TryPop(out IAsyncDisposable? part))
            await part.DisposeAsync();
        _pool?.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task ServeStorageAsync(BenchmarkSector sector, IEnumerable<ProvenSector> sectors)
    {
        SqlDatabase database = Keep(SqlDatabase.Open(Path.Combine(_directory.FullName, "index.db")));
        SectorIndex index = await SectorIndex.OpenAsync(database);
        var key = new RpcTokenKey(RandomNumberGenerator.GetBytes(32));
        LocalStorage? storage = null;
        Keep(await RemoteStorageServer.StartAsync(url =>
        {
            storage = new LocalStorage(index, new LocalStorageOptions { Urls = [url.ToString()] });
            return new RemoteStorageEndpoint(storage, new StorageReads(), key, new RemoteStorageOptions { Urls = [url.ToString()] });
        }));
        string path = Path.Combine(_directory.FullName, "storage");
        foreach (ProvenSector proven in sectors)
        {
            string cache = StorageLayout.PathOf(path, SectorFileType.Cache, proven.Id), replica = StorageLayout.PathOf(path, SectorFileType.Sealed, proven.Id);
            Directory.CreateDirectory(cache);
            Directory.CreateDirectory(Path.GetDirectoryName(replica)!);
            File.Copy(sector.Files.SealedPath, replica);
            foreach (string file in Directory.EnumerateFiles(sector.Files.CacheDirectory).Where(file => file != sector.Files.SealedPath))
                File.Copy(file, Path.Combine(cache, Path.GetFileName(file)));
        }

        new StoragePathConfig { Id = StorageId.Parse("remote"), CanSeal = true, CanStore = true }.Write(path);
        Keep(storage!);
        await storage!.OpenPathAsync(path);
        var client = new RemoteStorageClient(new ScopedRemoteTokens(key));
        _reader = new SectorReader(new IndexedReplicas(index, client));
    }

    private async Task ServeHubAsync(byte[] ready)
    {
        _pool = new PoStWorkerPool(new PoStVerifier(_parameters), new PoStWorkerPoolOptions { LocalWindow = LocalProving.Never });
        var key = new RpcTokenKey(RandomNumberGenerator.GetBytes(32));
        RpcServer server = Keep(await RpcServer.StartAsync(new RpcMethods().AddPoStHub(_pool), tokens: key));
        WebSocketRpcTransport transport = Keep(new WebSocketRpcTransport(
            RpcEndpoint.Create(new Uri(server.Address, "/rpc/v0"), key.Sign(RpcPermissions.Read | RpcPermissions.Write))));
        _ = new PoStWorker(new PoStHubClient(transport), new ReadySnark(ready)).RunAsync(_stop.Token);
        while (_pool.State.Workers.Count == 0)
            await Task.Delay(10);
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Push(part);
        return part;
    }

    // Whose job it is does not enter into the SNARK: one proof fits them all.
    private sealed class ReadySnark(byte[] proof) : IPoStSnarks
    {
        public byte[] Prove(PoStJob job, IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default) => proof;
    }
}
