using System.Diagnostics;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Daemons;

namespace Filecoin.ChainCo.Tests.Proxy;

public sealed class ProxyFaultTests
{
    [Fact]
    public async Task No_read_fails_when_a_daemon_refuses_connections_in_the_middle()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(2, each: (i, rpc) => rpc.On("StateMinerInfo", _ => $$"""{"from":{{i}}}"""));
        var from = new HashSet<int>();
        for (int i = 0; i < 200; i++)
        {
            if (i == 50)
                await pool.Daemons[0].Rpc.StopAsync();
            if (i == 120)
                await pool.Daemons[0].Rpc.RestartAsync();
            JsonElement response = await pool.CallAsync("Filecoin.StateMinerInfo", """["f01000",[]]""");
            Assert.True(response.TryGetProperty("result", out JsonElement result), response.GetRawText());
            from.Add(result.GetProperty("from").GetInt32());
        }

        Assert.Equal([0, 1], from.Order());
    }

    [Fact]
    public async Task A_daemon_that_hangs_is_hedged()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(
            2, options => options with { MinHedge = TimeSpan.FromMilliseconds(50), MaxHedge = TimeSpan.FromMilliseconds(100), HedgeShare = 1 },
            each: (i, rpc) => rpc.OnAsync("StateMinerInfo", async (_, token) =>
            {
                if (i == 0)
                    await Task.Delay(Timeout.Infinite, token);
                return $$"""{"from":{{i}}}""";
            }));
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < 6; i++)
            Assert.Equal(1, (await pool.CallAsync("Filecoin.StateMinerInfo", """["f01000",[]]""")).GetProperty("result").GetProperty("from").GetInt32());
        Assert.True(pool.Server.Hedges > 0);
        // Far below the twenty seconds after which an attempt is given up.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task Reads_leave_a_daemon_that_fell_silent_though_all_hedges_are_spent()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(2, options => options with { HedgeShare = 0.001 }, each: (i, rpc) => rpc.On("StateMinerInfo", _ => "{}"));
        pool.Daemons[0].Rpc.Swallows = true;
        var clock = Stopwatch.StartNew();
        foreach (JsonElement response in await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => pool.CallAsync("Filecoin.StateMinerInfo", """["f01000",[]]"""))))
            Assert.True(response.TryGetProperty("result", out _), response.GetRawText());
        // Ten hedges and no more; the others would wait until their attempt is given up.
        Assert.True(pool.Daemons[0].Rpc.Requests.Count(request => request.Method == "Filecoin.StateMinerInfo") > 10);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(18), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task A_read_at_a_tipset_goes_to_the_daemon_that_has_it_and_a_missing_one_is_asked_of_the_other()
    {
        TipSet? only = null;
        await using ProxyPool pool = await ProxyPool.StartAsync(2, each: (i, rpc) => rpc
            .On("StateMinerPower", _ => i == 1 ? """{"from":1}""" : throw new FakeRpcError(1, "loading tipset: not found")));
        only = pool.Chain.Extend(pool.Head);
        await pool.Daemons[1].MoveAsync(only);
        for (int i = 0; i < 4; i++)
        {
            JsonElement response = await pool.CallAsync("Filecoin.StateMinerPower", $"""["f01000",{ProxyPool.Json(only.Key)}]""");
            Assert.Equal(1, response.GetProperty("result").GetProperty("from").GetInt32());
        }
    }

    [Fact]
    public async Task An_answer_of_a_daemon_is_final_when_it_is_one()
    {
        int calls = 0;
        await using ProxyPool pool = await ProxyPool.StartAsync(2, each: (_, rpc) => rpc.On("StateGetActor", _ =>
        {
            Interlocked.Increment(ref calls);
            throw new FakeRpcError(11, "actor not found");
        }));
        Assert.Equal(11, ProxyPool.CodeOf(await pool.CallAsync("Filecoin.StateGetActor", """["f099",[]]""")));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task The_head_that_was_told_is_always_found()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(3);
        using var stop = new CancellationTokenSource();
        Task moving = Task.Run(async () =>
        {
            // Daemons learn of each head one after the other, as they do; now and then two heads compete.
            while (!stop.IsCancellationRequested)
            {
                TipSet parent = pool.Head;
                foreach (FakeChainDaemon daemon in pool.Daemons)
                {
                    await daemon.MoveAsync(pool.Chain.Extend(parent));
                    await Task.Delay(5);
                }

                await pool.MoveAllAsync(pool.Chain.Extend(parent, blocks: 2));
                await Task.Delay(20);
            }
        });
        long first = pool.Head.Height.Value, last = first;
        for (int i = 0; i < 500 || (last < first + 5 && i < 50_000); i++)
        {
            JsonElement head = (await pool.CallAsync("Filecoin.ChainHead")).GetProperty("result");
            JsonElement found = await pool.CallAsync("Filecoin.ChainGetTipSet", $"[{head.GetProperty("Cids").GetRawText()}]");
            Assert.True(found.TryGetProperty("result", out JsonElement same), found.GetRawText());
            Assert.Equal(head.GetRawText(), same.GetRawText());
            last = head.GetProperty("Height").GetInt64();
        }

        await stop.CancelAsync();
        await moving;
        Assert.True(last >= first + 5, $"the head went from {first} to {last}");
    }

    [Fact]
    public async Task A_second_block_of_a_miner_and_epoch_or_on_the_same_parents_is_refused_and_the_same_one_is_not()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(2, each: (_, rpc) => rpc.On("SyncSubmitBlock", _ => "null"));
        BlockHeader first = pool.Chain.Block(pool.Head, 100, 1);
        Assert.Equal(JsonValueKind.Null, (await SubmitAsync(pool, first)).GetProperty("result").ValueKind);
        Assert.True((await SubmitAsync(pool, first)).TryGetProperty("result", out _));
        JsonElement second = await SubmitAsync(pool, pool.Chain.Block(pool.Head, 100, 1) with { Miner = first.Miner });
        Assert.Contains("consensus fault", ProxyPool.MessageOf(second), StringComparison.Ordinal);
        JsonElement later = await SubmitAsync(pool, pool.Chain.Block(pool.Head, 101, 1) with { Miner = first.Miner });
        Assert.Contains("same parents", ProxyPool.MessageOf(later), StringComparison.Ordinal);
        TipSet next = pool.Chain.Extend(pool.Head);
        Assert.True((await SubmitAsync(pool, pool.Chain.Block(next, 102, 1) with { Miner = first.Miner })).TryGetProperty("result", out _));
        var published = pool.Daemons.SelectMany(daemon => daemon.Rpc.Requests).Where(request => request.Method == "Filecoin.SyncSubmitBlock").Select(request => request.Params).ToHashSet();
        Assert.Equal(2, published.Count);
    }

    [Fact]
    public async Task A_block_read_differently_by_another_reader_is_sent_as_it_was_checked()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(1, each: (_, rpc) => rpc.On("SyncSubmitBlock", _ => "null"));
        string one = Json(pool.Chain.Block(pool.Head, 100, 1)), two = Json(pool.Chain.Block(pool.Head, 100, 1));
        // Go would take the second member for the first one's name.
        string both = one[..^1] + "," + two[1..].Replace("\"Header\"", "\"header\"", StringComparison.Ordinal);
        JsonElement response = await pool.CallAsync("Filecoin.SyncSubmitBlock", $"[{both}]");
        string[] sent = [.. pool.Daemons[0].Rpc.Requests.Where(request => request.Method == "Filecoin.SyncSubmitBlock").Select(request => request.Params)];
        Assert.True(response.TryGetProperty("error", out _) ? sent.Length == 0 : !sent[0].Contains("\"header\"", StringComparison.Ordinal), response.GetRawText());
    }

    [Fact]
    public async Task Without_a_shared_store_or_a_declaration_nothing_is_numbered_or_published()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(1, options => options with { SingleCoordinator = false }, each: (_, rpc) => rpc.On("SyncSubmitBlock", _ => "null"));
        Assert.Contains("PostgreSQL", ProxyPool.MessageOf(await SubmitAsync(pool, pool.Chain.Block(pool.Head, 100, 1))), StringComparison.Ordinal);
        Assert.Contains("PostgreSQL", ProxyPool.MessageOf(await pool.CallAsync("Filecoin.MpoolPushMessage", """[{"From":"f01000"},null]""")), StringComparison.Ordinal);
        Assert.DoesNotContain(pool.Daemons[0].Rpc.Requests, request => request.Method is "Filecoin.SyncSubmitBlock" or "Filecoin.MpoolPushMessage");
    }

    private static Task<JsonElement> SubmitAsync(ProxyPool pool, BlockHeader header) => pool.CallAsync("Filecoin.SyncSubmitBlock", $"[{Json(header)}]");

    private static string Json(BlockHeader header) =>
        JsonSerializer.Serialize(new BlockMessage(header with { BlockSig = new Signature(SignatureType.Bls, new byte[96]) }, [], []), ApiJsonContext.Default.BlockMessage);
}
