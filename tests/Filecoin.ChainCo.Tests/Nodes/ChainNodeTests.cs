using System.Collections.Concurrent;
using System.Diagnostics;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Tests.Coordination;
using Filecoin.ChainCo.Tests.Daemons;

namespace Filecoin.ChainCo.Tests.Nodes;

/// <summary>Followers against real sockets, on the real clock with short intervals.</summary>
public sealed class ChainNodeTests : IAsyncLifetime, INodeObserver
{
    private static readonly NodeTimings Timings = new()
    {
        PollInterval = TimeSpan.FromMilliseconds(30),
        SilenceBeforeCheck = TimeSpan.FromMilliseconds(150),
        MinRetry = TimeSpan.FromMilliseconds(20),
        MaxRetry = TimeSpan.FromMilliseconds(100),
    };

    private readonly SimChain _chain = new();
    private readonly ConcurrentQueue<(TipSet Head, TokenAmount Weight)> _heads = new();
    private string? _refusal;
    private FakeChainDaemon _daemon = null!;

    public async Task InitializeAsync() => _daemon = await FakeChainDaemon.StartAsync(_chain);

    public async Task DisposeAsync() => await _daemon.DisposeAsync();

    string? INodeObserver.Admit(IChainNode node, NodeIdentity identity) => _refusal;

    Task INodeObserver.HeadAsync(IChainNode node, TipSet head, TokenAmount weight, CancellationToken cancellationToken)
    {
        _heads.Enqueue((head, weight));
        return Task.CompletedTask;
    }

    void INodeObserver.Changed(IChainNode node)
    {
    }

    [Fact]
    public async Task Heads_come_by_subscription_with_their_weights()
    {
        await using ChainNode node = Follow();
        await UntilHeadAsync(node, _chain.Genesis);
        TipSet head = _chain.Genesis;
        for (int i = 0; i < 5; i++)
        {
            await _daemon.MoveAsync(head = _chain.Extend(head));
            await UntilHeadAsync(node, head);
        }

        Assert.True(node.State.Subscribed);
        Assert.Equal(NodeKind.Lotus, node.State.Identity!.Kind);
        Assert.Equal("simnet", node.State.Identity.NetworkName);
        Assert.Equal(6, _heads.Count);
        Assert.All(_heads, seen => Assert.Equal(SimChain.WeightOf(seen.Head), seen.Weight));
        await _daemon.RevertAsync();
        await UntilHeadAsync(node, _chain[head.Parents]);
    }

    [Fact]
    public async Task Without_websocket_it_polls()
    {
        _daemon.Rpc.RefusesWebSockets = true;
        await using ChainNode node = Follow();
        await UntilHeadAsync(node, _chain.Genesis);
        TipSet head = _chain.Extend(_chain.Genesis);
        await _daemon.MoveAsync(head, notify: false);
        await UntilHeadAsync(node, head);
        Assert.False(node.State.Subscribed);
    }

    [Fact]
    public async Task A_daemon_that_was_never_up_is_followed_once_it_is()
    {
        await _daemon.Rpc.StopAsync();
        await using ChainNode node = Follow();
        await Until(() => node.State.Reason is not null and not "not tried yet");
        Assert.Equal(NodeConnection.Down, node.State.Connection);
        await _daemon.Rpc.RestartAsync();
        await UntilHeadAsync(node, _chain.Genesis);
    }

    [Fact]
    public async Task It_recovers_from_resets_restarts_closed_channels_and_silence()
    {
        await using ChainNode node = Follow();
        TipSet head = _chain.Genesis;
        await UntilHeadAsync(node, head);
        foreach (Func<Task> trouble in new Func<Task>[]
        {
            () => Task.Run(_daemon.Rpc.DropSessions),
            _daemon.Rpc.StopAsync,
            _daemon.Rpc.CloseChannelsAsync,
            () => _daemon.Rpc.SendRawAsync("garbage"),
            () => _daemon.Rpc.PushAsync("[{\"Type\":\"apply\",\"Val\":null}]"),
            () => Task.CompletedTask, // the head moves and nothing is said
        })
        {
            await trouble();
            head = _chain.Extend(head);
            await _daemon.MoveAsync(head, notify: false);
            if (node.State.Connection == NodeConnection.Down || _daemon.Rpc.SessionCount == 0)
                await Restarted();
            await UntilHeadAsync(node, head);
            Assert.True(node.State.Subscribed);
        }

        async Task Restarted()
        {
            try
            {
                await _daemon.Rpc.RestartAsync();
            }
            catch (IOException)
            {
                // It never stopped.
            }
        }
    }

    [Fact]
    public async Task A_daemon_that_swallows_requests_is_found_within_two_seconds()
    {
        var defaults = new NodeTimings();
        Assert.True(defaults.HeartbeatInterval + defaults.HeartbeatTimeout < TimeSpan.FromSeconds(2));
        await using ChainNode node = Follow(defaults);
        await UntilHeadAsync(node, _chain.Genesis);
        _daemon.Rpc.Swallows = true;
        var watch = Stopwatch.StartNew();
        await Until(() => node.State.Silent);
        // What exceeds the sum of interval and timeout is a busy machine's share.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.5, 6);
        _daemon.Rpc.Swallows = false;
        await Until(() => !node.State.Silent);
    }

    [Fact]
    public async Task A_daemon_of_another_network_is_refused_and_tried_again()
    {
        _refusal = "another network";
        await using ChainNode node = Follow();
        await Until(() => node.State.Connection == NodeConnection.Refused);
        Assert.Equal("another network", node.State.Reason);
        Assert.Empty(_heads);
        _refusal = null;
        await UntilHeadAsync(node, _chain.Genesis);
    }

    [Fact]
    public async Task A_wrong_token_is_refused_without_showing_it()
    {
        _daemon.Rpc.Token = "right";
        await using ChainNode node = Follow(endpoint: "wrong-secret:" + _daemon.Rpc.HttpUrl);
        await Until(() => node.State.Connection == NodeConnection.Refused);
        Assert.DoesNotContain("wrong-secret", node.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forest_gets_the_cancel_that_it_understands()
    {
        await using FakeChainDaemon forest = await FakeChainDaemon.StartAsync(_chain, """{"Version":"0.26.0","APIVersion":1,"BlockDelay":30,"Agent":"forest"}""");
        ChainNode node = Follow(endpoint: forest.Rpc.HttpUrl);
        await UntilHeadAsync(node, _chain.Genesis);
        Assert.Equal(NodeKind.Forest, node.State.Identity!.Kind);
        await node.DisposeAsync();
        await Until(() => !forest.Rpc.Cancels.IsEmpty || forest.Rpc.SessionCount == 0);
        Assert.All(forest.Rpc.Cancels, cancel => Assert.True(cancel.HadId));
    }

    [Fact]
    public async Task A_pool_of_three_survives_one_killed_and_one_that_swallows()
    {
        await using FakeChainDaemon second = await FakeChainDaemon.StartAsync(_chain), third = await FakeChainDaemon.StartAsync(_chain);
        FakeChainDaemon[] daemons = [_daemon, second, third];
        await using var coordinator = new ChainCoordinator(new CoordinatorOptions { ReadmitAfter = TimeSpan.FromSeconds(1) });
        coordinator.Start();
        ChainNode[] nodes = [.. daemons.Select((daemon, i) => Follow(Timings with { HeartbeatTimeout = TimeSpan.FromMilliseconds(500) }, daemon.Rpc.HttpUrl, coordinator, $"n{i}"))];
        try
        {
            await Until(() => coordinator.Standings().All(standing => standing.Live));
            await using var client = new HeadReplay(_chain, coordinator.Freshest);
            TipSet head = await MoveAllAsync(_chain.Genesis, daemons);
            await client.ReadUntilAsync(head);
            await _daemon.Rpc.StopAsync();
            second.Rpc.Swallows = true;
            await Until(() => coordinator.Standings().Count(standing => standing.Live) == 1);
            Assert.Same(nodes[2], coordinator.Fit()[0]);
            head = await MoveAllAsync(head, third);
            await client.ReadUntilAsync(head);
            second.Rpc.Swallows = false;
            await second.MoveAsync(head, notify: false);
            await _daemon.MoveAsync(head, notify: false);
            await _daemon.Rpc.RestartAsync();
            await Until(() => coordinator.Standings().All(standing => standing.Live));
            head = await MoveAllAsync(head, daemons);
            await client.ReadUntilAsync(head);
        }
        finally
        {
            foreach (ChainNode node in nodes)
                await node.DisposeAsync();
        }

        async Task<TipSet> MoveAllAsync(TipSet from, params FakeChainDaemon[] to)
        {
            TipSet next = _chain.Extend(from);
            foreach (FakeChainDaemon daemon in to)
                await daemon.MoveAsync(next);
            await Until(() => next.Equals(coordinator.Freshest.Head) && next.Equals(coordinator.Majority.Head));
            return next;
        }
    }

    private ChainNode Follow(NodeTimings? timings = null, string? endpoint = null, ChainCoordinator? coordinator = null, string name = "node")
    {
        var options = new NodeOptions { Name = name, Endpoint = endpoint ?? _daemon.Rpc.HttpUrl };
        var node = new ChainNode(options, (INodeObserver?)coordinator ?? this, timings ?? Timings);
        coordinator?.Add(node);
        node.Start();
        return node;
    }

    private static Task UntilHeadAsync(ChainNode node, TipSet head) =>
        Until(() => head.Equals(node.State.Head) && node.State.Connection == NodeConnection.Following);

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; !condition() && i < 2000; i++)
            await Task.Delay(10);
        Assert.True(condition());
    }
}
