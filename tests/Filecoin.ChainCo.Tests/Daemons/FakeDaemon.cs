using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Filecoin.ChainCo.Tests.Daemons;

/// <summary>A JSON-RPC server on loopback that frames as go-jsonrpc does and misbehaves on demand. What the methods answer is up to the test.</summary>
internal sealed class FakeDaemon : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<JsonElement, CancellationToken, Task<string>>> _methods = new();
    private readonly ConcurrentDictionary<Session, bool> _sessions = new();
    private WebApplication? _app;
    private long _lastChannel;

    private FakeDaemon()
    {
    }

    public int Port { get; private set; }

    public string? Token { get; set; }

    /// <summary>Answers WebSocket handshakes with 404, as a proxy does that passes HTTP only.</summary>
    public bool RefusesWebSockets { get; set; }

    /// <summary>Accepts requests and never answers them.</summary>
    public bool Swallows { get; set; }

    /// <summary>Requests received, in order.</summary>
    public ConcurrentQueue<(string Method, string Params)> Requests { get; } = new();

    /// <summary>Request ids cancelled by xrpc.cancel, and whether the cancel carried an id.</summary>
    public ConcurrentQueue<(long Request, bool HadId)> Cancels { get; } = new();

    /// <summary>Replaces the next raw answer over HTTP: status and body.</summary>
    public ConcurrentQueue<(int Status, string Body)> RawHttp { get; } = new();

    public string HttpUrl => $"http://127.0.0.1:{Port}/rpc/v1";

    public string WsUrl => $"ws://127.0.0.1:{Port}/rpc/v1";

    public int SessionCount => _sessions.Count;

    public static async Task<FakeDaemon> StartAsync(int port = 0)
    {
        var daemon = new FakeDaemon();
        await daemon.ListenAsync(port);
        return daemon;
    }

    /// <summary>Answers a method with JSON.</summary>
    public FakeDaemon On(string method, Func<JsonElement, string> answer) => OnAsync(method, (parameters, _) => Task.FromResult(answer(parameters)));

    /// <summary>Answers a method of another namespace.</summary>
    public FakeDaemon OnFull(string method, Func<JsonElement, string> answer)
    {
        _methods[method] = (parameters, _) => Task.FromResult(answer(parameters));
        return this;
    }

    public FakeDaemon OnAsync(string method, Func<JsonElement, CancellationToken, Task<string>> answer)
    {
        _methods["Filecoin." + method] = answer;
        return this;
    }

    /// <summary>Makes a method answer with a channel; the values pushed go to all open channels of it.</summary>
    public FakeDaemon OnChannel(string method, Func<IEnumerable<string>>? first = null)
    {
        _channelMethods["Filecoin." + method] = first ?? (() => []);
        return this;
    }

    private readonly ConcurrentDictionary<string, Func<IEnumerable<string>>> _channelMethods = new();

    /// <summary>Calls every client back, as go-jsonrpc does without an id.</summary>
    public Task CallBackAsync(string method, string parameters) => SendRawAsync($$"""{"jsonrpc":"2.0","method":"{{method}}","params":{{parameters}}}""");

    public async Task PushAsync(string value)
    {
        foreach (Session session in _sessions.Keys)
            await session.PushAsync(value);
    }

    public async Task CloseChannelsAsync()
    {
        foreach (Session session in _sessions.Keys)
            await session.CloseChannelsAsync();
    }

    /// <summary>Resets every open WebSocket.</summary>
    public void DropSessions()
    {
        foreach (Session session in _sessions.Keys)
            session.Abort();
    }

    public async Task SendRawAsync(string text)
    {
        foreach (Session session in _sessions.Keys)
            await session.SendAsync(text);
    }

    /// <summary>Stops listening and drops everything; <see cref="RestartAsync"/> comes back on the same port.</summary>
    public async Task StopAsync()
    {
        DropSessions();
        if (_app is { } app)
        {
            _app = null;
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await app.StopAsync(now.Token);
            await app.DisposeAsync();
        }
    }

    public Task RestartAsync() => ListenAsync(Port);

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task ListenAsync(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        WebApplication app = builder.Build();
        app.UseWebSockets();
        app.Run(HandleAsync);
        await app.StartAsync();
        _app = app;
        Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (Token is { } token && context.Request.Headers.Authorization != "Bearer " + token)
        {
            context.Response.StatusCode = 401;
            return;
        }

        if (context.WebSockets.IsWebSocketRequest && RefusesWebSockets)
        {
            context.Response.StatusCode = 404;
            return;
        }

        if (context.WebSockets.IsWebSocketRequest)
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            var session = new Session(this, socket, context);
            _sessions[session] = true;
            try
            {
                await session.RunAsync(context.RequestAborted);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
            {
            }
            finally
            {
                _sessions.TryRemove(session, out _);
                session.Dispose();
            }

            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        string body = await reader.ReadToEndAsync();
        if (RawHttp.TryDequeue(out (int Status, string Body) raw))
        {
            context.Response.StatusCode = raw.Status;
            await context.Response.WriteAsync(raw.Body);
            return;
        }

        using JsonDocument request = JsonDocument.Parse(body);
        string answer = await AnswerAsync(request.RootElement, context.RequestAborted);
        await context.Response.WriteAsync(answer);
    }

    private async Task<string> AnswerAsync(JsonElement request, CancellationToken token)
    {
        string method = request.GetProperty("method").GetString()!;
        string id = request.GetProperty("id").GetRawText();
        JsonElement parameters = request.GetProperty("params");
        Requests.Enqueue((method, parameters.GetRawText()));
        if (Swallows)
            await Task.Delay(Timeout.Infinite, token);
        if (!_methods.TryGetValue(method, out Func<JsonElement, CancellationToken, Task<string>>? answer))
            return Error(id, -32601, $"method '{method}' not found");
        try
        {
            return $$"""{"jsonrpc":"2.0","result":{{await answer(parameters, token)}},"id":{{id}}}""";
        }
        catch (FakeRpcError e)
        {
            return Error(id, e.Code, e.Message);
        }
    }

    private static string Error(string id, int code, string message) =>
        $$"""{"jsonrpc":"2.0","error":{"code":{{code}},"message":{{JsonSerializer.Serialize(message)}}},"id":{{id}}}""";

    private sealed class Session(FakeDaemon daemon, WebSocket socket, HttpContext context) : IDisposable
    {
        private readonly SemaphoreSlim _writing = new(1, 1);
        private readonly ConcurrentDictionary<long, long> _channels = new();

        public async Task RunAsync(CancellationToken token)
        {
            byte[] buffer = new byte[1 << 20];
            while (true)
            {
                int length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), token);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                    return;
                using JsonDocument request = JsonDocument.Parse(buffer.AsMemory(0, length));
                _ = DispatchAsync(request.RootElement.Clone(), token);
            }
        }

        public async Task PushAsync(string value)
        {
            foreach (long channel in _channels.Keys)
                await SendAsync($$"""{"jsonrpc":"2.0","method":"xrpc.ch.val","params":[{{channel}},{{value}}]}""");
        }

        public async Task CloseChannelsAsync()
        {
            foreach (long channel in _channels.Keys)
            {
                _channels.TryRemove(channel, out _);
                await SendAsync($$"""{"jsonrpc":"2.0","method":"xrpc.ch.close","params":[{{channel}}]}""");
            }
        }

        public void Abort()
        {
            try
            {
                context.Abort();
            }
            catch (ObjectDisposedException)
            {
                // It ended at this moment.
            }
        }

        public void Dispose() => _writing.Dispose();

        public async Task SendAsync(string text)
        {
            try
            {
                await _writing.WaitAsync();
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            try
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
            {
            }
            finally
            {
                Release();
            }
        }

        private void Release()
        {
            try
            {
                _writing.Release();
            }
            catch (ObjectDisposedException)
            {
            }
        }

        private async Task DispatchAsync(JsonElement request, CancellationToken token)
        {
            try
            {
                string method = request.GetProperty("method").GetString()!;
                if (method == "xrpc.cancel")
                {
                    long target = request.GetProperty("params")[0].GetInt64();
                    foreach ((long channel, long requestId) in _channels)
                    {
                        if (requestId == target)
                            _channels.TryRemove(channel, out _);
                    }

                    daemon.Cancels.Enqueue((target, request.TryGetProperty("id", out _)));
                    return;
                }

                if (daemon._channelMethods.TryGetValue(method, out Func<IEnumerable<string>>? first))
                {
                    daemon.Requests.Enqueue((method, request.GetProperty("params").GetRawText()));
                    long channel = Interlocked.Increment(ref daemon._lastChannel);
                    string id = request.GetProperty("id").GetRawText();
                    await SendAsync($$"""{"jsonrpc":"2.0","result":{{channel}},"id":{{id}}}""");
                    foreach (string value in first())
                        await SendAsync($$"""{"jsonrpc":"2.0","method":"xrpc.ch.val","params":[{{channel}},{{value}}]}""");
                    _channels[channel] = request.GetProperty("id").GetInt64();
                    return;
                }

                await SendAsync(await daemon.AnswerAsync(request, token));
            }
            catch (OperationCanceledException)
            {
            }
        }
    }
}

internal sealed class FakeRpcError(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
