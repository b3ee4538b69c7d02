using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Filecoin.Proving.Database;
using Filecoin.Sealing.Engine;

namespace Filecoin.Benchmarks.Engine;

/// <summary>
/// Simulated machines over a database that is gone with the object: engines of one process, each with connections of its own, so that the database
/// cannot tell them from as many processes.
/// </summary>
internal sealed class BenchmarkCluster : IAsyncDisposable
{
    /// <summary>As many as a pipeline with messages and upkeep has.</summary>
    private static readonly string[] OtherTypes = ["TreeD", "Trees", "Synthetic", "PreCommit", "PoRep", "Commit", "Finalize", "Move", "Upkeep"];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<double> _claimToStart = [];
    private readonly List<(SqlDatabase Database, TaskEngine Engine)> _machines = [];
    private readonly TaskQueue _adder = new();
    private BenchmarkDatabase? _database;
    private DirectoryInfo? _ownServer;
    private volatile TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _lasting;
    private int _runs;

    private BenchmarkCluster() => _listener.InstrumentPublished = (instrument, listener) =>
    {
        if (instrument is { Meter.Name: EngineMetrics.MeterName, Name: "filecoin.sealing.engine.claim_to_start" })
            listener.EnableMeasurementEvents(instrument);
    };

    /// <summary>Postmaster of the server; 0 for SQLite.</summary>
    public int Server { get; private set; }

    public int Runs => Volatile.Read(ref _runs);

    /// <param name="kind"><c>postgresql</c> or <c>sqlite</c>.</param>
    /// <param name="machines">How many join.</param>
    /// <param name="room">Tasks that each may run at once.</param>
    public static async Task<BenchmarkCluster> StartAsync(string kind, int machines, int room)
    {
        var cluster = new BenchmarkCluster();
        try
        {
            await cluster.JoinAsync(kind, machines, room);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts tasks into the queue that nobody can take before the transaction ends.</summary>
    /// <param name="tasks">How many.</param>
    /// <param name="hold">Whether runs last until <see cref="Release"/>, or end at once.</param>
    /// <param name="lasting">How long runs last otherwise, on average; each between half and one and a half of it.</param>
    public async Task AddAsync(int tasks, bool hold, TimeSpan lasting = default)
    {
        _lasting = lasting;
        _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!hold)
            Release();
        Volatile.Write(ref _runs, 0);
        _claimToStart.Clear();
        await _database!.Database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("DELETE FROM task_history");
            for (int i = 0; i < tasks; i++)
                await _adder.AddAsync(session, "Sdr", $"s-t01000-{i}", "1");
        });
        _adder.Wake();
    }

    /// <summary>Forgets the times from claim to start so far.</summary>
    public void ForgetStarts() => _claimToStart.Clear();

    /// <summary>Lets runs end.</summary>
    public void Release() => _gate.TrySetResult();

    public async Task UntilRunAsync(int tasks)
    {
        while (Runs < tasks)
            await Task.Delay(5);
    }

    /// <summary>Until every end is written, so that the next round starts from the same state.</summary>
    public async Task UntilEmptyAsync()
    {
        while (await _database!.Database.ReadAsync(session => session.ScalarAsync<long>("SELECT COUNT(*) FROM task_queue")) > 0)
            await Task.Delay(20);
    }

    /// <summary>A quantile of the time from the beginning of a claim to the start of its run, in milliseconds.</summary>
    public double ClaimToStart(double quantile)
    {
        double[] sorted = [.. _claimToStart.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(quantile * sorted.Length))] * 1000;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_machines.Select(async machine =>
        {
            await machine.Engine.DisposeAsync();
            await machine.Database.DisposeAsync();
        }));
        _listener.Dispose();
        if (_database is not null)
            await _database.DisposeAsync();
        if (_ownServer is not null)
        {
            await PostgresAsync("stop", _ownServer);
            _ownServer.Delete(recursive: true);
        }
    }

    private async Task JoinAsync(string kind, int machines, int room)
    {
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => _claimToStart.Enqueue(seconds));
        _listener.Start();

        // Two connections a machine: its claims and heartbeats, and the ends of its runs.
        _database = new BenchmarkDatabase(kind, connections: 2, kind == "sqlite" ? null : BenchmarkDatabase.Server ?? await StartServerAsync());
        if (kind != "sqlite")
            Server = ProcessTimes.ParentOf((int)_database.AskServer("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")!);
        var join = new List<Task>();
        for (int i = 0; i < machines; i++)
        {
            SqlDatabase database = SqlDatabase.Open(_database.Description);
            var engine = new TaskEngine(
                database, new TaskQueue(), [new Counted(this, "Sdr", room), .. OtherTypes.Select(type => new Counted(this, type, room))],
                new TaskEngineOptions { Machine = $"machine-{i:000}" });
            _machines.Add((database, engine));
            join.Add(engine.StartAsync());
        }

        await Task.WhenAll(join);
    }

    private async Task<string> StartServerAsync()
    {
        _ownServer = Directory.CreateTempSubdirectory("filecoin-benchmark-");

        // The server may run as another user than this program.
        if (!OperatingSystem.IsWindows())
            _ownServer.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        string server = await PostgresAsync("start", _ownServer);
        return server.Length > 0 ? server : throw new InvalidOperationException("PostgreSQL is not installed: set FILECOIN_TEST_POSTGRES to a server's description");
    }

    private static async Task<string> PostgresAsync(string verb, DirectoryInfo directory)
    {
        string script = Path.Combine(Repository(), "eng", "postgres.sh");
        using Process process = Process.Start(new ProcessStartInfo("bash", [script, verb, Path.Combine(directory.FullName, "postgres")]) { RedirectStandardOutput = true })!;
        string said = await process.StandardOutput.ReadLineAsync() ?? "";
        await process.WaitForExitAsync();
        return said.Trim();
    }

    private static string Repository()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "eng", "postgres.sh")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("eng/postgres.sh is in no directory above this program");
    }

    /// <summary>Does nothing but wait: what is measured is the engine's own work.</summary>
    private sealed class Counted(BenchmarkCluster cluster, string name, int room) : ITask
    {
        public TaskType Type { get; } = new() { Name = name, MaxPerMachine = room };

        public async Task<TaskOutcome> RunAsync(TaskRun run, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref cluster._runs);
            await cluster._gate.Task.WaitAsync(cancellationToken);
            if (cluster._lasting > TimeSpan.Zero)
                await Task.Delay(cluster._lasting * (0.5 + Random.Shared.NextDouble()), cancellationToken);
            return TaskOutcome.Done();
        }
    }
}
