using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Daemons;

namespace Filecoin.ChainCo.Tests.Proxy;

public sealed class ProxySocketTests
{
    [Fact]
    public async Task Many_clients_follow_the_head_over_one_subscription_a_daemon()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(2);
        TipSet start = pool.Head, end = pool.Chain.Grow(start, 3);
        var transports = Enumerable.Range(0, 40).Select(_ => new WebSocketRpcTransport(RpcEndpoint.Create(pool.Url))).ToList();
        Task<List<HeadChange>>[] following = [.. transports.Select(transport => FollowAsync(transport, end))];
        await ProxyPool.UntilAsync(() => pool.Server.HeadListenerCount == 40);
        TipSet middle = pool.Chain[pool.Chain[end.Parents].Parents];
        await pool.MoveAllAsync(middle);
        await pool.MoveAllAsync(pool.Chain[end.Parents]);
        await pool.MoveAllAsync(end);
        foreach (List<HeadChange> changes in await Task.WhenAll(following).WaitAsync(TimeSpan.FromSeconds(30)))
        {
            Assert.Equal((HeadChangeType.Current, start), (changes[0].Type, changes[0].Val));
            Assert.Equal([middle, pool.Chain[end.Parents], end], changes.Skip(1).Select(change => change.Val));
            Assert.All(changes.Skip(1), change => Assert.Equal(HeadChangeType.Apply, change.Type));
        }

        Assert.All(pool.Daemons, daemon => Assert.Single(daemon.Rpc.Requests, request => request.Method == "Filecoin.ChainNotify"));
        foreach (WebSocketRpcTransport transport in transports)
            await transport.DisposeAsync();
        await ProxyPool.UntilAsync(() => pool.Server.HeadListenerCount == 0 && pool.Server.SocketCount == 0);
    }

    [Fact]
    public async Task A_cancel_without_an_id_ends_the_subscription_and_only_that()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(1);
        using ClientWebSocket socket = await ConnectAsync(pool);
        await SendAsync(socket, """{"jsonrpc":"2.0","id":"sub","method":"Filecoin.ChainNotify","params":[]}""");
        Assert.Equal("""{"jsonrpc":"2.0","result":1,"id":"sub"}""", await ReceiveAsync(socket));
        Assert.StartsWith("""{"jsonrpc":"2.0","method":"xrpc.ch.val","params":[1,[{"Type":"current",""", await ReceiveAsync(socket), StringComparison.Ordinal);
        await SendAsync(socket, """{"jsonrpc":"2.0","method":"xrpc.cancel","params":["sub"]}""");
        Assert.Equal("""{"jsonrpc":"2.0","method":"xrpc.ch.close","params":[1]}""", await ReceiveAsync(socket));
        await ProxyPool.UntilAsync(() => pool.Server.HeadListenerCount == 0);
        await SendAsync(socket, """{"jsonrpc":"2.0","id":2,"method":"Filecoin.ChainHead","params":[]}""");
        Assert.Contains("\"Height\":5", await ReceiveAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_messages_are_answered_and_the_connection_stays()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(1);
        using ClientWebSocket socket = await ConnectAsync(pool);
        foreach ((string message, int code) in new[]
        {
            ("[{\"id\":1,\"method\":\"Filecoin.ChainHead\"}]", RpcErrorCode.InvalidRequest), ("{", RpcErrorCode.Parse), ("", RpcErrorCode.Parse),
            ("""{"id":[],"method":"a"}""", RpcErrorCode.InvalidRequest), ("""{"id":1,"method":"a"}""", RpcErrorCode.MethodNotFound),
            ("""{"id":1,"method":"Filecoin.ChainExport2","params":[]}""", RpcErrorCode.MethodNotFound),
        })
        {
            await SendAsync(socket, message);
            Assert.Equal(code, ProxyPool.CodeOf(JsonDocument.Parse(await ReceiveAsync(socket)).RootElement));
        }

        await SendAsync(socket, """{"id":9,"method":"Filecoin.ChainHead"}""");
        Assert.Contains("\"id\":9", await ReceiveAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_closed_and_others_are_served()
    {
        string large = $"\"{new string('x', 200_000)}\"";
        await using ProxyPool pool = await ProxyPool.StartAsync(
            1, options => options with { MaxUnreadBytes = 4 << 20 }, each: (_, rpc) => rpc.On("StateMinerInfo", _ => large));
        using ClientWebSocket slow = await ConnectAsync(pool);
        using ClientWebSocket good = await ConnectAsync(pool);
        for (int i = 0; i < 400 && slow.State == WebSocketState.Open; i++)
        {
            try
            {
                await SendAsync(slow, $$"""{"id":{{i}},"method":"Filecoin.StateMinerInfo","params":["f01000",[]]}""");
            }
            catch (Exception e) when (e is WebSocketException or IOException)
            {
                break;
            }
        }

        await ProxyPool.UntilAsync(() => pool.Server.SocketCount == 1);
        await SendAsync(good, """{"id":9,"method":"Filecoin.ChainHead"}""");
        Assert.Contains("\"id\":9", await ReceiveAsync(good), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ethereum_subscription_calls_its_client_back_and_no_other()
    {
        int made = 0;
        await using ProxyPool pool = await ProxyPool.StartAsync(1, each: (_, rpc) => rpc
            .On("EthSubscribe", p => p[0].GetString() == "newHeads" ? $"\"0x{Interlocked.Increment(ref made)}\"" : throw new FakeRpcError(1, "unsupported event type"))
            .On("EthUnsubscribe", _ => "true"));
        using ClientWebSocket one = await ConnectAsync(pool), two = await ConnectAsync(pool);
        await SendAsync(one, """{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}""");
        Assert.Equal("""{"jsonrpc":"2.0","result":"0x1","id":1}""", await ReceiveAsync(one));
        await SendAsync(two, """{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}""");
        Assert.Equal("""{"jsonrpc":"2.0","result":"0x2","id":1}""", await ReceiveAsync(two));
        FakeDaemon daemon = pool.Daemons[0].Rpc;
        await daemon.CallBackAsync("eth_subscription", """{"subscription":"0x2","result":{"number":"0x7"}}""");
        await daemon.CallBackAsync("eth_subscription", """{"result":{"number":"0x8"},"subscription":"0x1"}""");
        await daemon.CallBackAsync("eth_subscription", """{"subscription":"0x9","result":1}""");
        await daemon.CallBackAsync("eth_subscription", "[1]");
        Assert.Equal("""{"jsonrpc":"2.0","method":"eth_subscription","params":{"result":{"number":"0x8"},"subscription":"0x1"}}""", await ReceiveAsync(one));
        Assert.Equal("""{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x2","result":{"number":"0x7"}}}""", await ReceiveAsync(two));

        // Another client's subscription is not this one's to end.
        await SendAsync(one, """{"jsonrpc":"2.0","id":2,"method":"eth_unsubscribe","params":["0x2"]}""");
        Assert.Equal("""{"jsonrpc":"2.0","result":false,"id":2}""", await ReceiveAsync(one));
        await SendAsync(one, """{"jsonrpc":"2.0","id":3,"method":"eth_unsubscribe","params":["0x1"]}""");
        Assert.Equal("""{"jsonrpc":"2.0","result":true,"id":3}""", await ReceiveAsync(one));
        two.Abort();
        await ProxyPool.UntilAsync(() => daemon.Requests.Where(request => request.Method == "Filecoin.EthUnsubscribe").Select(request => request.Params).Order()
            .SequenceEqual(["[\"0x1\"]", "[\"0x2\"]"]));
        await SendAsync(one, """{"jsonrpc":"2.0","id":4,"method":"eth_subscribe","params":["other"]}""");
        Assert.Contains("unsupported event type", await ReceiveAsync(one), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_whose_daemon_is_gone_breaks_the_connection_off()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(2, each: (i, rpc) => rpc.On("EthSubscribe", _ => $"\"0x{i}\"").On("EthUnsubscribe", _ => "true"));
        using ClientWebSocket socket = await ConnectAsync(pool);
        await SendAsync(socket, """{"jsonrpc":"2.0","id":1,"method":"Filecoin.EthSubscribe","params":["newHeads"]}""");
        int at = JsonDocument.Parse(await ReceiveAsync(socket)).RootElement.GetProperty("result").GetString()![^1] - '0';
        await pool.Daemons[at].Rpc.StopAsync();
        await Assert.ThrowsAnyAsync<WebSocketException>(() => ReceiveAsync(socket));
        using ClientWebSocket again = await ConnectAsync(pool);
        await SendAsync(again, """{"jsonrpc":"2.0","id":1,"method":"Filecoin.EthSubscribe","params":["newHeads"]}""");
        Assert.Contains($"\"0x{1 - at}\"", await ReceiveAsync(again), StringComparison.Ordinal);
        Assert.Equal(RpcErrorCode.MethodNotFound, ProxyPool.CodeOf(await pool.CallAsync("eth_subscribe", "[\"newHeads\"]")));
    }

    private static async Task<List<HeadChange>> FollowAsync(WebSocketRpcTransport transport, TipSet end)
    {
        var changes = new List<HeadChange>();
        await foreach (IReadOnlyList<HeadChange> batch in new ChainHeadApi(transport).ChainNotifyAsync())
        {
            changes.AddRange(batch);
            if (batch[^1].Val.Equals(end))
                break;
        }

        return changes;
    }

    private static async Task<ClientWebSocket> ConnectAsync(ProxyPool pool)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(pool.Url) { Scheme = "ws" }.Uri, CancellationToken.None);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        byte[] buffer = new byte[1 << 20];
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token);
            length += part.Count;
            if (part.EndOfMessage)
                return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }
}
