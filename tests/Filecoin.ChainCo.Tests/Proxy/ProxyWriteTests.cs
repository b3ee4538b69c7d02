using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Daemons;

namespace Filecoin.ChainCo.Tests.Proxy;

public sealed class ProxyWriteTests
{
    [Fact]
    public async Task Messages_are_numbered_by_one_daemon_and_never_twice_wherever_it_dies()
    {
        NumberingDaemon[] numbering = new NumberingDaemon[2];
        await using ProxyPool pool = await ProxyPool.StartAsync(2, each: (i, rpc) => numbering[i] = new NumberingDaemon(rpc) { HasKey = i == 1 });
        Death[] deaths = [Death.Never, Death.BeforeWork, Death.Never, Death.AfterPush, Death.AfterWork, Death.Never];
        for (int i = 0; i < deaths.Length; i++)
        {
            numbering[1].Next = deaths[i];
            JsonElement response = await pool.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(i)},null]");
            Assert.True(response.TryGetProperty("result", out JsonElement result), $"{deaths[i]}: {response.GetRawText()}");
            Assert.Equal(i, result.GetProperty("Message").GetProperty("Nonce").GetInt32());
            Assert.Equal($"{i + 1}", result.GetProperty("Message").GetProperty("Value").GetString());
        }

        Assert.Empty(numbering[0].Pushed);
        Assert.Equal(Enumerable.Range(0, deaths.Length).Select(i => (ulong)i), numbering[1].Pushed.Select(message => message.Message.Nonce));
        Assert.Equal(Enumerable.Range(1, deaths.Length), numbering[1].Pushed.Select(message => int.Parse(message.Message.Value.ToString(), System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_pinned_daemon_that_is_down_is_waited_for_and_not_replaced()
    {
        NumberingDaemon[] numbering = new NumberingDaemon[2];
        await using ProxyPool pool = await ProxyPool.StartAsync(
            2, options => options with { WriteDeadline = TimeSpan.FromSeconds(1.5) }, each: (i, rpc) => numbering[i] = new NumberingDaemon(rpc) { HasKey = i == 0 });
        Assert.True((await pool.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(0)},null]")).TryGetProperty("result", out _));
        await pool.Daemons[0].Rpc.StopAsync();
        JsonElement refused = await pool.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(1)},null]");
        Assert.Contains("nothing was sent", ProxyPool.MessageOf(refused), StringComparison.Ordinal);
        Assert.Empty(numbering[1].Pushed);
        await pool.Daemons[0].Rpc.RestartAsync();
        await ProxyPool.UntilAsync(() => pool.Coordinator.Standings()[0].Node.State.Reason is null);
        Assert.True((await pool.CallAsync("Filecoin.MpoolPushMessage", $"[{Message(1)},null]")).TryGetProperty("result", out _));
        Assert.Equal((2, 0), (numbering[0].Pushed.Count, numbering[1].Pushed.Count));
    }

    [Fact]
    public async Task A_batch_of_messages_gets_a_uuid_each()
    {
        NumberingDaemon? numbering = null;
        await using ProxyPool pool = await ProxyPool.StartAsync(1, each: (_, rpc) => numbering = new NumberingDaemon(rpc));
        JsonElement response = await pool.CallAsync(
            "Filecoin.MpoolBatchPushMessage", $$"""[[{{Message(0)}},{{Message(1)}},{{Message(2)}}],{"MaxFee":"0","MsgUuid":"11111111-2222-3333-4444-555555555555"}]""");
        Assert.Equal(3, response.GetProperty("result").GetArrayLength());
        Assert.Equal([1, 2, 3], numbering!.Pushed.Select(message => int.Parse(message.Message.Value.ToString(), System.Globalization.CultureInfo.InvariantCulture)));
        // The same batch again is the same messages.
        JsonElement again = await pool.CallAsync(
            "Filecoin.MpoolBatchPushMessage", $$"""[[{{Message(0)}},{{Message(1)}},{{Message(2)}}],{"MaxFee":"0","MsgUuid":"11111111-2222-3333-4444-555555555555"}]""");
        Assert.Equal(response.GetProperty("result").GetRawText(), again.GetProperty("result").GetRawText());
        Assert.Equal(3, numbering.Pushed.Count);
    }

    [Fact]
    public async Task A_signed_message_goes_to_every_daemon_and_one_that_takes_it_is_enough()
    {
        SignedMessage message = Signed(7);
        await using ProxyPool pool = await ProxyPool.StartAsync(3, each: (i, rpc) => rpc.On(
            "MpoolPush", _ => i == 2 ? JsonSerializer.Serialize(message.Cid, ApiJsonContext.Default.Cid) : throw new FakeRpcError(1, "mpool is full")));
        JsonElement response = await pool.CallAsync("Filecoin.MpoolPush", $"[{Json(message)}]");
        Assert.Equal(message.Cid.ToString(), response.GetProperty("result").GetProperty("/").GetString());
        await ProxyPool.UntilAsync(() => pool.Daemons.All(daemon => daemon.Rpc.Requests.Any(request => request.Method == "Filecoin.MpoolPush")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_nonce_that_exists_is_success_only_for_the_same_message(bool same)
    {
        SignedMessage message = Signed(7), pending = same ? message : Signed(8);
        await using ProxyPool pool = await ProxyPool.StartAsync(1, each: (_, rpc) => rpc
            .On("MpoolPush", _ => throw new FakeRpcError(1, "message from f1x with nonce 4 already in mpool: message with nonce already exists"))
            .On("MpoolPending", _ => $"[{Json(pending)}]")
            .On("StateSearchMsg", _ => "null"));
        JsonElement response = await pool.CallAsync("Filecoin.MpoolPush", $"[{Json(message)}]");
        Assert.Equal(same, response.TryGetProperty("result", out _));
    }

    private static string Message(int value) =>
        $$"""{"Version":0,"To":"f01001","From":"f01000","Nonce":0,"Value":"{{value + 1}}","GasLimit":0,"GasFeeCap":"0","GasPremium":"0","Method":0,"Params":null}""";

    private static SignedMessage Signed(long value) => new(
        new Message { To = Address.FromId(1001), From = Address.FromId(1000), Nonce = 4, Value = new TokenAmount(value) }, new Signature(SignatureType.Secp256k1, new byte[65]));

    private static string Json(SignedMessage message) => JsonSerializer.Serialize(message, ApiJsonContext.Default.SignedMessage);
}
