using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>Where requests come in: says who calls, and takes WebSockets and POSTs to their speakers.</summary>
internal sealed class RpcDoor(RpcServingOptions options, RpcTokenKey? tokens)
{
    private const string Unauthorized = "a token that is not one of this API's";
    private const string Bearer = "Bearer ";
    private readonly HttpEndpoint _http = new(options);
    private int _sockets;

    /// <summary>WebSockets that are open.</summary>
    public int SocketCount => Volatile.Read(ref _sockets);

    /// <summary>Answers one request: a POST, or a WebSocket until it ends.</summary>
    /// <param name="context">The request.</param>
    /// <param name="methods">What the caller may use.</param>
    /// <param name="stopping">Ends WebSockets when the server stops.</param>
    public async Task HandleAsync(HttpContext context, Func<RpcIdentity, IRpcDispatcher> methods, CancellationToken stopping)
    {
        if (Identify(context) is not { } identity)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await context.Response.WriteAsync(Unauthorized, context.RequestAborted).ConfigureAwait(false);
        }
        else if (context.WebSockets.IsWebSocketRequest)
        {
            await SocketAsync(context, methods(identity), stopping).ConfigureAwait(false);
        }
        else if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "POST";
        }
        else
        {
            await _http.AnswerAsync(context, methods(identity)).ConfigureAwait(false);
        }
    }

    private async Task SocketAsync(HttpContext context, IRpcDispatcher methods, CancellationToken stopping)
    {
        Interlocked.Increment(ref _sockets);
        try
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                KeepAliveInterval = options.PingInterval, KeepAliveTimeout = options.PingTimeout,
            }).ConfigureAwait(false);
            using var aborted = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            var session = new SocketSession(socket, methods, options, aborted.Token);
            await using var release = session.ConfigureAwait(false);
            await session.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _sockets);
        }
    }

    /// <summary>Who calls; null when a token is there and is not ours.</summary>
    private RpcIdentity? Identify(HttpContext context)
    {
        string header = context.Request.Headers.Authorization.ToString();
        string token = header.Length > 0 ? header : context.Request.Query["token"].ToString() is { Length: > 0 } query ? Bearer + query : "";
        if (token.Length == 0)
            return new RpcIdentity(options.Anonymous, "");
        return token.StartsWith(Bearer, StringComparison.Ordinal) && tokens is not null && tokens.TryVerify(token[Bearer.Length..], out RpcIdentity? identity)
            ? identity : null;
    }
}
