using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Filecoin.ChainCo.Rpc;

/// <summary>One open WebSocket: one task reads and hands out, writers take turns. Once broken it stays broken.</summary>
internal sealed class WebSocketConnection : IAsyncDisposable
{
    private readonly ClientWebSocket _socket;
    private readonly RpcEndpoint _endpoint;
    private readonly RpcTransportOptions _options;
    private readonly ConcurrentDictionary<long, PendingCall> _pending = new();
    private readonly ConcurrentDictionary<long, PendingCall> _channels = new();
    private readonly ConcurrentDictionary<string, PendingCall> _subscriptions = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private Task _reading = Task.CompletedTask;
    private volatile bool _broken;

    private WebSocketConnection(ClientWebSocket socket, RpcEndpoint endpoint, RpcTransportOptions options)
    {
        _socket = socket;
        _endpoint = endpoint;
        _options = options;
    }

    public bool IsOpen => !_broken;

    public static async Task<WebSocketConnection> OpenAsync(RpcEndpoint endpoint, RpcTransportOptions options, string method, CancellationToken token)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = options.PingInterval;
        socket.Options.KeepAliveTimeout = options.PingTimeout;
        socket.Options.Proxy = null;
        socket.Options.CollectHttpResponseDetails = true;
        if (endpoint.Token is { } bearer)
            socket.Options.SetRequestHeader("Authorization", "Bearer " + bearer);
        try
        {
            await socket.ConnectAsync(endpoint.Url, token).ConfigureAwait(false);
        }
        catch (WebSocketException e)
        {
            HttpStatusCode status = socket.HttpStatusCode;
            socket.Dispose();
            if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                throw new RpcUnauthorizedException(method, (int)status);
            throw new RpcConnectionException(method, $"{endpoint} could not be reached: {e.InnerException?.Message ?? e.Message}", maybeDelivered: false, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var connection = new WebSocketConnection(socket, endpoint, options);
        connection._reading = Task.Run(connection.ReadAsync, CancellationToken.None);
        return connection;
    }

    /// <summary>Sends a request. A caller that gives up leaves; the message itself is always sent whole.</summary>
    public async Task SendRequestAsync(PendingCall pending, ReadOnlyMemory<byte> parameters, CancellationToken token)
    {
        ReadOnlyMemory<byte> request = JsonRpcFrame.Request(pending.Id, pending.Method, parameters);
        _pending[pending.Id] = pending;
        var began = new TaskCompletionSource();
        Task sent = SendAsync(request, began);
        try
        {
            await sent.WaitAsync(token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsConnectionFailure(e) && (e is not OperationCanceledException || !token.IsCancellationRequested))
        {
            _pending.TryRemove(pending.Id, out _);
            throw new RpcConnectionException(pending.Method, $"{_endpoint} broke off: {e.Message}", maybeDelivered: began.Task.IsCompleted, e);
        }
    }

    /// <summary>Forgets a call whose caller gave up, and tells the daemon.</summary>
    public void Cancel(PendingCall pending)
    {
        if (_pending.TryRemove(pending.Id, out _))
            _ = SendCancelAsync(pending.Id);
        else
            Unsubscribe(pending);
    }

    /// <summary>Ends a subscription, and tells the daemon unless the daemon ended it.</summary>
    public void Unsubscribe(PendingCall pending)
    {
        if (pending.ChannelId is { } channel && _channels.TryRemove(channel, out _))
            _ = SendCancelAsync(pending.Id);
        if (pending.SubscriptionId is { } subscription)
            _subscriptions.TryRemove(subscription, out _);
    }

    public async ValueTask DisposeAsync()
    {
        _broken = true;
        await _closing.CancelAsync().ConfigureAwait(false);
        _socket.Abort();
        await _reading.ConfigureAwait(false);
        _socket.Dispose();
    }

    private async Task SendCancelAsync(long requestId)
    {
        byte[] parameters = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"[{requestId}]"));
        // An id of our own that no call waits for: the daemon's answer to it, if any, is dropped.
        ReadOnlyMemory<byte> request = JsonRpcFrame.Request(_options.CancelCarriesId ? -requestId : null, "xrpc.cancel", parameters);
        try
        {
            await SendAsync(request, new TaskCompletionSource()).ConfigureAwait(false);
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            // The connection is gone and the call with it.
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, TaskCompletionSource began)
    {
        await _writing.WaitAsync(_closing.Token).ConfigureAwait(false);
        try
        {
            _closing.Token.ThrowIfCancellationRequested();
            began.SetResult();
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _closing.Token).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static bool IsConnectionFailure(Exception e) =>
        e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or IOException;

    private async Task ReadAsync()
    {
        Exception? cause = null;
        string reason = "closed the connection";
        try
        {
            byte[] buffer = new byte[16 << 10];
            while (true)
            {
                (buffer, int length) = await ReceiveAsync(buffer).ConfigureAwait(false);
                if (length < 0)
                    break;
                await SocketThread.LeaveWith(length);

                // Slices of the message outlive this turn, so each message keeps its own bytes.
                Dispatch(buffer.AsSpan(0, length).ToArray());
                if (buffer.Length > 1 << 20)
                    buffer = new byte[16 << 10];
            }
        }
        catch (JsonException e)
        {
            (cause, reason) = (e, $"sent a message that is not JSON-RPC: {e.Message}");
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            (cause, reason) = (e, $"broke off: {e.Message}");
        }
        catch (RpcProtocolException e)
        {
            (cause, reason) = (e, e.Message);
        }

        _broken = true;
        await _closing.CancelAsync().ConfigureAwait(false);
        _socket.Abort();
        foreach (PendingCall call in _pending.Values.Concat(_channels.Values).Concat(_subscriptions.Values))
            call.Fail(new RpcConnectionException(call.Method, $"{_endpoint} {reason}", maybeDelivered: true, cause));
        _pending.Clear();
        _channels.Clear();
        _subscriptions.Clear();
    }

    private async Task<(byte[] Buffer, int Length)> ReceiveAsync(byte[] buffer)
    {
        int length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= _options.MaxMessageBytes)
                    throw new RpcProtocolException("WebSocket", $"a message exceeds {_options.MaxMessageBytes} bytes");
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, _options.MaxMessageBytes));
            }

            ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(buffer.AsMemory(length), _closing.Token).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
                return (buffer, -1);
            length += part.Count;
            if (part.EndOfMessage)
                return (buffer, length);
        }
    }

    private void Dispatch(ReadOnlyMemory<byte> message)
    {
        var frame = JsonRpcFrame.Parse(message);
        switch (frame.Method)
        {
            case null:
                Answer(frame);
                break;
            case "xrpc.ch.val":
                Value(frame.Params);
                break;
            case "xrpc.ch.close":
                if (ReadChannelMessage(frame.Params, out _) is { } closed && _channels.TryRemove(closed, out PendingCall? ended))
                    ended.Values!.TryComplete();
                break;
            case "eth_subscription":
                if (ReadSubscription(frame.Params) is { } subscription && _subscriptions.TryGetValue(subscription, out PendingCall? subscriber))
                    Give(subscriber, frame.Params);
                break;
            default:
                // Other requests of the daemon to its client: none of the methods that we call makes any.
                break;
        }
    }

    private void Answer(in JsonRpcFrame frame)
    {
        if (frame.NumericId is not { } id || !_pending.TryRemove(id, out PendingCall? pending))
            return;
        if (frame.Error is { } error)
        {
            pending.Fail(error.ToException(pending.Method));
            return;
        }

        ReadOnlyMemory<byte> result = frame.HasResult ? frame.Result : "null"u8.ToArray();
        if (pending.CallsBack)
        {
            if (result.Span is not [(byte)'"', .., (byte)'"'])
            {
                pending.Fail(new RpcProtocolException(pending.Method, "expected a subscription's id"));
                return;
            }

            pending.SubscriptionId = Encoding.UTF8.GetString(result.Span[1..^1]);
            _subscriptions[pending.SubscriptionId] = pending;
        }
        else if (pending.Values is not null)
        {
            if (!TryReadInt64(result.Span, out long channel))
            {
                pending.Fail(new RpcProtocolException(pending.Method, "expected a channel number"));
                return;
            }

            // Registered here, on the reading task, because the next message may already be a value.
            pending.ChannelId = channel;
            _channels[channel] = pending;
        }

        pending.Completion.TrySetResult(result);
    }

    private void Value(ReadOnlyMemory<byte> parameters)
    {
        if (ReadChannelMessage(parameters, out ReadOnlyMemory<byte> value) is not { } channel || !_channels.TryGetValue(channel, out PendingCall? subscription))
            return;
        Give(subscription, value);
    }

    private void Give(PendingCall subscription, ReadOnlyMemory<byte> value)
    {
        if (subscription.Values!.TryWrite(value))
            return;
        subscription.Values.TryComplete(
            new RpcConnectionException(subscription.Method, $"{_options.SubscriptionBuffer} values wait unread", maybeDelivered: true));
        Unsubscribe(subscription);
    }

    /// <summary>The channel number and value of <c>[7, …]</c>; null when the parameters have another form.</summary>
    private static long? ReadChannelMessage(ReadOnlyMemory<byte> parameters, out ReadOnlyMemory<byte> value)
    {
        value = default;
        var reader = new Utf8JsonReader(parameters.Span, new JsonReaderOptions { MaxDepth = JsonRpcFrame.MaxDepth });
        if (parameters.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartArray
            || !reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long channel))
            return null;
        var rest = reader;
        if (rest.Read() && rest.TokenType != JsonTokenType.EndArray)
            value = JsonRpcFrame.ReadSlice(ref reader, parameters);
        return channel;
    }

    /// <summary>The id in <c>{"subscription":"0x…","result":…}</c>; null when the parameters have another form.</summary>
    private static string? ReadSubscription(ReadOnlyMemory<byte> parameters)
    {
        var reader = new Utf8JsonReader(parameters.Span, new JsonReaderOptions { MaxDepth = JsonRpcFrame.MaxDepth });
        if (parameters.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = reader.ValueTextEquals("subscription"u8);
            reader.Read();
            if (isId)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }

        return null;
    }

    private static bool TryReadInt64(ReadOnlySpan<byte> json, out long value)
    {
        value = 0;
        var reader = new Utf8JsonReader(json);
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }
}
