using Filecoin.Proving.Database;
using Filecoin.Sealing.Engine;

namespace Filecoin.Sealing.Tests.Engine;

/// <summary>A database with the engine's tables and a table of marks that tasks of tests leave, and machines on it.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly TestDatabase _test;
    private readonly List<TaskEngine> _engines = [];

    private Cluster(TestDatabase test) => _test = test;

    public SqlDatabase Database => _test.Database;

    public string Description => _test.Description;

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
        await EngineTables.MigrateAsync(test.Database);
        await test.Database.WriteAsync(session => session.ExecuteAsync("CREATE TABLE marks (subject TEXT NOT NULL, machine TEXT NOT NULL, fence BIGINT NOT NULL)"));
        return new Cluster(test);
    }

    /// <summary>A machine with a queue of its own, as in another process.</summary>
    public TaskEngine Machine(string name, params ITask[] tasks) => Machine(Options(name), null, tasks);

    public TaskEngine Machine(TaskEngineOptions options, IStorageReservations? storage, params ITask[] tasks)
    {
        var engine = new TaskEngine(Database, Queue, tasks, options, storage, null, Log);
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

    /// <summary>As if the machine had been silent for as long as its lease.</summary>
    public Task ExpireAsync(string machine) => Database.WriteAsync(session => session.ExecuteAsync("UPDATE machine_nodes SET expires_at = 0 WHERE name = @machine", new { machine }));

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
        foreach (TaskEngine engine in _engines)
            await engine.DisposeAsync();
        await _test.DisposeAsync();
    }
}

internal sealed record Mark(string Subject, string Machine, long Fence);
