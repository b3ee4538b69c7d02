using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Chain;
using Filecoin.ChainCo.Tests.Daemons;

namespace Filecoin.ChainCo.Tests.Rpc;

/// <summary>One suite for both transports.</summary>
public abstract class RpcTransportTests : IAsyncLifetime
{
    private protected FakeDaemon Daemon { get; private set; } = null!;

    public async Task InitializeAsync() => Daemon = await FakeDaemon.StartAsync();

    public async Task DisposeAsync() => await Daemon.DisposeAsync();

    private protected abstract IRpcTransport Open(string endpoint, RpcTransportOptions? options = null);

    private protected IRpcTransport Open(RpcTransportOptions? options = null) => Open(Daemon.HttpUrl, options);

    [Fact]
    public async Task Parameters_are_positional_and_results_raw()
    {
        Daemon.On("Echo", parameters => parameters.GetRawText());
        await using IRpcTransport transport = Open();
        ReadOnlyMemory<byte> result = await transport.CallAsync("Filecoin.Echo", new RpcParams().Add(1L).Add("a+b").AddNull().Add(true).Add(new byte[] { 255, 62 }).ToJson());
        JsonElement echo = JsonDocument.Parse(result).RootElement;
        Assert.Equal(5, echo.GetArrayLength());
        Assert.Equal((1, "a+b", JsonValueKind.Null, true), (echo[0].GetInt32(), echo[1].GetString(), echo[2].ValueKind, echo[3].GetBoolean()));
        Assert.Equal([255, 62], echo[4].GetBytesFromBase64());
        Assert.Equal("[]", Encoding.UTF8.GetString((await transport.CallAsync("Filecoin.Echo", RpcParams.None)).Span));
    }

    [Fact]
    public async Task A_typed_call_reads_a_mainnet_tipset()
    {
        Daemon.On("ChainHead", _ => GoldenChain.TipSet()).On("ChainTipSetWeight", p => p[0].GetArrayLength() == 1 ? "\"116013147119\"" : "null");
        await using IRpcTransport transport = Open();
        var chain = new ChainHeadApi(transport);
        TipSet head = await chain.ChainHeadAsync();
        Assert.Equal(4863283, head.Height.Value);
        Assert.Equal(new TokenAmount(116013147119), await chain.ChainTipSetWeightAsync(head.Key));
    }

    [Theory]
    [InlineData(RpcErrorCode.NullRound, false)]
    [InlineData(RpcErrorCode.ActorNotFound, false)]
    [InlineData(RpcErrorCode.F3NotReady, true)]
    [InlineData(RpcErrorCode.Generic, false)]
    public async Task Errors_keep_their_code(int code, bool transient)
    {
        Daemon.On("Fails", _ => throw new FakeRpcError(code, "because"));
        await using IRpcTransport transport = Open();
        var error = await Assert.ThrowsAsync<RpcErrorException>(() => transport.CallAsync("Filecoin.Fails", RpcParams.None));
        Assert.Equal(code, error.Code);
        Assert.Equal("because", error.ErrorMessage);
        Assert.Equal(transient, error.IsTransient);
        Assert.Equal(RpcErrorCode.MethodNotFound, (await Assert.ThrowsAsync<RpcErrorException>(() => transport.CallAsync("Filecoin.Nothing", RpcParams.None))).Code);
    }

    [Fact]
    public async Task A_token_is_sent_and_its_refusal_is_final()
    {
        Daemon.Token = "secret";
        Daemon.On("Ok", _ => "1");
        await using (IRpcTransport good = Open("secret:" + Daemon.HttpUrl))
            Assert.Equal("1", Encoding.UTF8.GetString((await good.CallAsync("Filecoin.Ok", RpcParams.None)).Span));
        await using IRpcTransport bad = Open("wrong:" + Daemon.HttpUrl);
        var error = await Assert.ThrowsAsync<RpcUnauthorizedException>(() => bad.CallAsync("Filecoin.Ok", RpcParams.None));
        Assert.False(error.IsTransient);
        Assert.DoesNotContain("wrong", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_was_certainly_not_delivered()
    {
        int port = Loopback.FreePort();
        await using IRpcTransport transport = Open($"http://127.0.0.1:{port}/rpc/v1");
        var error = await Assert.ThrowsAsync<RpcConnectionException>(() => transport.CallAsync("Filecoin.Ok", RpcParams.None));
        Assert.True(error.IsTransient);
        Assert.False(error.MaybeDelivered);
    }

    [Fact]
    public async Task A_daemon_that_dies_during_a_call_may_have_received_it()
    {
        var entered = new TaskCompletionSource();
        Daemon.OnAsync("Hang", async (_, token) =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return "1";
        });
        await using IRpcTransport transport = Open();
        Task call = transport.CallAsync("Filecoin.Hang", RpcParams.None);
        await entered.Task;
        await Daemon.StopAsync();
        var error = await Assert.ThrowsAsync<RpcConnectionException>(() => call);
        Assert.True(error.MaybeDelivered);
        Assert.Single(Daemon.Requests);
    }

    [Fact]
    public async Task Silence_ends_with_the_call_timeout_and_cancellation_with_the_callers_token()
    {
        Daemon.OnAsync("Hang", async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return "1";
        });
        await using IRpcTransport impatient = Open(new RpcTransportOptions { CallTimeout = TimeSpan.FromMilliseconds(200) });
        var error = await Assert.ThrowsAsync<RpcConnectionException>(() => impatient.CallAsync("Filecoin.Hang", RpcParams.None));
        Assert.True(error.MaybeDelivered);

        await using IRpcTransport patient = Open();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient.CallAsync("Filecoin.Hang", RpcParams.None, cancel.Token));
    }

    [Fact]
    public async Task An_answer_over_the_limit_is_refused_and_one_just_under_it_is_read()
    {
        Daemon.On("Big", p => $"\"{new string('x', p[0].GetInt32())}\"");
        var options = new RpcTransportOptions { MaxMessageBytes = 100_000 };
        await using (IRpcTransport transport = Open(options))
            Assert.Equal(99_002, (await transport.CallAsync("Filecoin.Big", new RpcParams().Add(99_000L).ToJson())).Length);
        await using IRpcTransport refusing = Open(options);
        await Assert.ThrowsAnyAsync<RpcException>(() => refusing.CallAsync("Filecoin.Big", new RpcParams().Add(100_001L).ToJson()));
    }

    [Fact]
    public async Task Many_calls_at_once_get_their_own_answers()
    {
        Daemon.OnAsync("Slow", async (p, token) =>
        {
            await Task.Delay(p[0].GetInt32() % 7, token);
            return p[0].GetRawText();
        });
        await using IRpcTransport transport = Open();
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            Encoding.UTF8.GetString((await transport.CallAsync("Filecoin.Slow", new RpcParams().Add((long)i).ToJson())).Span)));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}"), answers);
    }

    [Fact]
    public async Task It_recovers_when_the_daemon_comes_back()
    {
        Daemon.On("Ok", _ => "1");
        await using IRpcTransport transport = Open(new RpcTransportOptions { MinBackoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(20) });
        await transport.CallAsync("Filecoin.Ok", RpcParams.None);
        await Daemon.StopAsync();
        await Assert.ThrowsAnyAsync<RpcException>(() => transport.CallAsync("Filecoin.Ok", RpcParams.None));
        await Daemon.RestartAsync();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await transport.CallAsync("Filecoin.Ok", RpcParams.None);
                break;
            }
            catch (RpcConnectionException) when (attempt < 100)
            {
                await Task.Delay(20);
            }
        }
    }

    [Fact]
    public async Task A_result_of_another_form_is_a_protocol_error()
    {
        Daemon.On("ChainHead", _ => "{\"Cids\":[]}").On("StateNetworkName", _ => "null");
        await using IRpcTransport transport = Open();
        await Assert.ThrowsAsync<RpcProtocolException>(() => new ChainHeadApi(transport).ChainHeadAsync());
        await Assert.ThrowsAsync<RpcProtocolException>(() => new NodeApi(transport).StateNetworkNameAsync());
    }
}

public sealed class HttpRpcTransportTests : RpcTransportTests
{
    /// <summary>Between the connection and its first use; the runtime's HTTP client then lets the bare exception of the socket through.</summary>
    [Fact]
    public async Task A_peer_that_resets_connections_at_once_is_a_failed_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        Task resetting = Task.Run(async () =>
        {
            while (true)
            {
                using Socket socket = await listener.AcceptSocketAsync(stop.Token);
                socket.LingerState = new LingerOption(true, 0);
            }
        });
        await using IRpcTransport transport = Open($"http://{listener.LocalEndpoint}/rpc/v1");
        for (int i = 0; i < 300; i++)
            await Assert.ThrowsAsync<RpcConnectionException>(() => transport.CallAsync("Filecoin.Version", RpcParams.None));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resetting);
    }

    private protected override IRpcTransport Open(string endpoint, RpcTransportOptions? options = null) =>
        new HttpRpcTransport(RpcEndpoint.Parse(endpoint), options);

    [Theory]
    [InlineData(200, "", typeof(RpcProtocolException))]
    [InlineData(200, "<html>", typeof(RpcProtocolException))]
    [InlineData(404, "not found", typeof(RpcProtocolException))]
    [InlineData(200, "{\"id\":1}{}", typeof(RpcProtocolException))]
    [InlineData(200, "{\"id\":77,\"result\":1}", typeof(RpcProtocolException))]
    [InlineData(200, "[]", typeof(RpcProtocolException))]
    [InlineData(502, "<html>bad gateway", typeof(RpcConnectionException))]
    [InlineData(500, "{\"id\":1,\"error\":{\"code\":-32603,\"message\":\"x\"}}", typeof(RpcErrorException))]
    [InlineData(400, "{\"id\":null,\"error\":{\"code\":-32700,\"message\":\"x\"}}", typeof(RpcErrorException))]
    public async Task Foreign_bodies_become_typed_errors(int status, string body, Type expected)
    {
        await using IRpcTransport transport = Open();
        Daemon.RawHttp.Enqueue((status, body));
        await Assert.ThrowsAsync(expected, () => transport.CallAsync("Filecoin.Ok", RpcParams.None));
    }

    [Fact]
    public async Task Subscriptions_need_a_websocket()
    {
        await using IRpcTransport transport = Open();
        Assert.False(transport.SupportsSubscriptions);
        Assert.Throws<NotSupportedException>(() => transport.SubscribeAsync("Filecoin.ChainNotify", RpcParams.None));
    }
}

public sealed class WebSocketRpcTransportTests : RpcTransportTests
{
    private protected override IRpcTransport Open(string endpoint, RpcTransportOptions? options = null) =>
        new WebSocketRpcTransport(RpcEndpoint.Parse(endpoint), options);

    [Fact]
    public async Task A_subscription_yields_values_in_order_until_the_daemon_closes_it()
    {
        Daemon.OnChannel("Count", () => ["0"]);
        await using IRpcTransport transport = Open();
        var seen = new List<string>();
        await foreach (ReadOnlyMemory<byte> value in transport.SubscribeAsync("Filecoin.Count", RpcParams.None))
        {
            seen.Add(Encoding.UTF8.GetString(value.Span));
            if (seen.Count == 1)
            {
                await Until(() => Daemon.SessionCount == 1);
                await Task.Delay(50);
                for (int i = 1; i <= 100; i++)
                    await Daemon.PushAsync($"{i}");
                await Daemon.CloseChannelsAsync();
            }
        }

        Assert.Equal(Enumerable.Range(0, 101).Select(i => $"{i}"), seen);
        Assert.Empty(Daemon.Cancels);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ending_a_subscription_cancels_it_by_the_requests_id(bool carriesId)
    {
        Daemon.OnChannel("Count", () => ["0"]).On("Ok", _ => "1");
        await using IRpcTransport transport = Open(new RpcTransportOptions { CancelCarriesId = carriesId });
        await transport.CallAsync("Filecoin.Ok", RpcParams.None);
        await foreach (ReadOnlyMemory<byte> _ in transport.SubscribeAsync("Filecoin.Count", RpcParams.None))
            break;
        await Until(() => !Daemon.Cancels.IsEmpty);
        Assert.True(Daemon.Cancels.TryDequeue(out (long Request, bool HadId) cancel));
        Assert.Equal((2L, carriesId), cancel);
        await transport.CallAsync("Filecoin.Ok", RpcParams.None);
    }

    [Fact]
    public async Task A_call_given_up_is_cancelled_at_the_daemon()
    {
        Daemon.OnAsync("Hang", async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return "1";
        });
        await using IRpcTransport transport = Open();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transport.CallAsync("Filecoin.Hang", RpcParams.None, cancel.Token));
        await Until(() => !Daemon.Cancels.IsEmpty);
    }

    [Fact]
    public async Task A_broken_connection_ends_the_subscription_with_an_error()
    {
        Daemon.OnChannel("Count", () => ["0"]);
        await using IRpcTransport transport = Open();
        await Assert.ThrowsAsync<RpcConnectionException>(async () =>
        {
            await foreach (ReadOnlyMemory<byte> _ in transport.SubscribeAsync("Filecoin.Count", RpcParams.None))
                Daemon.DropSessions();
        });
        await foreach (ReadOnlyMemory<byte> value in transport.SubscribeAsync("Filecoin.Count", RpcParams.None))
        {
            Assert.Equal("0", Encoding.UTF8.GetString(value.Span));
            break;
        }
    }

    [Fact]
    public async Task A_reader_that_falls_behind_loses_its_subscription_and_nothing_else()
    {
        Daemon.OnChannel("Count", () => ["0"]).On("Ok", _ => "1");
        await using IRpcTransport transport = Open(new RpcTransportOptions { SubscriptionBuffer = 4 });
        var error = await Assert.ThrowsAsync<RpcConnectionException>(async () =>
        {
            await foreach (ReadOnlyMemory<byte> _ in transport.SubscribeAsync("Filecoin.Count", RpcParams.None))
            {
                await Task.Delay(50);
                for (int i = 0; i < 20; i++)
                    await Daemon.PushAsync("1");
                await Until(() => !Daemon.Cancels.IsEmpty);
            }
        });
        Assert.Contains("unread", error.Message, StringComparison.Ordinal);
        await transport.CallAsync("Filecoin.Ok", RpcParams.None);
    }

    [Fact]
    public async Task A_channel_that_is_not_a_number_is_a_protocol_error()
    {
        Daemon.On("ChainNotify", _ => "\"x\"");
        await using IRpcTransport transport = Open();
        await Assert.ThrowsAsync<RpcProtocolException>(async () =>
        {
            await foreach (ReadOnlyMemory<byte> _ in transport.SubscribeAsync("Filecoin.ChainNotify", RpcParams.None))
            {
            }
        });
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":{}}")]
    public async Task Garbage_breaks_the_connection_and_the_next_call_makes_a_new_one(string garbage)
    {
        Daemon.On("Ok", _ => "1").OnAsync("Hang", async (_, token) =>
        {
            await Daemon.SendRawAsync(garbage);
            await Task.Delay(Timeout.Infinite, token);
            return "1";
        });
        await using IRpcTransport transport = Open();
        await Assert.ThrowsAsync<RpcConnectionException>(() => transport.CallAsync("Filecoin.Hang", RpcParams.None));
        await transport.CallAsync("Filecoin.Ok", RpcParams.None);
    }

    [Fact]
    public async Task Harmless_strays_are_ignored()
    {
        Daemon.OnAsync("Ok", async (_, _) =>
        {
            foreach (string stray in new[]
            {
                """{"jsonrpc":"2.0","id":999,"result":1}""", """{"jsonrpc":"2.0","method":"xrpc.ch.val","params":[55,1]}""",
                """{"jsonrpc":"2.0","method":"xrpc.ch.val","params":{}}""", """{"jsonrpc":"2.0","method":"xrpc.ch.close","params":[]}""",
                """{"jsonrpc":"2.0","method":"eth_subscription","params":[1],"id":4}""", """{"jsonrpc":"2.0","id":null,"result":null}""",
            })
                await Daemon.SendRawAsync(stray);
            return "1";
        });
        await using IRpcTransport transport = Open();
        Assert.Equal("1", Encoding.UTF8.GetString((await transport.CallAsync("Filecoin.Ok", RpcParams.None)).Span));
        Assert.Equal("1", Encoding.UTF8.GetString((await transport.CallAsync("Filecoin.Ok", RpcParams.None)).Span));
        Assert.Equal(1, Daemon.SessionCount);
    }

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; !condition() && i < 500; i++)
            await Task.Delay(10);
        Assert.True(condition());
    }
}
