using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;
using Filecoin.Proving.Scheduling;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;

namespace Filecoin.Proving.Tests.Scheduling;

/// <summary>A hub with its own connection to the database, that can die like a process.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    private readonly SqlDatabase _database;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    private readonly string _at;

    public TestHub(
        string database, SimulatedChain chain, ISectorReplicas replicas, StandInSnarks snarks, TimeProvider time, WindowPoStOptions options,
        bool local = true, PoStWorkerPoolOptions? pool = null, TestLog? log = null)
    {
        _at = database;
        _database = SqlDatabase.Open(database);
        Pool = new PoStWorkerPool(snarks, pool ?? new PoStWorkerPoolOptions { LocalWindow = LocalProving.Always }, time);
        var reader = new SectorReader(
            replicas, new SectorReadOptions { ChallengeTimeout = TimeSpan.FromSeconds(20), RetryDelay = TimeSpan.FromSeconds(5), Rounds = 4 }, time);
        Scheduler = new WindowPoStScheduler(chain, chain, reader, Pool, snarks, _database, options, time, log);
        _running.Add(Scheduler.RunAsync(_stop.Token));
        if (local)
            _running.Add(Pool.RunLocalAsync(snarks, new PoStWorkerOptions { Name = "hub", WindowSlots = 2 }, _stop.Token));
    }

    public PoStWorkerPool Pool { get; }

    public WindowPoStScheduler Scheduler { get; }

    /// <summary>Ends it without goodbye: what it holds in the database stays until it runs out, or is made to.</summary>
    public async Task KillAsync(bool expire = true)
    {
        expire &= Scheduler.State.IsWriter;
        await _database.DisposeAsync();
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Pool.Dispose();
        Scheduler.Dispose();
        if (expire)
        {
            await using SqlDatabase other = SqlDatabase.Open(_at);
            await other.WriteAsync(session => session.ExecuteAsync("UPDATE post_writers SET until_ms = 0"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Pool.Dispose();
        Scheduler.Dispose();
        await _database.DisposeAsync();
        _stop.Dispose();
    }
}

/// <summary>A short network, its miners, and the passing of epochs.</summary>
internal static class Epochs
{
    private static int _leastAtWork = int.MaxValue;

    public static NetworkPolicy Policy { get; } = NetworkPolicy.Mainnet with
    {
        WPoStPeriodDeadlines = 4, WPoStChallengeWindow = 12, WPoStChallengeLookback = 3, FaultDeclarationCutoff = 5, ChainFinality = 20,
    };

    public static WindowPoStOptions Options(params ulong[] miners) => new()
    {
        Miners = [.. miners.Select(Address.FromId)], Policy = Policy, SubmitConfidence = 2, BatchWait = 2, CheckLead = 6, DeclareMargin = 2, Recheck = 2,
        ResendAfter = 3, Lease = TimeSpan.FromSeconds(15), RetryDelay = TimeSpan.FromSeconds(1), HeadTimeout = TimeSpan.FromHours(1),
    };

    /// <summary>A miner whose deadlines have these partitions.</summary>
    public static SimulatedMiner Miner(ulong id, params ulong[][][] deadlines) => new(
        id,
        [.. deadlines.Select(deadline => deadline.Select(part => new SimulatedPartition(
            Bitfield.Of(part), Bitfield.Empty, Bitfield.Empty, false)).ToArray()).Select(parts => System.Collections.Immutable.ImmutableArray.Create(parts))]);

    /// <summary>All partitions of all miners.</summary>
    public static IEnumerable<SimulatedPartition> Partitions(SimulatedChain chain) =>
        chain.Miners.SelectMany(miner => miner.Deadlines).SelectMany(parts => parts);

    /// <summary>Lets an epoch pass, a step of seconds after the other, until everybody has done what the new head asks for or the epoch is over.</summary>
    /// <remarks>While the machine works the clock stands, so that a slow machine is not a slow provider.</remarks>
    public static async Task PassAsync(VirtualTime time, SimulatedChain chain, Func<bool> busy, Func<bool> settled, int step = 1)
    {
        int seconds = (int)chain.Policy.EpochDuration.TotalSeconds;
        for (int i = 0; i < seconds; i += step)
        {
            if (await SettleAsync(busy, settled))
            {
                time.Advance(TimeSpan.FromSeconds(seconds - i));
                return;
            }

            time.Advance(TimeSpan.FromSeconds(Math.Min(step, seconds - i)));
        }
    }

    /// <summary>Waits until nobody does anything that the clock does not have to move for. True as soon as everybody has done what there is to do.</summary>
    public static async Task<bool> SettleAsync(Func<bool> busy, Func<bool> settled)
    {
        for (int wait = 0; busy() || (wait < 25 && !(wait >= 3 && IsIdle())); wait++)
        {
            if (settled())
                return true;
            await Task.Delay(1);
        }

        return false;
    }

    // Everybody waits for the clock, or has a thread of their own: of the pool only those are at work that always are.
    private static bool IsIdle()
    {
        ThreadPool.GetMaxThreads(out int most, out _);
        ThreadPool.GetAvailableThreads(out int free, out _);
        _leastAtWork = Math.Min(_leastAtWork, most - free);
        return most - free == _leastAtWork && ThreadPool.PendingWorkItemCount == 0;
    }

    /// <summary>Whether a hub has worked on the head and waits for nothing but the next.</summary>
    public static bool IsSettled(TestHub hub, SimulatedChain chain)
    {
        WindowPoStState state = hub.Scheduler.State;
        return state.Head?.Key.Equals(chain.Head.Key) == true && !state.Checks.Any(check => check.IsLooking)
            && state.Partitions.All(part => part.Phase is not PartitionPhase.Reading and not PartitionPhase.Proving || part.EpochsLeft == 0);
    }
}
