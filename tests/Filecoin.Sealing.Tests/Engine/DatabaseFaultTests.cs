using Filecoin.Proving.Database;
using Filecoin.Sealing.Engine;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Filecoin.Sealing.Tests.Engine;

/// <summary>The database restarts, is locked, or takes no writes, under engines that run.</summary>
public sealed class DatabaseFaultTests
{
    [OwnPostgresFact]
    public async Task A_database_that_restarts_in_the_middle_of_a_transaction_loses_and_doubles_nothing()
    {
        using var server = new ThrowAwayPostgres();
        await using Cluster cluster = await Cluster.OnAsync(server.Description);
        var inside = new TaskCompletionSource();
        var restarted = new TaskCompletionSource();
        int written = 0, ended = 0;
        var task = new ScriptedTask(new TaskType { Name = "A", MaxPerMachine = 4 }, async (run, cancellation) =>
        {
            await run.WriteAsync(
                async session =>
                {
                    await Cluster.MarkAsync(session, run);
                    if (run.Subject == "A-0" && Interlocked.Increment(ref written) == 1)
                    {
                        inside.SetResult();
                        await restarted.Task;
                    }
                },
                cancellation);
            return TaskOutcome.Done(_ =>
            {
                Interlocked.Increment(ref ended);
                return Task.CompletedTask;
            });
        });
        await cluster.Machine("m", task).StartAsync();
        await cluster.AddManyAsync("A", 8);
        await inside.Task.WaitAsync(Cluster.Patience);
        server.Restart();
        restarted.SetResult();
        await cluster.UntilEmptyAsync();

        // A commit whose answer was cut off may have run again under a new lease; then the first one's marks are there as well, and none is missing.
        IReadOnlyList<Mark> marks = await cluster.MarksAsync();
        Assert.Equal(8, marks.Select(mark => mark.Subject).Distinct().Count());
        Assert.Equal(marks.Count, marks.Distinct().Count());
        Assert.True(ended >= 8 && written == 2, $"expected 8 ends and 2 writes of the first, found {ended} and {written}");
        Assert.Equal(8, await cluster.CountAsync("task_history WHERE outcome = 'done'"));
        Assert.Equal(MachinePresence.Here, Assert.Single(await cluster.Reader.MachinesAsync()).Presence);
    }

    [OwnPostgresFact]
    public async Task A_server_that_becomes_a_standby_is_waited_for()
    {
        using var server = new ThrowAwayPostgres();
        await using Cluster cluster = await Cluster.OnAsync(server.Description);
        var started = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        await cluster.AddAsync("A", "1");
        await cluster.Machine("m", new ScriptedTask("A", async (run, cancellation) =>
        {
            started.TrySetResult();
            await end.Task.WaitAsync(cancellation);
            return TaskOutcome.Done(session => Cluster.MarkAsync(session, run));
        })).StartAsync();
        await started.Task.WaitAsync(Cluster.Patience);
        await SetReadOnlyAsync(server.Description, true);
        end.SetResult();
        await cluster.UntilAsync(() => cluster.Log.Lines.Any(line => line.Contains("25006", StringComparison.Ordinal)));
        await SetReadOnlyAsync(server.Description, false);
        await cluster.UntilEmptyAsync();
        Assert.Equal([new Mark("1", "m", 1)], await cluster.MarksAsync());
    }

    [Fact]
    public async Task A_database_file_that_another_process_locks_is_waited_for()
    {
        await using Cluster cluster = await Cluster.CreateAsync("sqlite");
        await cluster.AddManyAsync("A", 3);
        Task started;
        using (SqliteConnection other = Open(cluster.Description))
        {
            using SqliteTransaction locked = other.BeginTransaction(deferred: false);
            TaskEngine engine = cluster.Machine("m", Marking("A"));
            started = Task.Run(() => engine.StartAsync());
            await Task.Delay(500);
            Assert.False(started.IsCompleted);
        }

        await started.WaitAsync(Cluster.Patience);
        await cluster.UntilEmptyAsync();
        Assert.Equal([1, 1, 1], (await cluster.MarksAsync()).Select(mark => mark.Fence));
    }

    [Fact]
    public async Task A_database_that_refuses_writes_for_a_while_costs_no_task_its_end()
    {
        await using Cluster cluster = await Cluster.CreateAsync("sqlite");
        var started = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        await cluster.AddAsync("A", "1");
        TaskEngineOptions options = Cluster.Options("m") with { LeaseDuration = TimeSpan.FromSeconds(1) };
        TaskEngine engine = cluster.Machine(options, null, new ScriptedTask("A", async (run, cancellation) =>
        {
            started.TrySetResult();
            await end.Task.WaitAsync(cancellation);
            return TaskOutcome.Done(session => Cluster.MarkAsync(session, run));
        }));
        await engine.StartAsync();
        await started.Task.WaitAsync(Cluster.Patience);
        using SqliteConnection other = Open(cluster.Description);
        foreach (string table in new[] { "machine_nodes", "task_queue" })
            Execute(other, $"CREATE TRIGGER refuse_{table} BEFORE UPDATE ON {table} BEGIN SELECT RAISE(FAIL, 'the disk is read-only'); END");
        end.SetResult();

        // Longer than the lease: it is lost, and cannot be had again yet.
        await cluster.UntilAsync(() => cluster.Log.Lines.Count(line => line.Contains("read-only", StringComparison.Ordinal)) > 8);
        foreach (string table in new[] { "machine_nodes", "task_queue" })
            Execute(other, $"DROP TRIGGER refuse_{table}");
        await cluster.UntilEmptyAsync();
        Assert.Single(await cluster.MarksAsync());
        Assert.False(engine.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_database_file_that_is_read_only_is_told_at_the_start()
    {
        await using Cluster cluster = await Cluster.CreateAsync("sqlite");
        using var work = new WorkDirectory();
        string copy = Path.Combine(work.Path, "copy.db");
        using (SqliteConnection other = Open(cluster.Description))
            Execute(other, $"VACUUM INTO '{copy}'");

        // A file of a later format version than this SQLite may write: the same error as on a disk without the permission, whoever runs the tests.
        byte[] file = File.ReadAllBytes(copy);
        file[18] = 3;
        File.WriteAllBytes(copy, file);
        await using SqlDatabase database = SqlDatabase.Open(copy);
        await using var engine = new TaskEngine(database, new TaskQueue(), [Marking("A")], Cluster.Options("m"));
        DatabaseException e = await Assert.ThrowsAsync<DatabaseException>(() => engine.StartAsync());
        Assert.False(e.IsTransient);
    }

    private static ScriptedTask Marking(string name) => new(name, (run, _) => Task.FromResult(TaskOutcome.Done(session => Cluster.MarkAsync(session, run))));

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static async Task SetReadOnlyAsync(string server, bool readOnly)
    {
        await using var connection = new NpgsqlConnection(server + ";Pooling=false;Options=-c default_transaction_read_only=off");
        await connection.OpenAsync();
        string sql = "ALTER DATABASE postgres SET default_transaction_read_only = " + (readOnly ? "on" : "off")
            + "; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres' AND pid <> pg_backend_pid()";
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
