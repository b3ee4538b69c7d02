using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Tests.Coordination;

public sealed class ChainCoordinatorTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly SimChain _chain = new();
    private readonly ChainCoordinator _coordinator;
    private readonly SimNode _a, _b, _c;

    public ChainCoordinatorTests()
    {
        _coordinator = new ChainCoordinator(new CoordinatorOptions(), _time);
        _a = new SimNode("a", _chain, _coordinator);
        _b = new SimNode("b", _chain, _coordinator);
        _c = new SimNode("c", _chain, _coordinator);
    }

    public ValueTask DisposeAsync() => _coordinator.DisposeAsync();

    [Fact]
    public async Task The_first_daemon_to_answer_gives_the_first_head()
    {
        _b.Down();
        _c.Down();
        TipSet head = _chain.Grow(_chain.Genesis, 50);
        await _a.HeadAsync(head);
        Assert.Equal(head, _coordinator.Freshest.Head);
        Assert.Equal(head, _coordinator.Majority.Head);
        Assert.InRange(_a.Calls, 1, 21);
    }

    [Fact]
    public async Task A_head_counts_once_a_second_daemon_knows_it()
    {
        TipSet start = await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        TipSet next = _chain.Extend(start);
        await _a.HeadAsync(next);
        Assert.Equal(start, _coordinator.Freshest.Head);
        _b.Learn(next);
        Pass(0.25);
        Assert.Equal(next, _coordinator.Freshest.Head);
        Assert.Equal(start, _coordinator.Majority.Head);
        await _c.HeadAsync(next);
        Assert.Equal(next, _coordinator.Majority.Head);
    }

    [Fact]
    public async Task A_forged_weight_does_not_win_and_ejects_its_daemon()
    {
        TipSet start = await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        TipSet next = _chain.Extend(start);
        await _a.HeadAsync(next, new TokenAmount(long.MaxValue));
        _b.Learn(next);
        Pass(60);
        Assert.Equal(start, _coordinator.Freshest.Head);
        NodeStanding standing = _coordinator.Standings().Single(s => s.Node == _a);
        Assert.False(standing.Live);
        Assert.Contains("no power explains", standing.Fault, StringComparison.Ordinal);
        Assert.DoesNotContain(_a, _coordinator.Fit().Take(2));
    }

    [Fact]
    public async Task A_chain_of_forged_headers_does_not_win()
    {
        TipSet start = await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        // Consistent in itself, with as many wins as go unnoticed, and known to nobody else.
        TipSet forged = start;
        for (int i = 0; i < 10; i++)
            forged = _chain.Extend(forged, blocks: 6, wins: 15);
        await _a.HeadAsync(forged);
        TipSet honest = start;
        for (int round = 0; round < 20; round++)
        {
            honest = _chain.Extend(honest);
            await _b.HeadAsync(honest);
            await _c.HeadAsync(honest);
            Assert.Equal(honest, _coordinator.Freshest.Head);
            Assert.Equal(honest, _coordinator.Majority.Head);
            for (int i = 0; i < 30; i++)
                Pass(1);
        }
    }

    [Fact]
    public async Task A_jump_of_the_networks_power_is_forgery()
    {
        TipSet start = await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        BlockHeader block = _chain.Block(start, start.Height.Value + 1, 1) with { ParentWeight = ChainWeight.Of(start, 100) };
        await _a.HeadAsync(_chain.Keep(TipSet.Create([block])));
        Assert.Contains("take the network's power", _coordinator.Standings()[0].Fault, StringComparison.Ordinal);
        Assert.Equal(start, _coordinator.Freshest.Head);
    }

    [Fact]
    public async Task A_daemon_that_answers_with_another_tipset_is_found_out()
    {
        TipSet start = await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        TipSet far = _chain.Grow(start, 3);
        _a.Lie = _ => start;
        await _a.HeadAsync(far);
        Assert.Contains("the daemon gave", _coordinator.Standings()[0].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stalled_daemon_is_ejected_within_35_seconds_and_returns_after_probation()
    {
        TipSet head = await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        double stalledFor = 0;
        for (; stalledFor < 30; stalledFor += 0.25)
            Pass(0.25);
        head = _chain.Extend(head);
        await _a.HeadAsync(head);
        await _b.HeadAsync(head);
        while (Live(_c) && stalledFor < 60)
        {
            Pass(0.25);
            stalledFor += 0.25;
        }

        Assert.InRange(stalledFor, 30, 35);
        Assert.True(Live(_a) && Live(_b));

        await _c.HeadAsync(head);
        Pass(9);
        Assert.False(Live(_c));
        Pass(2);
        Assert.True(Live(_c));
    }

    [Fact]
    public async Task Of_two_daemons_the_one_that_stands_still_loses_the_head_within_35_seconds()
    {
        _coordinator.Remove(_c);
        TipSet start = _chain.Grow(_chain.Genesis, 5);
        await _a.HeadAsync(start);
        await _b.HeadAsync(start);
        Pass(30);
        TipSet next = _chain.Extend(start);
        await _a.HeadAsync(next);
        Assert.Equal(start, _coordinator.Freshest.Head);
        Pass(5);
        Assert.Equal(next, _coordinator.Freshest.Head);
    }

    [Fact]
    public async Task Null_rounds_eject_nobody()
    {
        await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        for (int i = 0; i < 200; i++)
            Pass(1);
        Assert.True(Live(_a) && Live(_b) && Live(_c));
    }

    [Fact]
    public async Task A_silent_failing_or_lost_daemon_is_ejected_at_once()
    {
        await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        _a.Set(state => state with { Silent = true });
        Assert.False(Live(_a));
        _b.Set(state => state with { ErrorRate = 0.6 });
        Assert.False(Live(_b));
        Assert.Equal(_c, _coordinator.Fit()[0]);
        _a.Set(state => state with { Silent = false });
        Pass(11);
        Assert.True(Live(_a));
        // Flapping does not shorten the probation.
        _b.Set(state => state with { ErrorRate = 0 });
        for (int i = 0; i < 10; i++)
        {
            Pass(6);
            _b.Set(state => state with { Silent = true });
            _b.Set(state => state with { Silent = false });
            Assert.False(Live(_b));
        }
    }

    [Fact]
    public async Task With_every_daemon_ejected_the_head_still_moves()
    {
        TipSet start = await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        foreach (SimNode node in new[] { _a, _b, _c })
            node.Set(state => state with { ErrorRate = 0.9 });
        TipSet next = _chain.Extend(start);
        await _a.HeadAsync(next);
        await _b.HeadAsync(next);
        Assert.Equal(next, _coordinator.Freshest.Head);
        Assert.Equal(3, _coordinator.Fit().Count);
    }

    [Fact]
    public async Task The_head_stays_for_a_while_when_its_daemons_go_down_and_goes_when_they_leave_it()
    {
        TipSet start = await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        TipSet next = _chain.Extend(start);
        await _a.HeadAsync(next);
        await _b.HeadAsync(next);
        Assert.Equal(next, _coordinator.Freshest.Head);
        _a.Down();
        _b.Down();
        Pass(1);
        Assert.Equal(next, _coordinator.Freshest.Head);
        Pass(61);
        Assert.Equal(start, _coordinator.Freshest.Head);

        _a.Up();
        _b.Up();
        Pass(1);
        Pass(11);
        Assert.Equal(next, _coordinator.Freshest.Head);
        // An equivocation is found out: both leave the head for a lighter one.
        TipSet lighter = _chain.Extend(_chain[start.Parents]);
        foreach (SimNode node in new[] { _a, _b, _c })
            await node.HeadAsync(lighter);
        Assert.Equal(lighter, _coordinator.Freshest.Head);
        Assert.Equal(lighter, _coordinator.Majority.Head);
    }

    [Fact]
    public async Task The_pool_takes_no_daemon_of_another_network()
    {
        var identity = new NodeIdentity(NodeKind.Lotus, "1", "testnetnet", _chain.Genesis.Key);
        Assert.Null(_coordinator.Admit(_a, identity));
        Assert.Null(_coordinator.Admit(_b, identity));
        Assert.Contains("genesis", _coordinator.Admit(_c, identity with { Genesis = new SimChain(9).Genesis.Key }), StringComparison.Ordinal);
        Assert.Contains("calibrationnet", _coordinator.Admit(_c, identity with { NetworkName = "calibrationnet" }), StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_daemon_that_was_down_at_the_start_joins()
    {
        _c.Down();
        TipSet head = _chain.Grow(_chain.Genesis, 5);
        await _a.HeadAsync(head);
        await _b.HeadAsync(head);
        _c.Up();
        await _c.HeadAsync(head);
        Assert.True(Live(_c));
    }

    [Fact]
    public async Task A_client_replays_reorganisations_of_the_pool()
    {
        TipSet start = await AllAtAsync(_chain.Grow(_chain.Genesis, 10));
        await using var client = new HeadReplay(_chain, _coordinator.Freshest);
        await client.ReadUntilAsync(start);
        TipSet fork = _chain.Extend(_chain.Extend(_chain.Extend(_chain[_chain[start.Parents].Parents], blocks: 3), blocks: 3), blocks: 3);
        await AllAtAsync(fork);
        await client.ReadUntilAsync(fork);
        Assert.Equal(2, client.Reverts);
        await AllAtAsync(_chain.Extend(fork));
        await client.ReadUntilAsync(_coordinator.Freshest.Head!);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped_and_the_others_are_not_held_up()
    {
        TipSet head = await AllAtAsync(_chain.Grow(_chain.Genesis, 3));
        await using var slow = new HeadReplay(_chain, _coordinator.Freshest);
        await using var quick = new HeadReplay(_chain, _coordinator.Freshest);
        for (int i = 0; i < 100; i++)
        {
            head = await AllAtAsync(_chain.Extend(head));
            await quick.ReadUntilAsync(head);
        }

        Assert.IsType<SlowReaderException>(await slow.ReadErrorAsync());
        Assert.Equal(1, _coordinator.Freshest.SubscriberCount);
    }

    [Fact]
    public async Task Paths_reach_back_to_finality_also_before_the_coordinator_was_there()
    {
        TipSet old = _chain.Grow(_chain.Genesis, 10);
        TipSet head = _chain.Grow(old, 200), fork = _chain.Grow(old, 4);
        foreach (SimNode node in new[] { _a, _b, _c })
            node.Learn(fork);
        await AllAtAsync(head);
        Assert.False(_coordinator.Headers.TryGet(old.Key, out _));
        IReadOnlyList<HeadChange> path = (await _coordinator.GetPathAsync(fork.Key, head.Key))!;
        Assert.Equal(204, path.Count);
        Assert.Equal(4, path.TakeWhile(step => step.Type == HeadChangeType.Revert).Count());
        Assert.Equal(head, path[^1].Val);
        Assert.Null(await _coordinator.GetPathAsync(new SimChain(3).Genesis.Key, head.Key));
        Assert.Equal(old, await _coordinator.GetTipSetAsync(old.Key));
    }

    [Fact]
    public async Task A_gap_longer_than_finality_ends_the_streams_and_begins_anew()
    {
        await using var coordinator = new ChainCoordinator(new CoordinatorOptions { Horizon = 20 }, _time);
        var node = new SimNode("n", _chain, coordinator);
        TipSet start = _chain.Grow(_chain.Genesis, 5);
        await node.HeadAsync(start);
        await using var client = new HeadReplay(_chain, coordinator.Freshest);
        TipSet far = _chain.Grow(start, 100);
        await node.HeadAsync(far);
        Assert.IsType<HeadGapException>(await client.ReadErrorAsync());
        Assert.Equal(far, coordinator.Freshest.Head);
        await using var again = new HeadReplay(_chain, coordinator.Freshest);
        await again.ReadUntilAsync(far);
        Assert.InRange(coordinator.Headers.Count, 20, 30);
    }

    [Fact]
    public async Task Calls_about_a_tipset_go_first_to_a_daemon_that_has_it()
    {
        TipSet start = await AllAtAsync(_chain.Grow(_chain.Genesis, 5));
        TipSet next = _chain.Extend(start);
        await _c.HeadAsync(next);
        Assert.Equal(_c, _coordinator.Fit(next.Key)[0]);
        Assert.Equal(3, _coordinator.Fit(next.Key).Count);
        Assert.Equal(_a, _coordinator.Fit(start.Key)[0]);
    }

    [Fact]
    public async Task Instruments_tell_heights_standings_and_reorganisations()
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, double>();
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        var own = new SimChain(77);
        await using var coordinator = new ChainCoordinator(new CoordinatorOptions(), _time);
        var node = new SimNode("metered", own, coordinator);
        TipSet left = own.Grow(own.Genesis, 4), right = own.Extend(own.Extend(own.Genesis, blocks: 3), nulls: 40, blocks: 3);
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == CoordinatorMetrics.MeterName)
                l.EnableMeasurementEvents(instrument);
        };
        void Note(System.Diagnostics.Metrics.Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            seen.AddOrUpdate(instrument.Name + ":" + string.Join(',', tags.ToArray().Select(tag => tag.Value)), value, (_, before) =>
                instrument is System.Diagnostics.Metrics.Counter<long> ? before + value : Math.Max(before, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        await node.HeadAsync(left);
        await node.HeadAsync(right);
        listener.RecordObservableInstruments();
        // Other tests' coordinators share the meter's name, so only lower bounds hold for what is not named by the node.
        Assert.InRange(seen["filecoin.chainco.head.height:freshest"], 42, double.MaxValue);
        Assert.InRange(seen["filecoin.chainco.head.changes:freshest,revert"], 4, double.MaxValue);
        Assert.InRange(seen["filecoin.chainco.head.changes:majority,apply"], 2, double.MaxValue);
        Assert.Equal(1, seen["filecoin.chainco.node.live:metered"]);
        Assert.Equal(0, seen["filecoin.chainco.node.behind:metered"]);
        Assert.Equal(0, seen["filecoin.chainco.node.latency:metered"]);
    }

    private bool Live(SimNode node) => _coordinator.Standings().Single(standing => standing.Node == node).Live;

    private void Pass(double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _coordinator.Tick();
    }

    private async Task<TipSet> AllAtAsync(TipSet head)
    {
        foreach (SimNode node in new[] { _a, _b, _c })
            await node.HeadAsync(head);
        Assert.Equal(head, _coordinator.Freshest.Head);
        Assert.Equal(head, _coordinator.Majority.Head);
        return head;
    }
}
