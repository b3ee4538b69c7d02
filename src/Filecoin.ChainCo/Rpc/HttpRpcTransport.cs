using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Filecoin.ChainCo.Rpc;

/// <summary>JSON-RPC over HTTP POST. No subscriptions: daemons answer channel methods with "method not found" over HTTP.</summary>
public sealed class HttpRpcTransport : IRpcTransport
{
    private readonly HttpMessageInvoker _client;
    private readonly RpcEndpoint _endpoint;
    private readonly RpcTransportOptions _options;
    private readonly TimeProvider _time;
    private long _lastId;

    /// <summary>Creates a transport with its own connection pool. Nothing is sent before the first call.</summary>
    public HttpRpcTransport(RpcEndpoint endpoint, RpcTransportOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        _endpoint = endpoint.With(webSocket: false);
        _options = options ?? new RpcTransportOptions();
        _options.Validate();
        _time = time ?? TimeProvider.System;
        // Not an HttpClient, which adds a timeout of its own to every call.
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectTimeout = _options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            // No daemon reads the headers of distributed tracing, and to make them takes its part of every call.
            ActivityHeadersPropagator = null,
        });
    }

    /// <inheritdoc/>
    public bool SupportsSubscriptions => false;

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> CallAsync(string method, ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken = default)
    {
        long id = Interlocked.Increment(ref _lastId);
        if (_options.CallTimeout == Timeout.InfiniteTimeSpan)
        {
            (HttpStatusCode answered, ReadOnlyMemory<byte> answer) = await PostAsync(method, JsonRpcFrame.Request(id, method, parameters), cancellationToken, cancellationToken)
                .ConfigureAwait(false);
            return Result(method, id, answered, answer);
        }

        using var deadline = new CancellationTokenSource(_options.CallTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        (HttpStatusCode status, ReadOnlyMemory<byte> body) = await PostAsync(method, JsonRpcFrame.Request(id, method, parameters), linked.Token, cancellationToken)
            .ConfigureAwait(false);
        return Result(method, id, status, body);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(string method, ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{method}: subscriptions need a WebSocket.");

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<(HttpStatusCode Status, ReadOnlyMemory<byte> Body)> PostAsync(
        string method, ReadOnlyMemory<byte> request, CancellationToken token, CancellationToken callers)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _endpoint.Url) { Content = new ReadOnlyMemoryContent(request) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        if (_endpoint.Token is { } bearer)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(message, token).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                throw new RpcUnauthorizedException(method, (int)response.StatusCode);
            ReadOnlyMemory<byte> body = await ReadBodyAsync(method, response.Content, token).ConfigureAwait(false);
            await SocketThread.LeaveWith(body.Length);
            return (response.StatusCode, body);
        }
        catch (HttpRequestException e)
        {
            throw new RpcConnectionException(method, $"{_endpoint} failed: {e.Message}", maybeDelivered: !NeverConnected(e), e);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // A connection that is reset as soon as it is made comes out of HttpClient as the bare exception of its socket.
            throw new RpcConnectionException(method, $"{_endpoint} broke off: {e.Message}", maybeDelivered: true, e);
        }
        catch (OperationCanceledException e) when (!callers.IsCancellationRequested)
        {
            throw new RpcConnectionException(method, $"{_endpoint} gave no answer within {_options.CallTimeout}", maybeDelivered: true, e);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(string method, HttpContent content, CancellationToken token)
    {
        if (content.Headers.ContentLength > _options.MaxMessageBytes)
            throw TooLarge(method);
        using Stream stream = await content.ReadAsStreamAsync(token).ConfigureAwait(false);
        // The length that a daemon claims is not memory that it gets: the buffer grows with what arrives.
        byte[] buffer = new byte[Math.Min((content.Headers.ContentLength ?? 4096) + 1, 64 << 10)];
        int length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                // One byte beyond the limit tells an answer that is too large from one that just fits.
                if (length > _options.MaxMessageBytes)
                    throw TooLarge(method);
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, (long)_options.MaxMessageBytes + 1));
            }

            int read = await stream.ReadAsync(buffer.AsMemory(length), token).ConfigureAwait(false);
            if (read == 0)
                break;
            length += read;
        }

        return buffer.AsMemory(0, length);
    }

    private static ReadOnlyMemory<byte> Result(string method, long id, HttpStatusCode status, ReadOnlyMemory<byte> body)
    {
        try
        {
            var frame = JsonRpcFrame.Parse(body);
            if (frame.Error is { } error)
                throw error.ToException(method);
            if (frame.NumericId != id)
                throw new RpcProtocolException(method, "the answer carries another id than the request");
            return frame.HasResult ? frame.Result : "null"u8.ToArray();
        }
        catch (JsonException e) when (status >= HttpStatusCode.InternalServerError)
        {
            // A gateway in front of a dead daemon answers in its own words.
            throw new RpcConnectionException(method, $"HTTP {(int)status}", maybeDelivered: true, e);
        }
        catch (JsonException e)
        {
            throw new RpcProtocolException(method, $"HTTP {(int)status} and a body that is not JSON-RPC: {e.Message}", e);
        }
    }

    private RpcProtocolException TooLarge(string method) => new(method, $"the answer exceeds {_options.MaxMessageBytes} bytes");

    private static bool NeverConnected(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
}
