using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;

namespace Filecoin.Benchmarks.Storage;

/// <summary>
/// Where is this sector, asked of an index of ten million sectors in a hundred paths, in process and by JSON-RPC over a WebSocket on loopback. The database
/// is SQLite in a temporary file, and PostgreSQL where <c>FILECOIN_TEST_POSTGRES</c> names a server. <c>FILECOIN_BENCHMARK_SECTORS</c> sets another number.
/// </summary>
[Latency, RunsHere(0, 5)]
public class SectorIndexBenchmarks
{
    private const int Calls = 4000;
    private const int PathCount = 100;
    private const int Part = 50_000;
    private static readonly RpcTokenKey s_key = new(new byte[32]);

    private readonly Random _random = new(1);
    private BenchmarkDatabase? _database;
    private SectorIndex? _index;
    private RpcServer? _server;
    private WebSocketRpcTransport? _transport;
    private RemoteSectorIndex? _remote;

    public static IEnumerable<string> Databases => BenchmarkDatabase.Kinds;

    public static IEnumerable<int> Sizes =>
        [Environment.GetEnvironmentVariable("FILECOIN_BENCHMARK_SECTORS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 10_000_000];

    [ParamsSource(nameof(Databases))]
    public string Database { get; set; } = "sqlite";

    [ParamsSource(nameof(Sizes))]
    public int Sectors { get; set; }

    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult();

    private async Task SetupAsync()
    {
        _database = new BenchmarkDatabase(Database);
        _index = await SectorIndex.OpenAsync(_database.Database, new SectorIndexOptions { StaleAfter = TimeSpan.FromHours(1) });
        var stat = new StorageStat { Capacity = 1L << 44, Available = 1L << 43, FileSystemAvailable = 1L << 43 };
        long began = Stopwatch.GetTimestamp();
        for (int path = 0; path < PathCount; path++)
        {
            var info = new StorageInfo { Id = StorageId.Parse($"path-{path}"), Urls = [$"http://10.0.{path}.1:2345/remote", $"http://10.1.{path}.1:2345/remote"], CanStore = true };
            await _index.AttachAsync(info, stat);
            int first = (int)((long)Sectors * path / PathCount), end = (int)((long)Sectors * (path + 1) / PathCount);
            for (int from = first; from < end; from += Part)
            {
                await _index.DeclareSectorsAsync(info.Id, [.. Enumerable.Range(from, Math.Min(Part, end - from))
                    .Select(number => new SectorDeclaration(Sector(number), SectorFileType.Sealed | SectorFileType.Cache))]);
            }
        }

        // What the inserts left the server to do, which it would do a minute later by itself.
        if (Database == "postgresql")
        {
            _database.AskServer("VACUUM (ANALYZE)");
            _database.AskServer("CHECKPOINT");
        }

        Console.WriteLine($"// {Database}: {Sectors:N0} sectors declared in {Stopwatch.GetElapsedTime(began).TotalSeconds:N0} s, {_database.Bytes >> 20:N0} MiB of database");
        _server = await RpcServer.StartAsync(new RpcMethods().AddSectorIndex(_index), tokens: s_key);
        var url = new UriBuilder(new Uri(_server.Address, "/rpc/v0")) { Scheme = "ws" }.Uri;
        _transport = new WebSocketRpcTransport(RpcEndpoint.Create(url, s_key.Sign(RpcPermissions.Admin)));
        _remote = new RemoteSectorIndex(_transport);
        await FindAsync(_index, "warm-up");
        await FindAsync(_remote, "warm-up");
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public void Find() => FindAsync(_index!).GetAwaiter().GetResult();

    [Benchmark(OperationsPerInvoke = Calls)]
    public void FindByRpc() => FindAsync(_remote!).GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Cleanup() => CleanupAsync().GetAwaiter().GetResult();

    private async Task CleanupAsync()
    {
        using (var process = Process.GetCurrentProcess())
            Console.WriteLine($"// {Database}: {process.PeakWorkingSet64 >> 20:N0} MiB of memory at most");
        await _transport!.DisposeAsync();
        await _server!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    private static SectorId Sector(int number) => new(1000 + (ulong)(number % 7), new SectorNumber((ulong)number));

    private async Task FindAsync(ISectorIndex index, [CallerMemberName] string benchmark = "")
    {
        string name = $"{benchmark} [Database={Database}, Sectors={Sectors}]";
        for (int i = 0; i < Calls; i++)
        {
            SectorId sector = Sector(_random.Next(Sectors));
            long began = Stopwatch.GetTimestamp();
            IReadOnlyList<SectorStorageInfo> found = await index.FindSectorAsync(sector, SectorFileType.Sealed);
            Latencies.Add(name, began);
            if (found is not [{ BaseUrls.Count: 2 }])
                throw new InvalidOperationException($"expected {sector} in one path with two URLs, found {found.Count}");
        }
    }
}
