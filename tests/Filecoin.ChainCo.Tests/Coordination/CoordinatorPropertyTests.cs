using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.ChainCo.Tests.Coordination;

/// <summary>Random block DAGs, K daemons, null rounds, equivocations and restarts: what clients saw, replayed, is the path between heads.</summary>
public sealed class CoordinatorPropertyTests
{
    // FILECOIN_SLOW_TESTS=1 runs twenty times as many worlds.
    private static readonly int Worlds = Environment.GetEnvironmentVariable("FILECOIN_SLOW_TESTS") == "1" ? 2000 : 100;

    [Fact]
    public void The_streams_are_the_paths_between_heads() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            seed => RunAsync(seed).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(Worlds));

    private static async Task<bool> RunAsync(int seed)
    {
        var random = new Random(seed);
        var time = new ManualTime();
        var chain = new SimChain(seed);
        // In half of the worlds the coordinator begins with a short tail of the chain, and the daemons that knew the rest may be down when it is needed:
        // then a stream may end with a gap that it declares. In the other half there is none, ever.
        bool gapless = random.Next(2) == 0;
        var options = new CoordinatorOptions { Horizon = gapless ? 900 : 60, InitialDepth = gapless ? 900 : 5, SubscriberBuffer = 1024 };
        await using var coordinator = new ChainCoordinator(options, time);
        int count = random.Next(1, 6);
        SimNode[] nodes = [.. Enumerable.Range(0, count).Select(i => new SimNode($"n{i}", chain, coordinator))];
        List<TipSet> tips = [chain.Grow(chain.Genesis, 8)];
        List<(HeadReplay Client, HeadStream Stream)> clients = [];
        try
        {
            clients.Add((new HeadReplay(chain, coordinator.Freshest), coordinator.Freshest));
            clients.Add((new HeadReplay(chain, coordinator.Majority), coordinator.Majority));
            for (int step = 0; step < 60; step++)
            {
                await StepAsync(random, chain, nodes, tips, time, coordinator);
                if (random.Next(10) == 0 && clients.Count < 8)
                {
                    HeadStream stream = random.Next(2) == 0 ? coordinator.Freshest : coordinator.Majority;
                    clients.Add((new HeadReplay(chain, stream), stream));
                }
            }

            foreach (SimNode node in nodes)
                node.Up();
            TipSet heaviest = tips.MaxBy(tip => SimChain.WeightOf(tip).Atto)!;
            TipSet settled = chain.Extend(heaviest, blocks: 5);
            foreach (SimNode node in nodes)
                await node.HeadAsync(settled);
            for (int i = 0; i < 100; i++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                coordinator.Tick();
            }

            Assert.Equal(settled, coordinator.Freshest.Head);
            Assert.Equal(settled, coordinator.Majority.Head);
            Assert.All(coordinator.Standings(), standing => Assert.True(standing.Live, standing.Fault));
            foreach ((HeadReplay client, HeadStream stream) in clients)
            {
                if (await client.ReadUntilOrGapAsync(settled))
                    continue;
                Assert.False(gapless, "a gap where every header was there");
                await using var again = new HeadReplay(chain, stream);
                await again.ReadUntilAsync(settled);
            }

            return true;
        }
        finally
        {
            foreach ((HeadReplay client, HeadStream _) in clients)
                await client.DisposeAsync();
        }
    }

    private static async Task StepAsync(Random random, SimChain chain, SimNode[] nodes, List<TipSet> tips, ManualTime time, ChainCoordinator coordinator)
    {
        SimNode node = nodes[random.Next(nodes.Length)];
        TipSet tip = tips[random.Next(Math.Max(0, tips.Count - 4), tips.Count)];
        switch (random.Next(8))
        {
            case 0 or 1: // the chain grows, sometimes after null rounds
                tips.Add(chain.Extend(tip, random.Next(1, 6), random.Next(4) == 0 ? random.Next(1, 4) : 0, random.Next(1, 4)));
                break;
            case 2: // a fork from a little way back
                for (int back = random.Next(1, 5); back > 0 && tip.Height.Value > 1; back--)
                    tip = chain[tip.Parents];
                tips.Add(chain.Extend(tip, random.Next(1, 6)));
                break;
            case 3: // an equivocation: the same tipset less one of its blocks, so lighter
                if (tip.Blocks.Count > 1)
                    tips.Add(chain.Keep(TipSet.Create(tip.Blocks.Skip(1))));
                break;
            case 4 or 5: // a daemon takes any of the tips, heavier or not
                if (node.State.Connection == Filecoin.ChainCo.Nodes.NodeConnection.Following)
                    await node.HeadAsync(tip);
                break;
            case 6: // a restart
                if (random.Next(2) == 0)
                    node.Down();
                else
                    node.Up();
                break;
            default:
                foreach (SimNode other in nodes)
                {
                    if (random.Next(2) == 0)
                        other.Learn(tip);
                }

                time.Advance(TimeSpan.FromSeconds(random.Next(1, 20)));
                coordinator.Tick();
                break;
        }

        AssertConsistent(coordinator.Freshest, coordinator);
        AssertConsistent(coordinator.Majority, coordinator);
    }

    private static void AssertConsistent(HeadStream stream, ChainCoordinator coordinator)
    {
        if (stream.Now is not { } now)
            return;
        Assert.True(coordinator.Headers.TryGet(now.TipSet.Key, out _), "the head is always kept");
        Assert.Equal(SimChain.WeightOf(now.TipSet), now.Weight);
    }
}
