using System.Text.Json;
using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Daemons;

namespace Filecoin.ChainCo.Tests.Proxy;

/// <summary>Calls that must return to the daemon where they began.</summary>
public sealed class ProxyStickyTests
{
    [Fact]
    public async Task A_block_is_submitted_where_it_was_made()
    {
        BlockMessage? made = null;
        await using ProxyPool pool = await ProxyPool.StartAsync(4, each: (_, rpc) => rpc.On("MinerCreateBlock", _ => Json(made!)).On("SyncSubmitBlock", _ => "null"));
        TipSet parents = pool.Head;
        for (int i = 0; i < 8; i++)
        {
            made = new BlockMessage(pool.Chain.Block(parents, 50 + i, 1) with { Miner = Address.FromId(1234), BlockSig = new Signature(SignatureType.Bls, new byte[96]) }, [], []);
            string template = JsonSerializer.Serialize(
                new BlockTemplate(
                    made.Header.Miner, parents.Key, made.Header.Ticket!, made.Header.ElectionProof!, [], [], made.Header.Height, made.Header.Timestamp, []),
                ApiJsonContext.Default.BlockTemplate);
            JsonElement block = (await pool.CallAsync("Filecoin.MinerCreateBlock", $"[{template}]")).GetProperty("result");
            Assert.True((await pool.CallAsync("Filecoin.SyncSubmitBlock", $"[{block.GetRawText()}]")).TryGetProperty("result", out _));
            string[] maker = At(pool, "Filecoin.MinerCreateBlock"), publisher = At(pool, "Filecoin.SyncSubmitBlock");
            Assert.Equal(maker, publisher);
            // A second one of the epoch is not even made.
            Assert.Contains("consensus fault", ProxyPool.MessageOf(await pool.CallAsync("Filecoin.MinerCreateBlock", $"[{template}]")), StringComparison.Ordinal);
            Assert.Empty(At(pool, "Filecoin.MinerCreateBlock").Except(maker));
            parents = pool.Chain.Extend(parents);
            foreach (FakeChainDaemon daemon in pool.Daemons)
                daemon.Rpc.Requests.Clear();
        }
    }

    [Fact]
    public async Task A_block_whose_maker_is_gone_is_published_elsewhere_and_stays_the_only_one()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(3, each: (_, rpc) => rpc.On("SyncSubmitBlock", _ => "null"));
        BlockHeader header = pool.Chain.Block(pool.Head, 50, 1);
        await pool.Daemons[0].Rpc.StopAsync();
        await pool.Daemons[1].Rpc.StopAsync();
        string block = Json(new BlockMessage(header with { BlockSig = new Signature(SignatureType.Bls, new byte[96]) }, [], []));
        Assert.True((await pool.CallAsync("Filecoin.SyncSubmitBlock", $"[{block}]")).TryGetProperty("result", out _));
        Assert.Single(pool.Daemons[2].Rpc.Requests, request => request.Method == "Filecoin.SyncSubmitBlock");
    }

    [Fact]
    public async Task A_second_block_is_refused_after_a_restart_too()
    {
        using var directory = new WorkDirectory();
        string file = Path.Combine(directory.Path, "pins");
        BlockHeader first, second;
        await using (ProxyPool pool = await ProxyPool.StartAsync(1, pins: FilePinStore.Open(file), each: (_, rpc) => rpc.On("SyncSubmitBlock", _ => "null")))
        {
            first = pool.Chain.Block(pool.Head, 50, 1) with { BlockSig = new Signature(SignatureType.Bls, new byte[96]) };
            second = pool.Chain.Block(pool.Head, 50, 1) with { Miner = first.Miner, BlockSig = new Signature(SignatureType.Bls, new byte[96]) };
            Assert.True((await pool.CallAsync("Filecoin.SyncSubmitBlock", $"[{Json(new BlockMessage(first, [], []))}]")).TryGetProperty("result", out _));
        }

        await using ProxyPool again = await ProxyPool.StartAsync(1, pins: FilePinStore.Open(file), each: (_, rpc) => rpc.On("SyncSubmitBlock", _ => "null"));
        JsonElement refused = await again.CallAsync("Filecoin.SyncSubmitBlock", $"[{Json(new BlockMessage(second, [], []))}]");
        Assert.Contains("consensus fault", ProxyPool.MessageOf(refused), StringComparison.Ordinal);
        Assert.True((await again.CallAsync("Filecoin.SyncSubmitBlock", $"[{Json(new BlockMessage(first, [], []))}]")).TryGetProperty("result", out _));
    }

    [Fact]
    public async Task F3_tickets_of_a_miner_come_from_one_daemon_and_go_back_to_their_issuer()
    {
        int issued = 0;
        await using ProxyPool pool = await ProxyPool.StartAsync(3, each: (i, rpc) => rpc
            .On("F3GetOrRenewParticipationTicket", _ => $"\"{i}-{Interlocked.Increment(ref issued)}\"")
            .On("F3Participate", p => p[0].GetString()![0] - '0' == i ? """{"MinerID":1}""" : throw new FakeRpcError(RpcErrorCode.F3IssuerMismatch, "issuer mismatch")));
        string? home = null;
        for (int i = 0; i < 6; i++)
        {
            string ticket = (await pool.CallAsync("Filecoin.F3GetOrRenewParticipationTicket", """["f01000","",5]""")).GetProperty("result").GetString()!;
            home ??= ticket[..1];
            Assert.StartsWith(home, ticket, StringComparison.Ordinal);
            Assert.True((await pool.CallAsync("Filecoin.F3Participate", $"[\"{ticket}\"]")).TryGetProperty("result", out _));
        }

        Assert.Equal([home], pool.Daemons.Select((daemon, i) => (daemon, i)).Where(at => at.daemon.Rpc.Requests.Any(request => request.Method == "Filecoin.F3Participate")).Select(at => $"{at.i}"));
        // A ticket of which this coordinator knows nothing finds its issuer.
        Assert.True((await pool.CallAsync("Filecoin.F3Participate", """["2-99"]""")).TryGetProperty("result", out _));
        // The daemon is gone: the miner moves, and stays where it moved to.
        await pool.Daemons[home![0] - '0'].Rpc.StopAsync();
        string next = (await pool.CallAsync("Filecoin.F3GetOrRenewParticipationTicket", """["f01000","",5]""")).GetProperty("result").GetString()![..1];
        Assert.NotEqual(home, next);
        await pool.Daemons[home[0] - '0'].Rpc.RestartAsync();
        await ProxyPool.UntilAsync(() => pool.Coordinator.Fit().Count == 3);
        Assert.StartsWith(next, (await pool.CallAsync("Filecoin.F3GetOrRenewParticipationTicket", """["f01000","",5]""")).GetProperty("result").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_is_used_where_it_was_made()
    {
        int made = 0;
        await using ProxyPool pool = await ProxyPool.StartAsync(3, each: (i, rpc) => rpc
            .On("EthNewFilter", _ => $"\"0x{i}{Interlocked.Increment(ref made)}\"")
            .On("EthGetFilterChanges", p => Of(p, i) ? "[]" : throw new FakeRpcError(1, "filter not found"))
            .On("EthUninstallFilter", p => Of(p, i) ? "true" : throw new FakeRpcError(1, "filter not found")));
        List<string> filters = [];
        for (int i = 0; i < 9; i++)
            filters.Add((await pool.CallAsync("Filecoin.EthNewFilter", "[{}]")).GetProperty("result").GetString()!);
        Assert.True(filters.DistinctBy(filter => filter[2]).Count() > 1, "filters went to one daemon only");
        foreach (string filter in filters)
        {
            Assert.True((await pool.CallAsync("Filecoin.EthGetFilterChanges", $"[\"{filter}\"]")).TryGetProperty("result", out _));
            Assert.True((await pool.CallAsync("Filecoin.EthUninstallFilter", $"[\"{filter}\"]")).TryGetProperty("result", out _));
        }

        Assert.All(
            pool.Daemons.SelectMany((daemon, i) => daemon.Rpc.Requests.Select(request => (request, i))).Where(at => at.request.Method == "Filecoin.EthGetFilterChanges"),
            at => Assert.Equal('0' + at.i, at.request.Params[4]));
        // One that another coordinator made is found.
        Assert.True((await pool.CallAsync("Filecoin.EthGetFilterChanges", """["0x299"]""")).TryGetProperty("result", out _));
        Assert.Equal("filter not found", ProxyPool.MessageOf(await pool.CallAsync("Filecoin.EthGetFilterChanges", """["0x999"]""")));

        static bool Of(JsonElement parameters, int daemon) => parameters[0].GetString()![2] - '0' == daemon;
    }

    [Theory]
    [InlineData("MsigPropose", """["f02000","f02001","1","FROM",0,null]""")]
    [InlineData("MsigApprove", """["f02000",7,"FROM"]""")]
    [InlineData("MarketAddBalance", """["FROM","FROM","1"]""")]
    [InlineData("MarketWithdraw", """["FROM","FROM","1"]""")]
    public async Task What_a_daemon_numbers_goes_to_the_senders_daemon_and_never_twice(string method, string parameters)
    {
        int calls = 0;
        await using ProxyPool pool = await ProxyPool.StartAsync(
            3, options => options with { WriteDeadline = TimeSpan.FromSeconds(3) },
            each: (i, rpc) =>
            {
                _ = new NumberingDaemon(rpc) { HasKey = i == 1 };
                rpc.OnAsync(method, async (_, token) =>
                {
                    if (Interlocked.Increment(ref calls) == 3)
                        await Task.Delay(Timeout.Infinite, token);
                    return $"{i}";
                });
            });
        string own = parameters.Replace("FROM", "f01000", StringComparison.Ordinal);
        for (int i = 0; i < 2; i++)
            Assert.Equal(1, (await pool.CallAsync("Filecoin." + method, own)).GetProperty("result").GetInt32());
        // The sender's messages have the same daemon.
        Assert.Equal("n1", await pool.Pins.FindAsync(PinKind.Sender, NumberingDaemon.Key.ToString()));
        JsonElement lost = await pool.CallAsync("Filecoin." + method, own);
        Assert.Contains("not sent again", ProxyPool.MessageOf(lost), StringComparison.Ordinal);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task The_payment_channel_book_stays_in_one_daemon()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(3, each: (i, rpc) =>
        {
            _ = new NumberingDaemon(rpc) { HasKey = i == 2 };
            rpc.On("PaychGet", _ => $"{i}").On("PaychList", _ => $"{i}").On("PaychVoucherCreate", _ => $"{i}");
        });
        Assert.Equal(2, (await pool.CallAsync("Filecoin.PaychGet", """["f01000","f01001","1"]""")).GetProperty("result").GetInt32());
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(2, (await pool.CallAsync("Filecoin.PaychList")).GetProperty("result").GetInt32());
            Assert.Equal(2, (await pool.CallAsync("Filecoin.PaychVoucherCreate", """["f02000","1",0]""")).GetProperty("result").GetInt32());
        }
    }

    [Fact]
    public async Task An_expensive_fork_at_one_daemon_is_asked_of_another_and_told_when_all_say_so()
    {
        bool[] refuses = [true, true, false];
        await using ProxyPool pool = await ProxyPool.StartAsync(3, each: (i, rpc) => rpc.On(
            "StateCall", _ => refuses[i] ? throw new FakeRpcError(RpcErrorCode.ExpensiveFork, "refusing explicit call due to state fork at epoch") : $"{i}"));
        for (int i = 0; i < 3; i++)
            Assert.Equal(2, (await pool.CallAsync("Filecoin.StateCall", "[{},[]]")).GetProperty("result").GetInt32());
        refuses[2] = true;
        Assert.Equal(RpcErrorCode.ExpensiveFork, ProxyPool.CodeOf(await pool.CallAsync("Filecoin.StateCall", "[{},[]]")));
    }

    [Theory]
    [InlineData(RpcErrorCode.OutOfGas)]
    [InlineData(RpcErrorCode.ExecutionReverted)]
    [InlineData(RpcErrorCode.F3Disabled)]
    [InlineData(RpcErrorCode.ActorNotFound)]
    [InlineData(RpcErrorCode.NullRound)]
    [InlineData(RpcErrorCode.InvalidParams)]
    public async Task An_error_of_the_chain_is_told_as_it_is_and_asked_once(int code)
    {
        int calls = 0;
        await using ProxyPool pool = await ProxyPool.StartAsync(3, each: (_, rpc) => rpc.On("StateGetActor", _ =>
        {
            Interlocked.Increment(ref calls);
            throw new FakeRpcError(code, "as it is");
        }));
        JsonElement answer = await pool.CallAsync("Filecoin.StateGetActor", """["f01000",[]]""");
        Assert.Equal((code, "as it is", 1), (ProxyPool.CodeOf(answer), ProxyPool.MessageOf(answer), calls));
    }

    private static string[] At(ProxyPool pool, string method) =>
        [.. pool.Daemons.Select((daemon, i) => (daemon, i)).Where(at => at.daemon.Rpc.Requests.Any(request => request.Method == method)).Select(at => $"n{at.i}")];

    private static string Json(BlockMessage block) => JsonSerializer.Serialize(block, ApiJsonContext.Default.BlockMessage);
}
