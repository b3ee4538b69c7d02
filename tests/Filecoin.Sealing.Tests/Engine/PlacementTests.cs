using Filecoin.Proving.Database;
using Filecoin.Sealing.Engine;

namespace Filecoin.Sealing.Tests.Engine;

/// <summary>Which machine takes what.</summary>
public sealed class PlacementTests
{
    [Theory, EachDatabase]
    public async Task Tasks_go_where_their_data_is_however_many_others_wait(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        await cluster.AddManyAsync("A", 90);
        foreach (int machine in new[] { 0, 1, 2 })
        {
            TaskEngineOptions options = Cluster.Options($"m{machine}") with { SelectPage = 4, SelectPages = 2 };
            await cluster.Machine(options, null, Local("A", subject => int.Parse(subject.Split('-')[1]) / 30 == machine)).StartAsync();
        }

        await cluster.UntilEmptyAsync();
        IReadOnlyList<Mark> marks = await cluster.MarksAsync();
        Assert.Equal(90, marks.Count);
        Assert.All(marks, mark => Assert.Equal($"m{int.Parse(mark.Subject.Split('-')[1]) / 30}", mark.Machine));
    }

    [Theory, EachDatabase]
    public async Task A_cordoned_machine_takes_only_tasks_of_its_data_and_a_draining_one_none(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        TaskEngine engine = cluster.Machine("m", Free("Free"), Local("Local", _ => true));
        await engine.StartAsync();
        Assert.True(await cluster.Reader.SetStateAsync("m", MachineState.Cordoned));
        await cluster.AddAsync("Free", "1");
        await cluster.AddAsync("Local", "2");
        await cluster.UntilAsync(async () => (await cluster.MarksAsync()).Count == 1);
        await cluster.UntilAsync(() => engine.State == MachineState.Cordoned);
        Assert.True(await cluster.Reader.SetStateAsync("m", MachineState.Draining));
        await cluster.AddAsync("Local", "3");
        await cluster.UntilAsync(() => engine.State == MachineState.Draining);
        Assert.Equal(["2"], (await cluster.MarksAsync()).Select(mark => mark.Subject));

        // The word of the operator outlives the process.
        await engine.StopAsync();
        await cluster.Machine("m", Free("Free"), Local("Local", _ => true)).StartAsync();
        Assert.Equal(MachineState.Draining, Assert.Single(await cluster.Reader.MachinesAsync()).State);
        Assert.True(await cluster.Reader.SetStateAsync("m", MachineState.Active));
        await cluster.UntilEmptyAsync();
        Assert.Equal(["1", "2", "3"], (await cluster.MarksAsync()).Select(mark => mark.Subject));
    }

    [Theory, EachDatabase]
    public async Task Storage_is_kept_while_a_task_runs_and_never_over_its_size(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        int most = 0, seen = 0;
        var type = new TaskType { Name = "A", Cost = new TaskCost { Scratch = [new ScratchSpace(StorageKind.Sealing, 30), new ScratchSpace(StorageKind.Storage, 10)] } };
        ITask task = new ScriptedTask(type, async (run, cancellation) =>
        {
            Assert.Equal([new("disk", StorageKind.Sealing, 30), new("disk", StorageKind.Storage, 10)], run.Reservations);
            int now = Interlocked.Increment(ref seen);
            InterlockedMax(ref most, now);
            await Task.Delay(20, cancellation);
            Interlocked.Decrement(ref seen);
            return run.Attempt == 1 ? TaskOutcome.Failed("once") : TaskOutcome.Done();
        });
        TaskEngineOptions options = Cluster.Options("m") with { StorageRest = TimeSpan.FromMilliseconds(1) };
        ITask quick = new ScriptedTask(type with { Retry = new RetryPolicy { FirstDelay = TimeSpan.Zero } }, task.RunAsync);
        await cluster.AddManyAsync("A", 12);
        await cluster.Machine(options, new Disk(100), quick).StartAsync();
        await cluster.UntilEmptyAsync();
        Assert.Equal(2, most);
        Assert.Equal(0, await cluster.CountAsync("task_reservations"));
    }

    [Theory, EachDatabase]
    public async Task Without_room_on_storage_a_task_is_left_to_others(string kind)
    {
        await using Cluster cluster = await Cluster.CreateAsync(kind);
        var type = new TaskType { Name = "A", Cost = new TaskCost { Scratch = [new ScratchSpace(StorageKind.Sealing, 30)] } };
        ITask Task() => new ScriptedTask(type, (run, _) => System.Threading.Tasks.Task.FromResult(TaskOutcome.Done(session => Cluster.MarkAsync(session, run))));
        TaskEngine full = cluster.Machine(Cluster.Options("full"), new Disk(10), Task());
        await full.StartAsync();
        TaskEngine none = cluster.Machine(Cluster.Options("none"), null, Task());
        await none.StartAsync();
        await cluster.AddAsync("A", "1");
        await cluster.Machine(Cluster.Options("wide"), new Disk(30), Task()).StartAsync();
        await cluster.UntilEmptyAsync();
        Assert.Equal([new Mark("1", "wide", 1)], await cluster.MarksAsync());
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (int seen = most; now > seen; seen = most)
            Interlocked.CompareExchange(ref most, now, seen);
    }

    private static ScriptedTask Free(string name) => new(name, (run, _) => Task.FromResult(TaskOutcome.Done(session => Cluster.MarkAsync(session, run))));

    private static ScriptedTask Local(string name, Func<string, bool> mine) =>
        new(new TaskType { Name = name, Placement = TaskPlacement.LocalData }, (run, _) => Task.FromResult(TaskOutcome.Done(session => Cluster.MarkAsync(session, run))))
        {
            Select = candidates => [.. candidates.Where(candidate => mine(candidate.Subject)).Select(candidate => candidate.Id)],
        };

    private sealed class Disk(long bytes) : IStorageReservations
    {
        public async Task<IReadOnlyList<StorageReservation>?> ReserveAsync(SqlSession session, TaskCandidate task, IReadOnlyList<ScratchSpace> needs)
        {
            long kept = await session.ScalarAsync<long>("SELECT COALESCE(CAST(SUM(bytes) AS BIGINT), 0) FROM task_reservations WHERE storage_id = 'disk'");
            return kept + needs.Sum(need => need.Bytes) > bytes ? null : [.. needs.Select(need => new StorageReservation("disk", need.Kind, need.Bytes))];
        }
    }
}
