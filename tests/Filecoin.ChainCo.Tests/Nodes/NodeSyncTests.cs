using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Coordination;
using Filecoin.ChainCo.Tests.Proxy;

namespace Filecoin.ChainCo.Tests.Nodes;

public sealed class NodeSyncTests
{
    private readonly SimChain _chain = new();

    [Fact]
    public void Lotus_tells_its_synchronisations_and_only_those_at_work_count()
    {
        TipSet low = _chain.Grow(_chain.Genesis, 3), high = _chain.Grow(low, 20);
        Assert.Equal(new NodeSync(SyncStage.Synced, 0), NodeSync.Of(new SyncStateInfo(null)));
        Assert.Equal(
            new NodeSync(SyncStage.Synced, 0),
            NodeSync.Of(new SyncStateInfo([new ActiveSync(4, 0, low, high), new ActiveSync(5, 0, low, high, "bad block"), new ActiveSync(0, 0), new ActiveSync(1, 0)])));
        Assert.Equal(
            new NodeSync(SyncStage.Syncing, 20), NodeSync.Of(new SyncStateInfo([new ActiveSync(3, 5, low, high), new ActiveSync(1, 0, high, high)])));
    }

    [Theory]
    [InlineData("Synced", SyncStage.Synced, 0)]
    [InlineData("Syncing", SyncStage.Syncing, 90)]
    [InlineData("initializing", SyncStage.Syncing, 90)]
    [InlineData("Error", SyncStage.Failed, 90)]
    [InlineData("Offline", SyncStage.Failed, 90)]
    [InlineData("Something", SyncStage.Unknown, 0)]
    public void Forest_tells_its_status(string status, SyncStage stage, long toGo) =>
        Assert.Equal(new NodeSync(stage, toGo), NodeSync.Of(new ForestSyncStatus(status, 10, 100)));

    [Fact]
    public async Task A_daemon_that_says_that_it_is_behind_is_ejected_unless_it_has_the_head()
    {
        var time = new ManualTime();
        await using var coordinator = new ChainCoordinator(new CoordinatorOptions(), time);
        SimNode ahead = new("ahead", _chain, coordinator), behind = new("behind", _chain, coordinator), other = new("other", _chain, coordinator);
        TipSet low = _chain.Grow(_chain.Genesis, 3), high = _chain.Extend(low);
        await behind.HeadAsync(low);
        await ahead.HeadAsync(high);
        await other.HeadAsync(high);
        Assert.Equal(high, coordinator.Freshest.Head);
        Assert.All(coordinator.Standings(), standing => Assert.True(standing.Live, standing.Fault));
        behind.Set(state => state with { Sync = new NodeSync(SyncStage.Syncing, 6) });
        ahead.Set(state => state with { Sync = new NodeSync(SyncStage.Syncing, 1000) });
        Assert.Equal((true, false), (coordinator.Standings()[0].Live, coordinator.Standings()[1].Live));
        Assert.Contains("6 epochs to go", coordinator.Standings()[1].Fault, StringComparison.Ordinal);
        behind.Set(state => state with { Sync = new NodeSync(SyncStage.Synced, 0) });
        await behind.HeadAsync(high);
        for (int i = 0; i < 15; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            coordinator.Tick();
        }

        Assert.True(coordinator.Standings()[1].Live);
    }

    [Fact]
    public async Task Each_kind_of_daemon_is_asked_in_its_way_and_readiness_hears_it()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(
            2,
            each: (i, rpc) =>
            {
                if (i == 0)
                    rpc.On("SyncState", _ => """{"ActiveSyncs":[{"Stage":3,"Height":9,"Base":null,"Target":null,"Message":""}]}""");
                else
                    rpc.On("Version", _ => """{"Version":"0.19","APIVersion":131840,"BlockDelay":30,"Agent":"forest"}""")
                        .OnFull("Forest.SyncStatus", _ => """{"status":"Offline","current_head_epoch":5,"network_head_epoch":5000}""");
            });
        await ProxyPool.UntilAsync(() => pool.Coordinator.Standings().All(standing => standing.Node.State.Sync.Stage != SyncStage.Unknown));
        Assert.Equal([SyncStage.Synced, SyncStage.Failed], pool.Coordinator.Standings().Select(standing => standing.Node.State.Sync.Stage));
        // One of two says that it is well; both have the head.
        Assert.Null(pool.Server.NotReady);
        await pool.Daemons[0].Rpc.StopAsync();
        await ProxyPool.UntilAsync(() => pool.Server.NotReady == "every daemon is synchronising");
    }
}
