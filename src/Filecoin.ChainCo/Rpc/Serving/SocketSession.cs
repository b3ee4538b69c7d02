using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>
/// One client's WebSocket, as go-jsonrpc speaks it. Calls run side by side; everything goes out through one bounded queue, and a client that does not
/// read it is closed, never waited for.
/// </summary>
internal sealed class SocketSession : IAsyncDisposable
{
    private readonly WebSocket _socket;
    private readonly IRpcDispatcher _methods;
    private readonly RpcServingOptions _options;
    private readonly Lock _sending = new();
    private readonly Queue<byte[]> _unsent = new();
    private readonly CancellationTokenSource _closing;
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _open = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private volatile Task _writing = Task.CompletedTask;
    private bool _isWriting;
    private long _unread;
    private long _lastChannel;

    public SocketSession(WebSocket socket, IRpcDispatcher methods, RpcServingOptions options, CancellationToken aborted)
    {
        _socket = socket;
        _methods = methods;
        _options = options;
        _closing = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        _slots = new SemaphoreSlim(options.MaxCallsPerSocket);
    }

    /// <summary>Serves the client until it goes, is closed, or the connection breaks.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ReadAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The connection is gone.
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        lock (_sending)
        {
            if (_isWriting)
                _socket.Abort();
        }

        await Task.WhenAll(_running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Whoever may send has ended, so this is the last one.
        await _writing.ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _closing.Dispose();
        _slots.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ReadAsync()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
        try
        {
            while (true)
            {
                int length = 0;
                while (true)
                {
                    if (length == buffer.Length)
                    {
                        byte[] larger = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
                        buffer.AsSpan(0, length).CopyTo(larger);
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = larger;
                    }

                    ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(buffer.AsMemory(length), _closing.Token).ConfigureAwait(false);
                    if (part.MessageType == WebSocketMessageType.Close)
                    {
                        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _closing.Token).ConfigureAwait(false);
                        return;
                    }

                    length += part.Count;
                    if (length > _options.MaxRequestBytes)
                    {
                        await _socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, "request bigger than maximum", _closing.Token).ConfigureAwait(false);
                        return;
                    }

                    if (part.EndOfMessage)
                        break;
                }

                await SocketThread.LeaveWith(length);

                // Calls outlive this turn, so each keeps its own bytes. With all slots taken the client's next message waits.
                byte[] message = buffer.AsSpan(0, length).ToArray();
                await _slots.WaitAsync(_closing.Token).ConfigureAwait(false);
                Task task = HandleAsync(message);
                if (task.IsCompleted)
                    continue;
                _running[task] = true;
                _ = task.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                if (buffer.Length > 1 << 20)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Works on one message. Never throws.</summary>
    private async Task HandleAsync(byte[] message)
    {
        ReadOnlyMemory<byte> id = default;
        CancellationTokenSource? stop = null;
        string key = "";
        bool held = true;
        try
        {
            if (RpcCall.FirstByte(message) == (byte)'[')
                throw RpcFaultException.InvalidRequest("Invalid request: batches are served over HTTP");
            var call = RpcCall.Parse(message, _methods, out id);
            if (call.Method == RpcCall.CancelMethod)
            {
                Cancel(call.Params);
                // Lotus dispatches a cancel without an id, Forest wants one: whoever sends one gets an answer.
                if (!call.IsNotification)
                    Send(Result(id, default));
                return;
            }

            key = Encoding.UTF8.GetString(id.Span);
            stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            if (!call.IsNotification && !_open.TryAdd(key, stop))
                throw RpcFaultException.InvalidRequest($"Invalid request: the id {key} is in use");
            if (!call.IsNotification && _methods.Join(call) is { } broadcast)
            {
                _slots.Release();
                held = false;
                await ListenAsync(id, broadcast, stop.Token).ConfigureAwait(false);
                return;
            }

            IAsyncEnumerable<ReadOnlyMemory<byte>>? values = _methods.Open(call, stop.Token);
            if (values is not null && !call.IsNotification)
            {
                // A subscription holds no slot: it may last as long as the connection.
                _slots.Release();
                held = false;
                await StreamAsync(id, values).ConfigureAwait(false);
                return;
            }

            if (!call.IsNotification && await _methods.SubscribeAsync(call, stop.Token).ConfigureAwait(false) is { } subscription)
            {
                _slots.Release();
                held = false;
                await CallBackAsync(id, subscription, stop.Token).ConfigureAwait(false);
                return;
            }

            ReadOnlyMemory<byte> result = await _methods.CallAsync(call, stop.Token).ConfigureAwait(false);
            if (!call.IsNotification)
                Send(Result(id, result));
        }
        catch (RpcFaultException e)
        {
            Send(Error(id, e));
        }
        catch (OperationCanceledException)
        {
            if (!_closing.IsCancellationRequested)
                Send(Error(id, RpcFaultException.Refused("context canceled")));
        }
#pragma warning disable CA1031 // One call's mishap must not end the others of the connection.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Send(Error(id, RpcFaultException.Unavailable(e.Message)));
        }
        finally
        {
            if (stop is not null)
            {
                if (_open.TryGetValue(key, out CancellationTokenSource? mine) && mine == stop)
                    _open.TryRemove(key, out _);
                stop.Dispose();
            }

            if (held)
                _slots.Release();
        }
    }

    private async Task StreamAsync(ReadOnlyMemory<byte> id, IAsyncEnumerable<ReadOnlyMemory<byte>> values)
    {
        IAsyncEnumerator<ReadOnlyMemory<byte>> at = values.GetAsyncEnumerator(_closing.Token);
        await using var release = at.ConfigureAwait(false);
        long channel = Interlocked.Increment(ref _lastChannel);
        // A channel that cannot be opened shows with its first value; the number must come before that, so a failure then closes the channel.
        Send(Result(id, RpcAnswer.Number(channel)));
        try
        {
            while (await at.MoveNextAsync().ConfigureAwait(false))
                Send(RpcAnswer.ChannelValue(channel, at.Current.Span));
        }
        catch (OperationCanceledException)
        {
            if (_closing.IsCancellationRequested)
                return;
        }
#pragma warning disable CA1031 // go-jsonrpc has no way to say why a channel ends: the client sees it closed and begins anew.
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        Send(RpcAnswer.ChannelClose(channel));
    }

    private async Task ListenAsync(ReadOnlyMemory<byte> id, RpcBroadcast broadcast, CancellationToken token)
    {
        long channel = Interlocked.Increment(ref _lastChannel);
        Send(Result(id, RpcAnswer.Number(channel)));
        await broadcast.ListenAsync(channel, Send, token).ConfigureAwait(false);
        Send(RpcAnswer.ChannelClose(channel));
    }

    /// <summary>Calls the client with each value. No message tells a client that its subscription broke off, so the connection does.</summary>
    private async Task CallBackAsync(ReadOnlyMemory<byte> id, EthSubscription subscription, CancellationToken token)
    {
        Send(Result(id, subscription.Id));
        try
        {
            await foreach (ReadOnlyMemory<byte> value in subscription.Values.WithCancellation(token).ConfigureAwait(false))
                Send([.. "{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":"u8, .. value.Span, (byte)'}']);
        }
        catch (OperationCanceledException)
        {
            // The client took it back, or the connection ends.
        }
        catch (RpcException)
        {
            await _closing.CancelAsync().ConfigureAwait(false);
            _socket.Abort();
        }
    }

    private void Cancel(ReadOnlyMemory<byte> parameters)
    {
        string key = Encoding.UTF8.GetString(RpcArguments.At(parameters, 0).Span);
        if (_open.TryGetValue(key, out CancellationTokenSource? stop))
            stop.CancelUnlessOver();
    }

    /// <summary>
    /// Sends now when nothing is on its way, which does not wait while the client reads; otherwise leaves it to the one who sends. Never throws.
    /// </summary>
    private void Send(byte[] message)
    {
        bool tooMuch;
        lock (_sending)
        {
            if (_closing.IsCancellationRequested)
                return;
            _unread += message.Length;
            tooMuch = _unread > _options.MaxUnreadBytes || _unsent.Count >= _options.MaxUnreadMessages + _options.MaxCallsPerSocket;
            if (!tooMuch)
            {
                _unsent.Enqueue(message);
                if (_isWriting)
                    return;
                _isWriting = true;
            }
        }

        if (tooMuch)
            Break();
        else
            _writing = WriteAsync();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                byte[]? message;
                lock (_sending)
                {
                    _isWriting = _unsent.TryDequeue(out message);
                    if (message is null)
                        return;
                }

                // Without a token, which would cost each message a registration: aborting the socket ends it as well.
                await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
                lock (_sending)
                    _unread -= message.Length;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            Break();
        }
    }

    /// <summary>Gives the connection up. The token's callbacks run elsewhere, for the caller may hold a lock.</summary>
    private void Break()
    {
        try
        {
            _ = _closing.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this moment.
        }

        _socket.Abort();
    }

    private static byte[] Result(ReadOnlyMemory<byte> id, ReadOnlyMemory<byte> result)
    {
        var buffer = new ArrayBufferWriter<byte>(result.Length + id.Length + 48);
        RpcAnswer.WriteResult(buffer, id.Span, result.Span);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Error(ReadOnlyMemory<byte> id, RpcFaultException fault)
    {
        var buffer = new ArrayBufferWriter<byte>();
        RpcAnswer.WriteError(buffer, id.Span, fault);
        return buffer.WrittenSpan.ToArray();
    }
}
