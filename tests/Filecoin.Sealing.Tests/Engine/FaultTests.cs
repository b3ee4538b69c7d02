using Filecoin.Proving.Database;
using Filecoin.Sealing.Engine;

namespace Filecoin.Sealing.Tests.Engine;

/// <summary>Lost heartbeats, clocks that jump, databases that go away: one writer, and every task comes to its end.</summary>
public sealed class FaultTests
{
    [Theory, EachDatabase]
    public async Task Of_two_machines_and_one_lost_heartbeat_one_writes(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        await cluster.AddAsync("A", "1");
        var started = new TaskCompletionSource();
        var late = new TaskCompletionSource<Exception?>();
        var goOn = new TaskCompletionSource();

        // It does not hear that it was given up: a run that heeds no cancellation, on a machine that was away.
        var deaf = new ScriptedTask("A", async (run, _) =>
        {
            started.TrySetResult();
            await goOn.Task;
            late.TrySetResult(await Record.ExceptionAsync(() => run.WriteAsync(session => Cluster.MarkAsync(session, run), CancellationToken.None)));
            return TaskOutcome.Done(session => Cluster.MarkAsync(session, run));
        });
        await cluster.Machine("m1", deaf).StartAsync();
        await started.Task.WaitAsync(Cluster.Patience);
        await cluster.FreezeAsync("m1");
        await cluster.Machine("m2", Marking("A")).StartAsync();
        await cluster.UntilEmptyAsync();

        goOn.SetResult();
        Assert.IsType<LeaseLostException>(await late.Task.WaitAsync(Cluster.Patience));
        Assert.Equal([new Mark("1", "m2", 2)], await cluster.MarksAsync());
        Assert.Equal(["done", "lost"], (await cluster.Reader.HistoryAsync("1")).Select(entry => entry.Outcome));
    }

    [Theory, EachDatabase]
    public async Task A_machine_that_was_given_up_joins_again_and_works(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        int runs = 0;
        var task = new ScriptedTask("A", async (run, cancellation) =>
        {
            if (Interlocked.Increment(ref runs) > 1)
                return TaskOutcome.Done(session => Cluster.MarkAsync(session, run));
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancelled.TrySetResult();
            throw new OperationCanceledException(cancellation);
        });
        await cluster.AddAsync("A", "1");
        await cluster.Machine("m1", task).StartAsync();
        await started.Task.WaitAsync(Cluster.Patience);
        await cluster.FreezeAsync("m1");
        await cluster.Machine("witness").StartAsync();
        await cluster.UntilAsync(async () => (await cluster.Reader.TasksAsync())[0].Machine is null);
        Assert.False(cancelled.Task.IsCompleted);
        cluster.Thaw("m1");
        await cancelled.Task.WaitAsync(Cluster.Patience);
        await cluster.UntilEmptyAsync();
        Assert.Equal([new Mark("1", "m1", 2)], await cluster.MarksAsync());
    }

    [Theory, EachDatabase]
    public async Task A_second_process_of_the_same_name_takes_the_place_of_the_first(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        var started = new TaskCompletionSource();
        await cluster.AddAsync("A", "1");
        TaskEngine first = cluster.Machine("m", new ScriptedTask("A", async (_, cancellation) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return TaskOutcome.Done();
        }));
        await first.StartAsync();
        await started.Task.WaitAsync(Cluster.Patience);
        await cluster.Machine("m", Marking("A")).StartAsync();
        await Assert.ThrowsAsync<MachineSupersededException>(() => first.Completion.WaitAsync(Cluster.Patience));
        await cluster.UntilEmptyAsync();
        Assert.Equal([new Mark("1", "m", 2)], await cluster.MarksAsync());
    }

    /// <summary>Neither has been there before, and the one that comes second finds the tasks of the first.</summary>
    [Theory, EachDatabase]
    public async Task Of_two_first_processes_of_one_name_the_second_takes_the_tasks_over(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        await cluster.AddAsync("A", "1");
        Task? second = null;
        await cluster.Database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("INSERT INTO machine_nodes VALUES ('m', '', 7, 1, 'active', 4, 1000, 0, 'A', 0, 0, @never)", new { never = long.MaxValue });
            await session.ExecuteAsync("UPDATE task_queue SET owner = 7, machine = 'm', fence = 1, claimed_at = 0");
            second = Task.Run(() => cluster.Machine("m", Marking("A")).StartAsync());

            // Time for it to come up to this transaction.
            await Task.Delay(300);
        });
        await second!;
        await cluster.UntilEmptyAsync();
        Assert.Equal([new Mark("1", "m", 2)], await cluster.MarksAsync());
    }

    [Theory, EachDatabase]
    public async Task A_clock_of_the_database_that_jumps_sets_no_task_free(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        var release = new TaskCompletionSource();
        var began = new CountdownEvent(2);
        ITask Task() => new ScriptedTask(new TaskType { Name = "A", MaxPerMachine = 1 }, async (run, cancellation) =>
        {
            began.Signal();
            await release.Task.WaitAsync(cancellation);
            return TaskOutcome.Done(session => Cluster.MarkAsync(session, run));
        });
        await cluster.AddManyAsync("A", 2);
        await cluster.Machine("m1", Task()).StartAsync();
        await cluster.Machine("m2", Task()).StartAsync();
        Assert.True(began.Wait(Cluster.Patience));

        // As if the clock had leapt over every lease: what was written before it lies long ago.
        for (int jump = 0; jump < 3; jump++)
        {
            string[] before = await HeartbeatsAsync(cluster);
            await cluster.Database.WriteAsync(session => session.ExecuteAsync("UPDATE machine_nodes SET heartbeat_at = heartbeat_at - 86400000, expires_at = expires_at - 86400000"));
            await cluster.UntilAsync(async () => (await HeartbeatsAsync(cluster)).Except(before).Count() == 2 && await cluster.CountAsync("machine_nodes WHERE expires_at > 86400000 AND alive = 1") == 2);
        }

        release.SetResult();
        await cluster.UntilEmptyAsync();
        Assert.Equal([1, 1], (await cluster.MarksAsync()).Select(mark => mark.Fence));
    }

    [Theory, EachDatabase]
    public async Task What_a_lost_machine_had_reserved_is_free_again(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        await cluster.AddAsync("A", "1");
        var started = new TaskCompletionSource();
        var type = new TaskType { Name = "A", Cost = new TaskCost { Scratch = [new ScratchSpace(StorageKind.Sealing, 30)] } };
        var stuck = new ScriptedTask(type, async (_, cancellation) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return TaskOutcome.Done();
        });
        await cluster.Machine(Cluster.Options("m1"), new AnyDisk(), stuck).StartAsync();
        await started.Task.WaitAsync(Cluster.Patience);
        Assert.Equal(1, await cluster.CountAsync("task_reservations WHERE machine = 'm1'"));
        await cluster.FreezeAsync("m1");
        await cluster.Machine("m2").StartAsync();
        await cluster.UntilAsync(async () => await cluster.CountAsync("task_reservations") == 0);
        Assert.Null(Assert.Single(await cluster.Reader.TasksAsync()).Machine);
    }

    [Theory, EachDatabase]
    public async Task A_task_under_which_machine_after_machine_is_lost_is_given_up(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        await cluster.AddAsync("A", "1");
        var type = new TaskType { Name = "A", Retry = new RetryPolicy { MaxLosses = 2 } };
        for (int machine = 0; machine < 2; machine++)
        {
            var started = new TaskCompletionSource();
            TaskEngine engine = cluster.Machine(Cluster.Options($"m{machine}"), null, new ScriptedTask(type, async (_, cancellation) =>
            {
                started.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
                return TaskOutcome.Done();
            }));
            await engine.StartAsync();
            await started.Task.WaitAsync(Cluster.Patience);
            await cluster.FreezeAsync($"m{machine}");
            await using TaskEngine witness = cluster.Machine($"witness{machine}");
            await witness.StartAsync();
            await cluster.UntilAsync(async () => (await cluster.Reader.TasksAsync())[0].Machine is null);
        }

        var given = new TaskCompletionSource<FailedTask>();
        await cluster.Machine("last", new ScriptedTask(type, (_, _) => throw new InvalidOperationException("it ran")) { GiveUp = (_, failed) => GivenUp(given, failed) }).StartAsync();
        await cluster.UntilEmptyAsync();
        Assert.Equal(2, (await given.Task).Losses);
    }

    private static async Task<string[]> HeartbeatsAsync(Cluster cluster) =>
        [.. await cluster.Database.ReadAsync(session => session.QueryAsync<string>("SELECT name || ' ' || heartbeat_at FROM machine_nodes"))];

    private static Task GivenUp(TaskCompletionSource<FailedTask> given, FailedTask failed)
    {
        given.TrySetResult(failed);
        return Task.CompletedTask;
    }

    private static ScriptedTask Marking(string name) => new(name, (run, _) => Task.FromResult(TaskOutcome.Done(session => Cluster.MarkAsync(session, run))));

    private sealed class AnyDisk : IStorageReservations
    {
        public Task<IReadOnlyList<StorageReservation>?> ReserveAsync(SqlSession session, TaskCandidate task, IReadOnlyList<ScratchSpace> needs) =>
            Task.FromResult<IReadOnlyList<StorageReservation>?>([.. needs.Select(need => new StorageReservation("disk", need.Kind, need.Bytes))]);
    }
}
