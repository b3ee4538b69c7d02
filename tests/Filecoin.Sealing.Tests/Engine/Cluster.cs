using Filecoin.Proving.Database;
using Filecoin.Sealing.Engine;

namespace Filecoin.Sealing.Tests.Engine;

/// <summary>A database with the engine's tables and a table of marks that tasks of tests leave, and machines on it.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly IAsyncDisposable _owner;
    private readonly List<TaskEngine> _engines = [];
    private readonly Dictionary<string, FreezableTime> _times = [];

    private Cluster(IAsyncDisposable owner, SqlDatabase database, string description) => (_owner, Database, Description) = (owner, database, description);

    public SqlDatabase Database { get; }

    public string Description { get; }

    public TaskQueue Queue { get; } = new();

    public TestLog<TaskEngine> Log { get; } = new();

    public TaskCluster Reader => new(Database);

    /// <summary>Long enough for a machine that is ten times slower than any.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(90);

    public static TaskEngineOptions Options(string machine) => new()
    {
        Machine = machine,
        Resources = new MachineResources { Cores = 4, MemoryBytes = 1000, Gpus = 2 },
        MinPoll = TimeSpan.FromMilliseconds(5),
        MaxPoll = TimeSpan.FromMilliseconds(200),
        HeartbeatInterval = TimeSpan.FromMilliseconds(200),
    };

    public static async Task<Cluster> CreateAsync(string kind)
    {
        var test = new TestDatabase(kind);
        return await PreparedAsync(new Cluster(test, test.Database, test.Description));
    }

    /// <summary>On a database that the test sees to.</summary>
    public static Task<Cluster> OnAsync(string description)
    {
        SqlDatabase database = SqlDatabase.Open(description);
        return PreparedAsync(new Cluster(database, database, description));
    }

    /// <summary>A machine with a queue of its own, as in another process.</summary>
    public TaskEngine Machine(string name, params ITask[] tasks) => Machine(Options(name), null, tasks);

    public TaskEngine Machine(TaskEngineOptions options, IStorageReservations? storage, params ITask[] tasks)
    {
        FreezableTime time = _times[options.Machine] = new FreezableTime();
        var engine = new TaskEngine(Database, Queue, tasks, options, storage, time, Log);
        _engines.Add(engine);
        return engine;
    }

    public Task<long?> AddAsync(string type, string subject, long priority = 0, TimeSpan delay = default) =>
        Database.WriteAsync(session => Queue.AddAsync(session, type, subject, "", priority, delay));

    public Task AddManyAsync(string type, int count, Func<int, long>? priority = null) => Database.WriteAsync(async session =>
    {
        for (int i = 0; i < count; i++)
            await Queue.AddAsync(session, type, $"{type}-{i}", "", priority?.Invoke(i) ?? 0);
    });

    public static Task MarkAsync(SqlSession session, TaskRun run) =>
        session.ExecuteAsync("INSERT INTO marks (subject, machine, fence) VALUES (@Subject, @Machine, @Fence)", new { run.Subject, run.Machine, run.Fence });

    public Task<IReadOnlyList<Mark>> MarksAsync() => Database.ReadAsync(session => session.QueryAsync<Mark>("SELECT subject, machine, fence FROM marks ORDER BY subject, fence"));

    /// <summary>The machine falls silent, and has been so for longer than its lease, of a second.</summary>
    public async Task FreezeAsync(string machine)
    {
        _times[machine].Freeze();
        await UntilAsync(async () =>
        {
            await Database.WriteAsync(session => session.ExecuteAsync(
                "UPDATE machine_nodes SET expires_at = 1000, heartbeat_at = 0 WHERE name = @machine AND heartbeat_at > 0", new { machine }));

            // A heartbeat that was under way may still come in.
            await Task.Delay(100);
            return await CountAsync($"machine_nodes WHERE name = '{machine}' AND heartbeat_at = 0") == 1;
        });
    }

    /// <summary>The machine goes on, and does not know that it was away.</summary>
    public void Thaw(string machine) => _times[machine].Thaw();

    public Task<long> CountAsync(string from) => Database.ReadAsync(session => session.ScalarAsync<long>($"SELECT COUNT(*) FROM {from}"));

    public Task UntilEmptyAsync() => UntilAsync(async () => await CountAsync("task_queue") == 0);

    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, "the condition did not come true; the engines say:\n" + string.Join('\n', Log.Lines.Take(20)));
            await Task.Delay(20);
        }
    }

    public Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    public async ValueTask DisposeAsync()
    {
        foreach (FreezableTime time in _times.Values)
            time.Thaw();
        foreach (TaskEngine engine in _engines)
            await engine.DisposeAsync();
        await _owner.DisposeAsync();
    }

    private static async Task<Cluster> PreparedAsync(Cluster cluster)
    {
        await EngineTables.MigrateAsync(cluster.Database);
        await cluster.Database.WriteAsync(session => session.ExecuteAsync("CREATE TABLE marks (subject TEXT NOT NULL, machine TEXT NOT NULL, fence BIGINT NOT NULL)"));
        return cluster;
    }
}

internal sealed record Mark(string Subject, string Machine, long Fence);
