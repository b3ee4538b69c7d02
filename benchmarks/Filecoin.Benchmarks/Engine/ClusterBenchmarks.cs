using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Filecoin.Benchmarks.Engine;

/// <summary>
/// What a cluster of 100 machines asks of its database: 10,000 queued tasks claimed, and quiet. SQLite carries one machine.
/// A server of its own is started for it, unless <c>FILECOIN_TEST_POSTGRES</c> names one; it should serve nobody else meanwhile, and the engines of all
/// machines share this machine's cores with it.
/// </summary>
[ClusterJob]
public class ClusterBenchmarks
{
    private const int Tasks = 10_000, Room = 1600, Steady = 1050;
    private BenchmarkCluster? _cluster;

    [Params("postgresql", "sqlite")]
    public string Database { get; set; } = "";

    private int Machines => Database == "sqlite" ? 1 : 100;

    [GlobalSetup(Targets = [nameof(Claim), nameof(Idle)])]
    public void Setup() => Start(room: Tasks / Machines);

    [GlobalSetup(Targets = [nameof(ClaimAndEnd), nameof(ClaimSteadily)])]
    public void SetupNarrow() => Start(room: Room / Machines);

    [GlobalCleanup]
    public void Cleanup() => _cluster!.DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>From the commit that queues the tasks to the start of the last one. They run on, as sealing does.</summary>
    [Benchmark(OperationsPerInvoke = Tasks)]
    public Task Claim() => ClaimAllAsync(nameof(Claim), hold: true);

    /// <summary>The same with tasks that end at once, and machines with room for 16: the end of each is a transaction of its own.</summary>
    [Benchmark(OperationsPerInvoke = Tasks)]
    public Task ClaimAndEnd() => ClaimAllAsync(nameof(ClaimAndEnd), hold: false);

    /// <summary>
    /// Tasks that last as long as makes 1,050 of them begin in a second, each when another has ended: what a cluster at work sees, once the first waves are over.
    /// </summary>
    [Benchmark(OperationsPerInvoke = Tasks)]
    public async Task ClaimSteadily()
    {
        await _cluster!.AddAsync(Tasks, hold: false, TimeSpan.FromSeconds((double)Room / Steady));
        await _cluster.UntilRunAsync(3 * Room);
        _cluster.ForgetStarts();
        long began = Stopwatch.GetTimestamp();
        int before = _cluster.Runs;

        // To when the queue no longer fills every place.
        await _cluster.UntilRunAsync(Tasks - Room);
        Record(nameof(ClaimSteadily), (_cluster.Runs - before) / Stopwatch.GetElapsedTime(began).TotalSeconds);
        await _cluster.UntilEmptyAsync();
    }

    /// <summary>Nothing to do for half a minute: heartbeats and looks.</summary>
    [Benchmark]
    public async Task Idle()
    {
        await Task.Delay(TimeSpan.FromSeconds(5));
        TimeSpan before = ProcessTimes.OfFamily(Server);
        long began = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(30));
        TimeSpan used = ProcessTimes.OfFamily(Server) - before;
        FigureColumn.Record(ClusterJobAttribute.Load, nameof(Idle), Database, 100 * used / Stopwatch.GetElapsedTime(began), "F2");
    }

    private int Server => _cluster!.Server == 0 ? Environment.ProcessId : _cluster.Server;

    private void Start(int room) => _cluster = BenchmarkCluster.StartAsync(Database, Machines, room).GetAwaiter().GetResult();

    private async Task ClaimAllAsync(string name, bool hold)
    {
        await _cluster!.AddAsync(Tasks, hold);
        TimeSpan before = ProcessTimes.OfFamily(Server);
        long began = Stopwatch.GetTimestamp();
        await _cluster.UntilRunAsync(Tasks);
        double rate = Tasks / Stopwatch.GetElapsedTime(began).TotalSeconds;
        TimeSpan used = ProcessTimes.OfFamily(Server) - before;
        _cluster.Release();
        await _cluster.UntilEmptyAsync();
        Record(name, rate);
        FigureColumn.Record(ClusterJobAttribute.Cost, name, Database, used.TotalMicroseconds / Tasks, "N0");
    }

    private void Record(string name, double rate)
    {
        FigureColumn.Record(ClusterJobAttribute.Rate, name, Database, rate, "N0");
        FigureColumn.Record(ClusterJobAttribute.Median, name, Database, _cluster!.ClaimToStart(0.5), "F1");
        FigureColumn.Record(ClusterJobAttribute.P99, name, Database, _cluster.ClaimToStart(0.99), "F1");
    }
}

/// <summary>Two rounds to warm up and three measured in this process, and the figures that a benchmark takes itself.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ClusterJobAttribute : Attribute, IConfigSource
{
    public const string Rate = "claims/s", Median = "start p50 [ms]", P99 = "start p99 [ms]", Cost = "database CPU/claim [us]", Load = "database load [%]";

    public IConfig Config { get; } = ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithStrategy(RunStrategy.Monitoring).WithLaunchCount(1).WithWarmupCount(2).WithIterationCount(3).WithInvocationCount(1).WithUnrollFactor(1)
            .WithToolchain(InProcessEmitToolchain.Instance))
        .AddColumn(
            new FigureColumn(Rate, "Runs started in a second, from the commit of the tasks to the last start"),
            new FigureColumn(Median, "From the beginning of a claim to the start of its run, median"),
            new FigureColumn(P99, "The same, 99 of 100"),
            new FigureColumn(Cost, "Processor time of the server's processes, from /proc, for a claim; of the whole process with SQLite"),
            new FigureColumn(Load, "Processor time of the server's processes, from /proc, of one core; of the whole process with SQLite"));
}
