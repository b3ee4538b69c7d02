using System.Collections.Concurrent;
using Filecoin.Sealing.Engine;

namespace Filecoin.Sealing.Tests.Engine;

/// <summary>Tasks from the queue to their end, on one machine and on several.</summary>
public sealed class TaskEngineTests
{
    private static readonly RetryPolicy Quick = new() { FirstDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) };

    [Theory, EachDatabase]
    public async Task A_task_is_there_exactly_when_its_transaction_is(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        await Assert.ThrowsAsync<InvalidDataException>(() => cluster.Database.WriteAsync(async session =>
        {
            await cluster.Queue.AddAsync(session, "A", "1");
            throw new InvalidDataException();
        }));
        Assert.Equal(0, await cluster.CountAsync("task_queue"));
        Assert.NotNull(await cluster.AddAsync("A", "1"));
        Assert.Null(await cluster.AddAsync("A", "1"));
        Assert.NotNull(await cluster.AddAsync("B", "1"));
        Assert.Equal(2, await cluster.CountAsync("task_queue"));
    }

    [Theory, EachDatabase]
    public async Task A_thousand_tasks_run_once_each_on_three_machines(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        await cluster.AddManyAsync("A", 1000);
        foreach (string name in new[] { "m1", "m2", "m3" })
        {
            var task = new ScriptedTask(new TaskType { Name = "A", MaxPerMachine = 16 }, (run, _) => Task.FromResult(TaskOutcome.Done(session => Cluster.MarkAsync(session, run))));
            await cluster.Machine(name, task).StartAsync();
        }

        await cluster.UntilEmptyAsync();
        IReadOnlyList<Mark> marks = await cluster.MarksAsync();
        Assert.Equal(1000, marks.Count);
        Assert.Equal(1000, marks.Select(mark => mark.Subject).Distinct().Count());
        Assert.All(marks, mark => Assert.Equal(1, mark.Fence));
        Assert.Equal(1000, await cluster.CountAsync("task_history WHERE outcome = 'done'"));
    }

    [Theory, EachDatabase]
    public async Task A_failing_task_is_tried_so_often_and_then_given_up_once(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        var attempts = new ConcurrentQueue<long>();
        var task = new ScriptedTask(
            new TaskType { Name = "A", Retry = Quick with { MaxAttempts = 4 } },
            (run, _) =>
            {
                attempts.Enqueue(run.Attempt);
                return run.Attempt == 2 ? throw new InvalidDataException("broken") : Task.FromResult(TaskOutcome.Failed("no luck"));
            })
        {
            GiveUp = (session, failed) => session.ExecuteAsync(
                "INSERT INTO marks (subject, machine, fence) VALUES (@Subject, @Reason, @Attempts)", new { failed.Subject, failed.Reason, failed.Attempts }),
        };
        await cluster.AddAsync("A", "1");
        await cluster.Machine("m", task).StartAsync();
        await cluster.UntilEmptyAsync();
        Assert.Equal([1, 2, 3, 4], attempts);
        Assert.Equal([new Mark("1", "no luck", 4)], await cluster.MarksAsync());
        Assert.Equal(["gave up", "failed", "failed", "failed"], (await cluster.Reader.HistoryAsync("1")).Select(entry => entry.Outcome));
        Assert.Contains(await cluster.Reader.HistoryAsync("1"), entry => entry.Reason == "InvalidDataException: broken");
    }

    [Theory, EachDatabase]
    public async Task A_failure_that_cannot_be_helped_is_not_tried_again(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        int runs = 0;
        var task = new ScriptedTask("A", (_, _) =>
        {
            Interlocked.Increment(ref runs);
            return Task.FromResult(TaskOutcome.Failed("for good", retry: false));
        });
        await cluster.AddAsync("A", "1");
        await cluster.Machine("m", task).StartAsync();
        await cluster.UntilEmptyAsync();
        Assert.Equal(1, runs);
    }

    [Theory, EachDatabase]
    public async Task A_postponed_task_counts_no_attempt(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        int runs = 0;
        long attempt = 0;
        var task = new ScriptedTask(new TaskType { Name = "A", Retry = Quick with { MaxAttempts = 1 } }, (run, _) =>
        {
            attempt = run.Attempt;
            return Task.FromResult(Interlocked.Increment(ref runs) < 4 ? TaskOutcome.Postponed(TimeSpan.FromMilliseconds(5), "the seed") : TaskOutcome.Done());
        });
        await cluster.AddAsync("A", "1");
        await cluster.Machine("m", task).StartAsync();
        await cluster.UntilEmptyAsync();
        Assert.Equal((4, 1), (runs, attempt));
    }

    [Theory, EachDatabase]
    public async Task A_result_that_cannot_be_written_is_a_failure_and_leaves_nothing(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        int runs = 0;
        var task = new ScriptedTask(new TaskType { Name = "A", Retry = Quick with { MaxAttempts = 3 } }, (run, _) => Task.FromResult(TaskOutcome.Done(async session =>
        {
            await Cluster.MarkAsync(session, run);
            if (Interlocked.Increment(ref runs) < 3)
                throw new InvalidDataException("not yet");
        })));
        await cluster.AddAsync("A", "1");
        await cluster.Machine("m", task).StartAsync();
        await cluster.UntilEmptyAsync();
        Assert.Single(await cluster.MarksAsync());
        Assert.Equal(3, runs);
    }

    [Theory, EachDatabase]
    public async Task The_more_urgent_goes_first_whatever_its_type(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        var order = new ConcurrentQueue<string>();
        ITask Task(string name) => new ScriptedTask(new TaskType { Name = name, Cost = new TaskCost { Cores = 4 } }, (run, _) =>
        {
            order.Enqueue(run.Subject);
            return System.Threading.Tasks.Task.FromResult(TaskOutcome.Done());
        });
        await cluster.AddAsync("A", "A5", 5);
        await cluster.AddAsync("B", "B9", 9);
        await cluster.AddAsync("A", "A1", 1);
        await cluster.AddAsync("B", "B3", 3);
        await cluster.AddAsync("A", "A3", 3);
        await cluster.AddAsync("B", "B0", 0);
        await cluster.AddAsync("A", "A9", 9);
        await cluster.Machine("m", Task("A"), Task("B")).StartAsync();
        await cluster.UntilEmptyAsync();
        Assert.Equal(["B9", "A9", "A5", "B3", "A3", "A1", "B0"], order);
    }

    [Theory, EachDatabase]
    public async Task A_resting_task_waits_until_its_time_or_an_operators_word(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        var done = new ConcurrentQueue<string>();
        var task = new ScriptedTask("A", (run, _) =>
        {
            done.Enqueue(run.Subject);
            return Task.FromResult(TaskOutcome.Done());
        });
        long late = (await cluster.AddAsync("A", "late", delay: TimeSpan.FromHours(1)))!.Value;
        await cluster.AddAsync("A", "soon", delay: TimeSpan.FromMilliseconds(50));
        await cluster.Machine("m", task).StartAsync();
        await cluster.UntilAsync(async () => await cluster.CountAsync("task_queue") == 1);
        LiveTask resting = Assert.Single(await cluster.Reader.TasksAsync());
        Assert.InRange(resting.Rests!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.True(await cluster.Reader.RetryNowAsync(late));
        await cluster.UntilEmptyAsync();
        Assert.Equal(["soon", "late"], done);
    }

    [Theory, EachDatabase]
    public async Task A_withdrawn_task_is_cancelled_and_cannot_write(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        var started = new TaskCompletionSource();
        var refused = new TaskCompletionSource<bool>();
        var task = new ScriptedTask("A", async (run, cancellation) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
            refused.TrySetResult(await Record.ExceptionAsync(() => run.WriteAsync(session => Cluster.MarkAsync(session, run), CancellationToken.None)) is LeaseLostException);
            return TaskOutcome.Done();
        });
        await cluster.AddAsync("A", "1");
        TaskEngine engine = cluster.Machine("m", task);
        await engine.StartAsync();
        await started.Task.WaitAsync(Cluster.Patience);
        Assert.True(await cluster.Database.WriteAsync(session => cluster.Queue.WithdrawAsync(session, "A", "1")));
        Assert.True(await refused.Task.WaitAsync(Cluster.Patience));
        await cluster.UntilAsync(() => engine.Runs.Count == 0);
        Assert.Empty(await cluster.MarksAsync());
    }

    [Theory, EachDatabase]
    public async Task A_stopped_engine_puts_its_tasks_back_without_a_loss(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        var started = new TaskCompletionSource();
        var first = new ScriptedTask("A", async (run, cancellation) =>
        {
            run.Report("layer 3 of 11");
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return TaskOutcome.Done();
        });
        await cluster.AddAsync("A", "1");
        TaskEngine engine = cluster.Machine("m1", first);
        await engine.StartAsync();
        await started.Task.WaitAsync(Cluster.Patience);
        await cluster.UntilAsync(async () => (await cluster.Reader.TasksAsync())[0] is { Machine: "m1", Note: "layer 3 of 11" });
        await engine.StopAsync();
        await engine.Completion.WaitAsync(Cluster.Patience);
        LiveTask task = Assert.Single(await cluster.Reader.TasksAsync());
        Assert.Equal((0L, 0L, null), (task.Losses, task.Attempts, task.Machine));
        Assert.Equal(MachinePresence.Gone, Assert.Single(await cluster.Reader.MachinesAsync()).Presence);

        await cluster.Machine("m2", new ScriptedTask("A", (run, _) => Task.FromResult(TaskOutcome.Done(session => Cluster.MarkAsync(session, run))))).StartAsync();
        await cluster.UntilEmptyAsync();
        Assert.Equal([new Mark("1", "m2", 2)], await cluster.MarksAsync());
    }

    [Theory, EachDatabase]
    public async Task A_drained_engine_lets_its_runs_end(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        var started = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        var task = new ScriptedTask(new TaskType { Name = "A", MaxPerMachine = 1 }, async (run, cancellation) =>
        {
            started.TrySetResult();
            await finish.Task.WaitAsync(cancellation);
            return TaskOutcome.Done(session => Cluster.MarkAsync(session, run));
        });
        await cluster.AddManyAsync("A", 2);
        TaskEngine engine = cluster.Machine("m", task);
        await engine.StartAsync();
        await started.Task.WaitAsync(Cluster.Patience);
        Task drained = engine.DrainAsync();
        finish.SetResult();
        await drained.WaitAsync(Cluster.Patience);
        Assert.Single(await cluster.MarksAsync());
        Assert.Equal(1, await cluster.CountAsync("task_queue"));
    }
}
