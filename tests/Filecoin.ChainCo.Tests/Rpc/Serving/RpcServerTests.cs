using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Filecoin.ChainCo.Tests.Rpc.Serving;

public sealed class RpcServerTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly RpcTokenKey _key = new(new byte[32]);
    private readonly Channel<string> _values = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _http = new();
    private RpcServer _server = null!;

    public async Task InitializeAsync() => _server = await RpcServer.StartAsync(
        new RpcMethods()
            .Add("T.Add", RpcPermissions.Read, 2, request => request.Int64(0) + request.Int64(1), ApiJsonContext.Default.Int64)
            .Add("T.Name", RpcPermissions.Read, 2, request => $"{request.Address(0)}/{request.Key(1).Cids.Count}", ApiJsonContext.Default.String, optional: 1)
            .Add("T.Fails", RpcPermissions.Read, 1, request => Fail(request.Int64(0)), ApiJsonContext.Default.Boolean)
            .Add("T.Waits", RpcPermissions.Read, 0, WaitAsync)
            .Add("T.Signs", RpcPermissions.Sign, 0, request => request.Caller.Subject, ApiJsonContext.Default.String)
            .AddChannel("T.Values", RpcPermissions.Read, 0, (_, token) => ValuesAsync(token), ApiJsonContext.Default.String)
            .AddChannel("T.Flood", RpcPermissions.Read, 0, (_, token) => FloodAsync(token), ApiJsonContext.Default.String),
        options: new RpcServingOptions { MaxRequestBytes = 1 << 16, MaxBatch = 4, MaxUnreadMessages = 16, MaxUnreadBytes = 1 << 20 }, tokens: _key);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _http.Dispose();

    public static TheoryData<bool> Ways => [false, true];

    [Theory, MemberData(nameof(Ways))]
    public async Task Our_clients_call_it(bool webSocket)
    {
        await using IRpcTransport transport = Open(webSocket);
        Assert.Equal(7, await transport.CallAsync("T.Add", new RpcParams().Add(3L).Add(4L).ToJson(), ApiJsonContext.Default.Int64));
        Assert.Equal("f01000/0", await transport.CallAsync("T.Name", new RpcParams().Add(Address.FromId(1000)).ToJson(), ApiJsonContext.Default.String));
        Assert.Equal("f01000/0", await transport.CallAsync("T.Name", new RpcParams().Add(Address.FromId(1000)).AddNull().ToJson(), ApiJsonContext.Default.String));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Errors_carry_their_code_and_words(bool webSocket)
    {
        await using IRpcTransport transport = Open(webSocket);
        await FailsAsync(RpcErrorCode.NullRound, "no tipset there", "T.Fails", new RpcParams().Add((long)RpcErrorCode.NullRound));
        await FailsAsync(RpcErrorCode.Generic, "broken", "T.Fails", new RpcParams().Add(0L));
        await FailsAsync(RpcErrorCode.InvalidParams, "wrong param count", "T.Add", new RpcParams().Add(1L));
        await FailsAsync(RpcErrorCode.InvalidParams, "wrong param count", "T.Add", new RpcParams().Add(1L).Add(2L).Add(3L));
        await FailsAsync(RpcErrorCode.InvalidParams, "parameter 1", "T.Add", new RpcParams().Add(1L).Add("2"));
        await FailsAsync(RpcErrorCode.InvalidParams, "parameter 0", "T.Name", new RpcParams().Add("f9"));
        await FailsAsync(RpcErrorCode.MethodNotFound, "T.None", "T.None", new RpcParams());
        await FailsAsync(RpcErrorCode.Generic, "missing permission", "T.Signs", new RpcParams());

        async Task FailsAsync(int code, string words, string method, RpcParams parameters)
        {
            var error = await Assert.ThrowsAsync<RpcErrorException>(() => transport.CallAsync(method, parameters.ToJson()));
            Assert.Equal(code, error.Code);
            Assert.Contains(words, error.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Tokens_are_checked_before_anything_else(bool webSocket)
    {
        await using IRpcTransport signer = Open(webSocket, _key.Sign(RpcPermissions.Sign, "miner"));
        Assert.Equal("miner", await signer.CallAsync("T.Signs", RpcParams.None, ApiJsonContext.Default.String));
        await using IRpcTransport stranger = Open(webSocket, new RpcTokenKey(Enumerable.Repeat((byte)1, 32).ToArray()).Sign(RpcPermissions.All));
        await Assert.ThrowsAsync<RpcUnauthorizedException>(() => stranger.CallAsync("T.Add", new RpcParams().Add(3L).Add(4L).ToJson()));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_handler_sees_that_its_client_gave_up(bool webSocket)
    {
        await using IRpcTransport transport = Open(webSocket);
        using var patience = new CancellationTokenSource();
        Task call = transport.CallAsync("T.Waits", RpcParams.None, patience.Token);
        await _waiting.Task.WaitAsync(Patience);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _gone.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_handler_sees_that_its_WebSocket_went()
    {
        IRpcTransport transport = Open(webSocket: true);
        Task call = transport.CallAsync("T.Waits", RpcParams.None);
        await _waiting.Task.WaitAsync(Patience);
        await transport.DisposeAsync();
        await _gone.Task.WaitAsync(Patience);
        await Assert.ThrowsAnyAsync<Exception>(() => call);
    }

    [Fact]
    public async Task A_channel_gives_its_values_in_order_and_closes()
    {
        await using IRpcTransport transport = Open(webSocket: true);
        foreach (string value in new[] { "a", "b", "c" })
            Assert.True(_values.Writer.TryWrite(value));
        _values.Writer.Complete();
        var seen = new List<string>();
        await foreach (string value in transport.SubscribeAsync("T.Values", RpcParams.None, ApiJsonContext.Default.String))
            seen.Add(value);
        Assert.Equal(["a", "b", "c"], seen);
    }

    [Fact]
    public async Task A_channel_ends_when_its_client_cancels()
    {
        await using IRpcTransport transport = Open(webSocket: true);
        Assert.True(_values.Writer.TryWrite("a"));
        await foreach (string value in transport.SubscribeAsync("T.Values", RpcParams.None, ApiJsonContext.Default.String))
        {
            Assert.Equal("a", value);
            break;
        }

        await _ended.Task.WaitAsync(Patience);
        Assert.Equal(7, await transport.CallAsync("T.Add", new RpcParams().Add(3L).Add(4L).ToJson(), ApiJsonContext.Default.Int64));
    }

    [Fact]
    public async Task A_channel_method_does_not_exist_over_HTTP()
    {
        (HttpStatusCode _, JsonElement body) = await PostAsync("""{"jsonrpc":"2.0","id":"x","method":"T.Values","params":[]}""");
        Assert.Equal((RpcErrorCode.MethodNotFound, "x"), (body.GetProperty("error").GetProperty("code").GetInt32(), body.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_reader_that_does_not_read_is_closed()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(_server.Address) { Scheme = "ws", Path = "/rpc/v1" }.Uri, CancellationToken.None);
        await socket.SendAsync("""{"jsonrpc":"2.0","id":1,"method":"T.Flood","params":[]}"""u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        // Nothing is read until the server has given up on this client.
        await _ended.Task.WaitAsync(Patience);
        await Assert.ThrowsAnyAsync<WebSocketException>(async () =>
        {
            byte[] buffer = new byte[1 << 16];
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        });
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":17,"method":"T.Add","params":[1,2]}""", 200, """{"jsonrpc":"2.0","result":3,"id":17}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"17","method":"T.Add","params":[1,2]}""", 200, """{"jsonrpc":"2.0","result":3,"id":"17"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"T.Add","params":[1,2]}""", 200, "")]
    [InlineData("""[{"id":1,"method":"T.Add","params":[1,2]},{"id":2,"method":"T.Add","params":[5,2]}]""", 200, """[{"jsonrpc":"2.0","result":3,"id":1},{"jsonrpc":"2.0","result":7,"id":2}]""")]
    public async Task Answers_over_POST(string request, int status, string answer)
    {
        using HttpResponseMessage response = await _http.PostAsync(new Uri(_server.Address, "/rpc/v0"), new StringContent(request));
        Assert.Equal((status, answer), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("", 400, RpcErrorCode.InvalidRequest)]
    [InlineData("{", 500, RpcErrorCode.Parse)]
    [InlineData("[]", 400, RpcErrorCode.InvalidRequest)]
    [InlineData("[1,2,3,4,5]", 400, RpcErrorCode.InvalidRequest)]
    [InlineData("""{"id":{},"method":"T.Add","params":[1,2]}""", 400, RpcErrorCode.InvalidRequest)]
    [InlineData("""{"id":1,"method":"T.Add","params":{"a":1}}""", 400, RpcErrorCode.InvalidRequest)]
    public async Task What_is_no_call_is_an_error(string request, int status, int code)
    {
        (HttpStatusCode at, JsonElement body) = await PostAsync(request);
        Assert.Equal((status, code), ((int)at, body.GetProperty("error").GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task Deep_and_huge_requests_are_refused()
    {
        (_, JsonElement deep) = await PostAsync($$"""{"id":1,"method":"T.Add","params":{{new string('[', 1000)}}{{new string(']', 1000)}}}""");
        Assert.Equal(RpcErrorCode.Parse, deep.GetProperty("error").GetProperty("code").GetInt32());
        (_, JsonElement huge) = await PostAsync($$"""{"id":1,"method":"T.Add","params":["{{new string('x', 1 << 17)}}"]}""");
        Assert.Contains("bigger than", huge.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_requests_can_be_served_beside()
    {
        await using RpcServer server = await RpcServer.StartAsync(
            new RpcMethods(), paths: ["/api"], configure: app => app.Use((HttpContext context, RequestDelegate next) => context.Request.Path == "/hello" ? context.Response.WriteAsync("hi", CancellationToken.None) : next(context)));
        Assert.Equal("hi", await _http.GetStringAsync(new Uri(server.Address, "/hello")));
        using HttpResponseMessage get = await _http.GetAsync(new Uri(server.Address, "/api"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
    }

    [Fact]
    public void A_method_is_added_once() => Assert.Throws<ArgumentException>(() => new RpcMethods()
        .Add("T.A", RpcPermissions.Read, 0, (_, _) => Task.CompletedTask).Add("T.A", RpcPermissions.Read, 0, (_, _) => Task.CompletedTask));

    private IRpcTransport Open(bool webSocket, string? token = null)
    {
        RpcEndpoint endpoint = RpcEndpoint.Create(_server.Address, token).With(webSocket);
        return webSocket ? new WebSocketRpcTransport(endpoint) : new HttpRpcTransport(endpoint);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string request)
    {
        using HttpResponseMessage response = await _http.PostAsync(new Uri(_server.Address, "/rpc/v1"), new StringContent(request, Encoding.UTF8));
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync()));
    }

    private static bool Fail(long code) => code == 0
        ? throw new InvalidOperationException("broken") : throw new RpcFaultException((int)code, "no tipset there");

    private async Task WaitAsync(RpcRequest request, CancellationToken token)
    {
        _waiting.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, token);
        }
        finally
        {
            _gone.TrySetResult();
        }
    }

    private async IAsyncEnumerable<string> ValuesAsync([EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            await foreach (string value in _values.Reader.ReadAllAsync(token))
                yield return value;
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private async IAsyncEnumerable<string> FloodAsync([EnumeratorCancellation] CancellationToken token)
    {
        string value = new('x', 1 << 16);
        try
        {
            while (true)
            {
                token.ThrowIfCancellationRequested();
                yield return value;
                await Task.Yield();
            }
        }
        finally
        {
            _ended.TrySetResult();
        }
    }
}
