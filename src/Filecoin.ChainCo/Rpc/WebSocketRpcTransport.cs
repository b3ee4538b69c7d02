using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Filecoin.ChainCo.Rpc;

/// <summary>
/// JSON-RPC over one WebSocket as go-jsonrpc speaks it. The connection is made by the first call and again by the first call after it broke;
/// after a failed attempt calls fail at once until the back-off has passed.
/// </summary>
public sealed class WebSocketRpcTransport : IRpcTransport, IEthSubscriptions
{
    private readonly RpcEndpoint _endpoint;
    private readonly RpcTransportOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly CancellationTokenSource _disposed = new();
    private WebSocketConnection? _connection;
    private Exception? _lastFailure;
    private TimeSpan _backoff;
    private long _retryAt;
    private long _lastId;

    /// <summary>Creates a transport. Nothing is sent before the first call.</summary>
    public WebSocketRpcTransport(RpcEndpoint endpoint, RpcTransportOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        _endpoint = endpoint.With(webSocket: true);
        _options = options ?? new RpcTransportOptions();
        _options.Validate();
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public bool SupportsSubscriptions => true;

    /// <summary>True while a connection is open.</summary>
    public bool IsConnected => _connection is { IsOpen: true };

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> CallAsync(string method, ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken = default)
    {
        WebSocketConnection connection = await ConnectAsync(method, cancellationToken).ConfigureAwait(false);
        var pending = new PendingCall(method, Interlocked.Increment(ref _lastId));
        return await RequestAsync(connection, pending, parameters, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(
        string method, ReadOnlyMemory<byte> parameters, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        WebSocketConnection connection = await ConnectAsync(method, cancellationToken).ConfigureAwait(false);
        var values = Channel.CreateBounded<ReadOnlyMemory<byte>>(
            new BoundedChannelOptions(_options.SubscriptionBuffer) { SingleReader = true, SingleWriter = true });
        var pending = new PendingCall(method, Interlocked.Increment(ref _lastId)) { Values = values.Writer };
        await RequestAsync(connection, pending, parameters, cancellationToken).ConfigureAwait(false);
        try
        {
            await foreach (ReadOnlyMemory<byte> value in values.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return value;
        }
        finally
        {
            connection.Unsubscribe(pending);
        }
    }

    /// <inheritdoc/>
    public async Task<EthSubscription> SubscribeEthAsync(ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken = default)
    {
        const string Method = "Filecoin.EthSubscribe";
        WebSocketConnection connection = await ConnectAsync(Method, cancellationToken).ConfigureAwait(false);
        var values = Channel.CreateBounded<ReadOnlyMemory<byte>>(
            new BoundedChannelOptions(_options.SubscriptionBuffer) { SingleReader = true, SingleWriter = true });
        var pending = new PendingCall(Method, Interlocked.Increment(ref _lastId)) { Values = values.Writer, CallsBack = true };
        ReadOnlyMemory<byte> id = await RequestAsync(connection, pending, parameters, cancellationToken).ConfigureAwait(false);
        return new EthSubscription(id, Values(CancellationToken.None));

        async IAsyncEnumerable<ReadOnlyMemory<byte>> Values([EnumeratorCancellation] CancellationToken token)
        {
            try
            {
                await foreach (ReadOnlyMemory<byte> value in values.Reader.ReadAllAsync(token).ConfigureAwait(false))
                    yield return value;
            }
            finally
            {
                connection.Unsubscribe(pending);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);
        await _connecting.WaitAsync().ConfigureAwait(false);
        if (_connection is { } connection)
            await connection.DisposeAsync().ConfigureAwait(false);
        _connection = null;
        _connecting.Release();
    }

    private async Task<ReadOnlyMemory<byte>> RequestAsync(
        WebSocketConnection connection, PendingCall pending, ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.CallTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await connection.SendRequestAsync(pending, parameters, linked.Token).ConfigureAwait(false);
            return await pending.Completion.Task.WaitAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            connection.Cancel(pending);
            cancellationToken.ThrowIfCancellationRequested();
            throw new RpcConnectionException(pending.Method, $"{_endpoint} gave no answer within {_options.CallTimeout}", maybeDelivered: true, e);
        }
    }

    private async Task<WebSocketConnection> ConnectAsync(string method, CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true } open)
            return open;
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            if (_connection is { IsOpen: true } already)
                return already;
            if (_connection is { } broken)
            {
                _connection = null;
                await broken.DisposeAsync().ConfigureAwait(false);
            }

            if (_lastFailure is not null && _time.GetTimestamp() < _retryAt)
                throw new RpcConnectionException(method, $"{_endpoint} could not be reached a moment ago: {_lastFailure.Message}", maybeDelivered: false, _lastFailure);
            using var deadline = new CancellationTokenSource(_options.ConnectTimeout, _time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, _disposed.Token);
            try
            {
                _connection = await WebSocketConnection.OpenAsync(_endpoint, _options, method, linked.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw Failed(new RpcConnectionException(method, $"{_endpoint} could not be reached within {_options.ConnectTimeout}", maybeDelivered: false, e));
            }
            catch (RpcException e)
            {
                throw Failed(e);
            }

            _lastFailure = null;
            _backoff = TimeSpan.Zero;
            return _connection;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private RpcException Failed(RpcException failure)
    {
        _lastFailure = failure;
        _backoff = _backoff == TimeSpan.Zero ? _options.MinBackoff : TimeSpan.FromTicks(Math.Min(_backoff.Ticks * 2, _options.MaxBackoff.Ticks));
        _retryAt = _time.GetTimestamp() + (long)(_backoff.TotalSeconds * _time.TimestampFrequency);
        return failure;
    }
}

/// <summary>A request whose answer is awaited; a subscription keeps it after the answer.</summary>
internal sealed class PendingCall(string method, long id)
{
    public string Method { get; } = method;

    public long Id { get; } = id;

    public TaskCompletionSource<ReadOnlyMemory<byte>> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where a subscription's values go; null for a plain call.</summary>
    public ChannelWriter<ReadOnlyMemory<byte>>? Values { get; init; }

    /// <summary>Whether the values come as calls of the daemon that name a subscription, in place of a channel.</summary>
    public bool CallsBack { get; init; }

    /// <summary>The daemon's name of a subscription that calls back, known from the answer on.</summary>
    public string? SubscriptionId { get; set; }

    /// <summary>The daemon's channel number, known from the answer on.</summary>
    public long? ChannelId { get; set; }

    public void Fail(Exception error)
    {
        Completion.TrySetException(error);
        Values?.TryComplete(error);
    }
}
