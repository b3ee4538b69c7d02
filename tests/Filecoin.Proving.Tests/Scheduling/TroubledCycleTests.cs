using Filecoin.ChainCo.Chain;
using Xunit.Abstractions;

namespace Filecoin.Proving.Tests.Scheduling;

/// <summary>The cycle over many deadlines in every kind of trouble at once.</summary>
public sealed class TroubledCycleTests(ITestOutputHelper output) : IDisposable
{
    private readonly ReplicaShelf _shelf = new();
    private readonly StandInSnarks _snarks = new();
    private readonly VirtualTime _time = new();

    public void Dispose() => _shelf.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task No_deadline_is_missed_that_a_working_machine_could_have_proven(int seed) => ProveAsync(seed, windows: 24);

    [SlowFact]
    public Task No_deadline_of_hundreds_is_missed_that_a_working_machine_could_have_proven() => ProveAsync(3, windows: 500);

    private async Task ProveAsync(int seed, int windows)
    {
        await using var database = new TestDatabase("sqlite");
        NetworkPolicy policy = Epochs.Policy with { WPoStChallengeWindow = 20 };
        SimulatedChain chain = new(
            policy, _snarks, _shelf,
            [
                Epochs.Miner(1000, [[1, 2], [3, 4], [5]], [[6, 7]], [], [[8, 10], [9, 11]]),
                Epochs.Miner(1001, [[1, 2]], [], [[30, 31], [32, 33]], []),
                Epochs.Miner(1002, [[1, 2]], [[3, 4]], [[5, 6]], [[7, 8]]),
            ]);
        await using var provider = new TroubledProvider(
            seed, database.Description, chain, _shelf, _snarks, _time,
            Epochs.Options(1000, 1001, 1002) with { Policy = policy, Lease = TimeSpan.FromSeconds(2), BatchWait = 1 });

        long window = policy.WPoStChallengeWindow;
        while (chain.WindowsClosed < windows)
            await provider.PassAsync(trouble: true);
        for (long epoch = 0; epoch < 2 * policy.WPoStPeriodDeadlines * window; epoch++)
            await provider.PassAsync(trouble: false);

        foreach (var (miner, open, deadline, partition) in chain.Missed)
            output.WriteLine($"{miner} deadline {deadline} partition {partition} missed:\n{provider.Log.Between(open - window, open + window)}");
        Assert.Empty(chain.Missed);
        Assert.Empty(chain.Invalid);
        Assert.Empty(chain.Skipped.Except(TroubledProvider.Unsteady));
        Assert.All(Epochs.Partitions(chain), part => Assert.True(part.Faulty.IsEmpty));
        Assert.True(provider.HubKills > windows / 4, $"{provider.HubKills} hubs killed");
        Assert.True(provider.WorkerKills > windows, $"{provider.WorkerKills} workers killed");
        Assert.True(provider.MessagesLost > 0);
    }
}
