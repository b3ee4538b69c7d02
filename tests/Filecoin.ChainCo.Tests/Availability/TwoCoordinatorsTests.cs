using System.Globalization;
using System.Text.Json;
using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Proxy;

namespace Filecoin.ChainCo.Tests.Availability;

/// <summary>Two coordinators side by side over the same daemons and one PostgreSQL.</summary>
public sealed class TwoCoordinatorsTests
{
    private static readonly TimeSpan ShortDeadline = TimeSpan.FromSeconds(3);

    [PostgresFact]
    public async Task Both_tell_the_same_heads()
    {
        await using var database = new PostgresDatabase();
        await using ProxyPool one = await ProxyPool.StartAsync(3, pins: new PostgresPinStore(database.For("one")));
        await using ProxyPool two = await one.BesideAsync(new PostgresPinStore(database.For("two")));
        for (int i = 0; i < 10; i++)
        {
            // Two of three daemons move, to one of two tipsets of the same height now and then.
            TipSet tipset = one.Chain.Extend(one.Daemons[2].Head, blocks: 1 + (i % 3), nulls: i % 2);
            await one.Daemons[2].MoveAsync(tipset);
            await one.Daemons[i % 2].MoveAsync(tipset);
            await ProxyPool.UntilAsync(() => tipset.Equals(one.Coordinator.Freshest.Head) && tipset.Equals(two.Coordinator.Freshest.Head));
            Assert.Equal(one.Coordinator.Freshest.Now, two.Coordinator.Freshest.Now);
            Assert.Equal(
                (await one.CallAsync("Filecoin.ChainHead")).GetProperty("result").GetRawText(), (await two.CallAsync("Filecoin.ChainHead")).GetProperty("result").GetRawText());
        }
    }

    [PostgresFact]
    public async Task A_sender_has_one_daemon_and_one_row_of_nonces()
    {
        await using var database = new PostgresDatabase();
        NumberingDaemon[] numbering = new NumberingDaemon[3];
        await using ProxyPool one = await ProxyPool.StartAsync(
            3, options => options with { SingleCoordinator = false }, new PostgresPinStore(database.For("one")), (i, rpc) => numbering[i] = new NumberingDaemon(rpc));
        await using ProxyPool two = await one.BesideAsync(new PostgresPinStore(database.For("two")), options => options with { SingleCoordinator = false });
        JsonElement[] answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => (i % 2 == 0 ? one : two).CallAsync("Filecoin.MpoolPushMessage", $"[{Message(i, i % 4 < 2 ? "f01000" : NumberingDaemon.Key.ToString())},null]")));
        NumberingDaemon pinned = Assert.Single(numbering, daemon => daemon.Pushed.Count > 0);
        Assert.Equal(Enumerable.Range(0, 24), answers.Select(answer => answer.GetProperty("result").GetProperty("Message").GetProperty("Nonce").GetInt32()).Order());
        Assert.Equal(Enumerable.Range(1, 24), pinned.Pushed.Select(ValueOf).Order());
        // A sender called by its id and by its key is one sender.
        Assert.Null(await one.Pins.FindAsync(PinKind.Sender, "f01000"));
        Assert.NotNull(await two.Pins.FindAsync(PinKind.Sender, NumberingDaemon.Key.ToString()));
    }

    [PostgresFact]
    public async Task One_block_of_a_miner_and_epoch_is_published_through_both()
    {
        await using var database = new PostgresDatabase();
        await using ProxyPool one = await ProxyPool.StartAsync(
            2, options => options with { SingleCoordinator = false }, new PostgresPinStore(database.For("one")), (_, rpc) => rpc.On("SyncSubmitBlock", _ => "null"));
        await using ProxyPool two = await one.BesideAsync(new PostgresPinStore(database.For("two")), options => options with { SingleCoordinator = false });
        for (int epoch = 0; epoch < 5; epoch++)
        {
            string[] blocks = [.. Enumerable.Range(0, 8).Select(_ => Block(one.Chain.Block(one.Chain.Extend(one.Head), 100 + epoch, 1)))];
            JsonElement[] answers = await Task.WhenAll(blocks.Select((block, i) => (i % 2 == 0 ? one : two).CallAsync("Filecoin.SyncSubmitBlock", $"[{block}]")));
            int won = Assert.Single(Enumerable.Range(0, 8), i => answers[i].TryGetProperty("result", out _));
            Assert.All(answers.Where((_, i) => i != won), answer => Assert.Contains("consensus fault", ProxyPool.MessageOf(answer), StringComparison.Ordinal));
            // The same block again is the same block, at the other one too.
            Assert.True((await (won % 2 == 0 ? two : one).CallAsync("Filecoin.SyncSubmitBlock", $"[{blocks[won]}]")).TryGetProperty("result", out _));
        }

        Assert.Equal(5, one.Daemons.SelectMany(daemon => daemon.Rpc.Requests).Where(request => request.Method == "Filecoin.SyncSubmitBlock").Select(request => request.Params).Distinct().Count());
    }

    /// <summary>The first coordinator dies with a call at the daemon; the client asks the second one for the same message.</summary>
    [PostgresTheory]
    [InlineData(Pace.HangsBefore)]
    [InlineData(Pace.PushesLate)]
    [InlineData(Pace.HangsAfter)]
    public async Task A_message_whose_coordinator_died_is_sent_once(Pace pace)
    {
        await using var database = new PostgresDatabase();
        NumberingDaemon? numbering = null;
        ProxyPool one = await ProxyPool.StartAsync(
            1, options => options with { SingleCoordinator = false, WriteDeadline = ShortDeadline }, new PostgresPinStore(database.For("one")),
            (_, rpc) => numbering = new NumberingDaemon(rpc));
        await using ProxyPool two = await one.BesideAsync(
            new PostgresPinStore(database.For("two")), options => options with { SingleCoordinator = false, WriteDeadline = ShortDeadline });
        await using (one)
        {
            numbering!.NextPace = pace;
            const string Uuid = """{"MaxFee":"0","MsgUuid":"11111111-2222-3333-4444-555555555555"}""";
            Task<JsonElement> lost = one.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(0)},{Uuid}]");
            await ProxyPool.UntilAsync(() => numbering.AtWork);
            // Its sessions end, and with them its lock, while its call is still at the daemon.
            database.End("one");
            Task<JsonElement> asked = two.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(0)},{Uuid}]");
            JsonElement answer = await asked.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(answer.TryGetProperty("result", out JsonElement result), answer.GetRawText());
            Assert.Equal(0, result.GetProperty("Message").GetProperty("Nonce").GetInt32());
            await ((Task)lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            JsonElement again = await two.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(0)},{Uuid}]");
            Assert.Equal(result.GetRawText(), again.GetProperty("result").GetRawText());
            Assert.Single(numbering.Pushed);
            Assert.True((await two.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(1)},null]")).TryGetProperty("result", out _));
            Assert.Equal([0UL, 1UL], numbering.Pushed.Select(message => message.Message.Nonce));
        }
    }

    [PostgresFact]
    public async Task A_message_that_was_refused_may_be_asked_for_again()
    {
        await using var database = new PostgresDatabase();
        NumberingDaemon? numbering = null;
        await using ProxyPool one = await ProxyPool.StartAsync(1, pins: new PostgresPinStore(database.For("one")), each: (_, rpc) => numbering = new NumberingDaemon(rpc));
        await using ProxyPool two = await one.BesideAsync(new PostgresPinStore(database.For("two")));
        const string Spec = """{"MsgUuid":"11111111-2222-3333-4444-555555555555"}""";
        numbering!.Refuses = "not enough funds";
        Assert.Equal("not enough funds", ProxyPool.MessageOf(await one.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(0)},{Spec}]")));
        numbering.Refuses = null;
        Assert.True((await two.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(0)},{Spec}]")).TryGetProperty("result", out _));
        Assert.Single(numbering.Pushed);
    }

    [PostgresFact]
    public async Task A_database_that_is_gone_refuses_what_it_guards_and_nothing_else()
    {
        var database = new PostgresDatabase();
        NumberingDaemon? numbering = null;
        await using ProxyPool pool = await ProxyPool.StartAsync(1, pins: new PostgresPinStore(database.For("one")), each: (_, rpc) =>
        {
            numbering = new NumberingDaemon(rpc);
            rpc.On("SyncSubmitBlock", _ => "null");
        });
        await database.DisposeAsync();
        Assert.Contains("pins", ProxyPool.MessageOf(await pool.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(0)},null]")), StringComparison.Ordinal);
        Assert.Contains("pins", ProxyPool.MessageOf(await pool.CallAsync("Filecoin.SyncSubmitBlock", $"[{Block(pool.Chain.Block(pool.Head, 100, 1))}]")), StringComparison.Ordinal);
        Assert.True((await pool.CallAsync("Filecoin.ChainHead")).TryGetProperty("result", out _));
        Assert.Empty(numbering!.Pushed);
        Assert.DoesNotContain(pool.Daemons[0].Rpc.Requests, request => request.Method == "Filecoin.SyncSubmitBlock");
    }

    private static int ValueOf(SignedMessage message) => int.Parse(message.Message.Value.ToString(), CultureInfo.InvariantCulture);

    private static string Message(int value, string from = "f01000") =>
        $$"""{"Version":0,"To":"f01001","From":"{{from}}","Nonce":0,"Value":"{{value + 1}}","GasLimit":0,"GasFeeCap":"0","GasPremium":"0","Method":0,"Params":null}""";

    private static string Block(BlockHeader header) => JsonSerializer.Serialize(
        new BlockMessage(header with { Miner = Address.FromId(1234), BlockSig = new Signature(SignatureType.Bls, new byte[96]) }, [], []), ApiJsonContext.Default.BlockMessage);
}
