using System.Globalization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Scheduling;

namespace Filecoin.Proving.Tests.Scheduling;

public sealed class WindowPoStSchedulerTests : IDisposable
{
    // What the two miners have; the first deadline of the next period is prepared before the present one ends.
    private const int PartitionsOfAPeriod = 9, PartitionsOfTheFirstDeadline = 4;

    private readonly ReplicaShelf _shelf = new();
    private readonly StandInSnarks _snarks = new();
    private readonly VirtualTime _time = new();

    public void Dispose() => _shelf.Dispose();

    [Theory, EachDatabase]
    public async Task Every_partition_of_every_deadline_is_proven_on_a_quiet_chain(string kind)
    {
        await using var database = new TestDatabase(kind);
        SimulatedChain chain = TwoMiners();
        await using TestHub hub = Hub(database, chain, 1000, 1001);

        await RunAsync(chain, () => Epochs.IsSettled(hub, chain), epochs: 2 * 48);

        Assert.Equal(8, chain.WindowsClosed);
        AssertAllWell(chain);
        Assert.Equal((2 * PartitionsOfAPeriod) + PartitionsOfTheFirstDeadline, _snarks.Made);
    }

    [Theory, EachDatabase]
    public async Task A_restart_proves_nothing_again_and_loses_no_finished_proof(string kind)
    {
        await using var database = new TestDatabase(kind);
        SimulatedChain chain = TwoMiners();
        var hub = Hub(database, chain, 1000, 1001);
        for (int epoch = 0; epoch < 48; epoch++)
        {
            await RunAsync(chain, () => Epochs.IsSettled(hub, chain), 1);
            if (epoch % 5 != 3)
                continue;
            await UntilAsync(() => Epochs.IsSettled(hub, chain));
            await hub.KillAsync();
            hub = Hub(database, chain, 1000, 1001);
        }

        await hub.DisposeAsync();
        AssertAllWell(chain);
        Assert.Equal(PartitionsOfAPeriod + PartitionsOfTheFirstDeadline, _snarks.Made);
    }

    [Fact]
    public async Task Neighbouring_full_partitions_share_a_message_and_others_do_not()
    {
        await using var database = new TestDatabase("sqlite");

        // Partitions 0 to 3 follow each other and are full; 4 and 5 lie among each other.
        SimulatedChain chain = new(
            Epochs.Policy, _snarks, _shelf, [Epochs.Miner(1000, [[1, 2], [3, 4], [5, 6], [7, 8], [10, 13], [11, 14]], [], [], [])]);
        var batches = new List<string>();
        chain.Delay = message =>
        {
            lock (batches)
                batches.Add(string.Join('-', DagCbor.Decode<SubmitWindowedPoStParams>(message.Params.Span).Partitions.Select(part => part.Index)));
            return 1;
        };
        await using TestHub hub = Hub(database, chain, 1000);

        await RunAsync(chain, () => Epochs.IsSettled(hub, chain), 48 + 12);

        Assert.Equal(["0-1-2", "3-4", "5"], batches.Distinct().Order());
        AssertAllWell(chain);
    }

    [Fact]
    public async Task A_proof_whose_message_is_reverted_is_sent_again_and_one_whose_challenge_changes_is_made_again()
    {
        await using var database = new TestDatabase("sqlite");
        SimulatedChain chain = TwoMiners();
        await using TestHub hub = Hub(database, chain, 1000, 1001);
        for (int epoch = 0; epoch < 96; epoch++)
        {
            await RunAsync(chain, () => Epochs.IsSettled(hub, chain), 1);
            if (epoch % 7 == 6)
                chain.Reorganise(1 + (epoch % 4));
        }

        AssertAllWell(chain);
        Assert.True(_snarks.Made > (2 * PartitionsOfAPeriod) + PartitionsOfTheFirstDeadline, "some challenge must have changed");
    }

    [Fact]
    public async Task A_daemon_that_fails_every_other_call_costs_no_deadline()
    {
        await using var database = new TestDatabase("sqlite");
        SimulatedChain chain = TwoMiners();
        var random = new Random(7);
        chain.Fault = what =>
        {
            lock (random)
                return random.NextDouble() < (what == "heads" ? 0.05 : 0.1) ? new IOException($"{what}: the daemon went away") : null;
        };
        await using TestHub hub = Hub(database, chain, 1000, 1001);

        await RunAsync(chain, () => Epochs.IsSettled(hub, chain), 96);

        AssertAllWell(chain);
    }

    [Fact]
    public async Task A_sector_that_cannot_be_read_is_skipped_alone_and_declared_recovered_when_it_is_back()
    {
        await using var database = new TestDatabase("sqlite");
        SimulatedChain chain = new(Epochs.Policy, _snarks, _shelf, [Epochs.Miner(1000, [[]], [[1, 2]], [], [[5]])]);
        _shelf.Lost[new(2)] = true;
        await using TestHub hub = Hub(database, chain, 1000);

        await RunAsync(chain, () => Epochs.IsSettled(hub, chain), 24);
        Assert.Equal("2 (1 bits)", chain.Miner(1000).Deadlines[1][0].Faulty.ToString());
        Assert.Contains(hub.Scheduler.State.Checks, check => check.Unreadable.Any(sector => sector.Sector.Value == 2));

        _shelf.Lost.Clear();
        await RunAsync(chain, () => Epochs.IsSettled(hub, chain), 48);
        Assert.True(chain.Miner(1000).Deadlines[1][0].Faulty.IsEmpty);
        AssertAllWell(chain);
    }

    [Fact]
    public async Task A_hung_path_blocks_nobody_and_the_next_replica_is_read()
    {
        await using var database = new TestDatabase("sqlite");
        SimulatedChain chain = TwoMiners();
        _shelf.Paths["first"] = PathMood.Hangs;
        _shelf.Paths["second"] = PathMood.Lies;
        _shelf.Paths["third"] = PathMood.Well;
        await using TestHub hub = Hub(database, chain, 1000, 1001);

        await RunAsync(chain, () => Epochs.IsSettled(hub, chain), 48);

        AssertAllWell(chain);
        Assert.All(chain.Miner(1000).Deadlines.SelectMany(parts => parts), part => Assert.True(part.Faulty.IsEmpty));
    }

    [Theory, EachDatabase]
    public async Task Of_two_hubs_one_writes_and_the_other_takes_over_from_a_dead_one(string kind)
    {
        await using var database = new TestDatabase(kind);
        SimulatedChain chain = TwoMiners();
        WindowPoStOptions options = Epochs.Options(1000, 1001) with { Lease = TimeSpan.FromSeconds(2) };
        TestHub first = new(database.Description, chain, _shelf, _snarks, _time, options);
        await UntilAsync(() => first.Scheduler.State.IsWriter);
        await using TestHub second = new(database.Description, chain, _shelf, _snarks, _time, options);
        await RunAsync(chain, () => Epochs.IsSettled(first, chain), 24);
        Assert.False(second.Scheduler.State.IsWriter);
        Assert.Equal(0, chain.Doubles);

        await first.KillAsync(expire: false);
        await UntilAsync(() => second.Scheduler.State.IsWriter);
        await RunAsync(chain, () => Epochs.IsSettled(second, chain), 24);

        AssertAllWell(chain);
        Assert.Equal(0, chain.Doubles);
    }

    [Fact]
    public async Task A_proof_that_does_not_verify_never_leaves()
    {
        await using var database = new TestDatabase("sqlite");
        SimulatedChain chain = TwoMiners();
        int made = 0;
        _snarks.Behaviour = (_, proof, _) => Interlocked.Increment(ref made) % 3 == 0 ? proof : new byte[192];
        await using TestHub hub = Hub(database, chain, 1000, 1001);

        await RunAsync(chain, () => Epochs.IsSettled(hub, chain), 48);

        AssertAllWell(chain);
    }

    private SimulatedChain TwoMiners() => new(
        Epochs.Policy, _snarks, _shelf,
        [
            Epochs.Miner(1000, [[1, 2], [3, 4], [5]], [[6, 7]], [], [[8, 10], [9, 11]]),
            Epochs.Miner(1001, [[1, 2]], [], [[30, 31], [32, 33]], []),
        ]);

    private TestHub Hub(TestDatabase database, SimulatedChain chain, params ulong[] miners) =>
        new(database.Description, chain, _shelf, _snarks, _time, Epochs.Options(miners));

    private async Task RunAsync(SimulatedChain chain, Func<bool> settled, int epochs)
    {
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            chain.Advance();
            await Epochs.PassAsync(_time, chain, () => Volatile.Read(ref _shelf.Busy) > 0, settled);
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
            await Task.Delay(10);
        Assert.True(condition());
    }

    private static void AssertAllWell(SimulatedChain chain)
    {
        Assert.Empty(chain.Invalid);
        Assert.Equal("", string.Join(' ', chain.Missed.Select(missed => string.Create(CultureInfo.InvariantCulture, $"{missed}"))));
    }
}
