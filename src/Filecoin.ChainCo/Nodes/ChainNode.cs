using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.ChainCo.Nodes;

/// <summary>Opens transports; tests and other JSON-RPC libraries put their own here.</summary>
/// <param name="endpoint">Where, with scheme.</param>
/// <param name="options">Limits and intervals.</param>
public delegate IRpcTransport RpcTransportFactory(RpcEndpoint endpoint, RpcTransportOptions options);

/// <summary>
/// Follows one daemon for as long as it runs: probes it, follows ChainNotify with polling as the fallback, beats its heart,
/// and begins anew after every failure, also when the daemon was never up.
/// </summary>
public sealed partial class ChainNode : IChainNode, IAsyncDisposable
{
    private readonly INodeObserver _observer;
    private readonly NodeTimings _timings;
    private readonly RpcTransportFactory _factory;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RpcEndpoint _endpoint;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private volatile IRpcTransport? _transport;
    private Task _running = Task.CompletedTask;

    /// <summary>Creates a follower that does nothing before <see cref="Start"/>.</summary>
    public ChainNode(
        NodeOptions options, INodeObserver observer, NodeTimings? timings = null, RpcTransportFactory? factory = null,
        TimeProvider? time = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        _observer = observer;
        _timings = timings ?? new NodeTimings();
        _timings.Validate();
        _time = time ?? TimeProvider.System;
        _factory = factory ?? ((endpoint, limits) => endpoint.IsWebSocket
            ? new WebSocketRpcTransport(endpoint, limits, _time) : new HttpRpcTransport(endpoint, limits, _time));
        _logger = logger ?? NullLogger.Instance;
        _endpoint = RpcEndpoint.Parse(options.Endpoint);
        State = new NodeState { Name = options.Name, Reason = "not tried yet" };
    }

    /// <inheritdoc/>
    public NodeOptions Options { get; private set; }

    /// <inheritdoc/>
    public NodeState State { get; private set; }

    /// <summary>Smoothed latency and error rate; callers that reach the daemon by other ways count here too.</summary>
    public NodeHealth Health { get; } = new();

    /// <summary>Changes weight, priority or draining; following goes on undisturbed.</summary>
    /// <exception cref="ArgumentException">The name or the endpoint is another one: that is another daemon.</exception>
    public void Reconfigure(NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Name != Options.Name || options.Endpoint != Options.Endpoint)
            throw new ArgumentException($"expected options of {Options}, found those of {options}", nameof(options));
        Options = options;
    }

    /// <summary>Begins to follow.</summary>
    public void Start() => _running = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);

    /// <inheritdoc/>
    public Task<TipSet> GetTipSetAsync(TipSetKey key, CancellationToken cancellationToken = default) =>
        CallAsync(transport => new ChainHeadApi(transport).ChainGetTipSetAsync(key, cancellationToken));

    /// <inheritdoc/>
    public Task<TokenAmount> GetWeightAsync(TipSetKey key, CancellationToken cancellationToken = default) =>
        CallAsync(transport => new ChainHeadApi(transport).ChainTipSetWeightAsync(key, cancellationToken));

    /// <summary>Ends following and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken token)
    {
        TimeSpan pause = _timings.MinRetry;
        while (!token.IsCancellationRequested)
        {
            bool followed = false;
            try
            {
                await FollowOnceAsync(() => followed = true, token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                break;
            }
            catch (NodeRefusedException e)
            {
                Fail(NodeConnection.Refused, e.Message);
                pause = _timings.MaxRetry;
            }
            catch (RpcUnauthorizedException e)
            {
                Fail(NodeConnection.Refused, e.Message);
                pause = _timings.MaxRetry;
            }
            catch (Exception e) when (e is RpcException or ChainFormatException or OperationCanceledException or NotSupportedException)
            {
                Fail(NodeConnection.Down, e.Message);
            }
#pragma warning disable CA1031 // A follower that ends would silently shrink the pool.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogUnexpected(_logger, Options.Name, e);
                Fail(NodeConnection.Down, e.Message);
            }

            if (followed)
                pause = _timings.MinRetry;
            try
            {
                await Task.Delay(pause, _time, token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _timings.MaxRetry.Ticks));
        }

        Fail(NodeConnection.Down, "stopped");
    }

    private async Task FollowOnceAsync(Action followed, CancellationToken token)
    {
        (IRpcTransport transport, NodeIdentity identity) = await ConnectAsync(token).ConfigureAwait(false);
        try
        {
            if (_observer.Admit(this, identity) is { } refusal)
                throw new NodeRefusedException(refusal);
            _transport = transport;
            Update(state => state with { Connection = NodeConnection.Following, Identity = identity, Reason = null, Silent = false });
            LogFollowing(_logger, Options.Name, identity.Kind, identity.Version, identity.NetworkName);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(token);
            Task heart = HeartbeatAsync(transport, both.Token);
            Task sync = AskSyncAsync(transport, identity.Quirks, both.Token);
            Task heads = new HeadFollower(this, transport, _timings, _time, _observer).RunAsync(followed, both.Token);
            Task first = await Task.WhenAny(heart, heads).ConfigureAwait(false);
            await both.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(heart, heads, sync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first.ConfigureAwait(false);
        }
        finally
        {
            _transport = null;
            await transport.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A WebSocket where there is one, else HTTP; opened anew when the daemon turns out to need another form of cancel.</summary>
    private async Task<(IRpcTransport Transport, NodeIdentity Identity)> ConnectAsync(CancellationToken token)
    {
        var options = new RpcTransportOptions { CallTimeout = _timings.CallTimeout, CancelCarriesId = State.Identity?.Quirks.CancelCarriesId ?? false };
        while (true)
        {
            IRpcTransport transport = _factory(_endpoint.With(webSocket: true), options);
            try
            {
                NodeIdentity identity;
                try
                {
                    identity = await NodeIdentity.ProbeAsync(transport, token).ConfigureAwait(false);
                }
                catch (RpcConnectionException e) when (!e.MaybeDelivered && !_endpoint.IsWebSocket)
                {
                    // A proxy in front may pass HTTP only.
                    await transport.DisposeAsync().ConfigureAwait(false);
                    transport = _factory(_endpoint.With(webSocket: false), options);
                    identity = await NodeIdentity.ProbeAsync(transport, token).ConfigureAwait(false);
                }

                if (identity.Quirks.CancelCarriesId == options.CancelCarriesId || !transport.SupportsSubscriptions)
                    return (transport, identity);
                options = options with { CancelCarriesId = identity.Quirks.CancelCarriesId };
            }
            catch
            {
                await transport.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            await transport.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task HeartbeatAsync(IRpcTransport transport, CancellationToken token)
    {
        var api = new NodeApi(transport);
        while (true)
        {
            await Task.Delay(_timings.HeartbeatInterval, _time, token).ConfigureAwait(false);
            long begun = _time.GetTimestamp();
            using var deadline = new CancellationTokenSource(_timings.HeartbeatTimeout, _time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(token, deadline.Token);
            try
            {
                await api.VersionAsync(linked.Token).ConfigureAwait(false);
                Health.Answered(_time.GetElapsedTime(begun));
                Update(state => state with { Silent = false });
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                Health.Failed();
                Update(state => state with { Silent = true });
            }
            catch (RpcErrorException)
            {
                Health.Answered(_time.GetElapsedTime(begun));
                Update(state => state with { Silent = false });
            }
            catch (RpcException)
            {
                Health.Failed();
                throw;
            }
        }
    }

    /// <summary>Asks now and then how far synchronisation is. What it cannot find out is not known; hearts and heads say whether the daemon is there.</summary>
    private async Task AskSyncAsync(IRpcTransport transport, NodeQuirks quirks, CancellationToken token)
    {
        while (quirks.SyncMethod is { } method)
        {
            NodeSync sync = NodeSync.Unknown;
            try
            {
                sync = await NodeSync.ProbeAsync(transport, quirks, token).ConfigureAwait(false);
            }
            catch (RpcErrorException e) when (e.Code == RpcErrorCode.MethodNotFound)
            {
                Update(state => state with { Lacks = new HashSet<string>(state.Lacks) { method } });
                return;
            }
            catch (Exception e) when (e is RpcException or ChainFormatException)
            {
                // It did not say.
            }

            Update(state => state with { Sync = sync });
            await Task.Delay(_timings.SyncInterval, _time, token).ConfigureAwait(false);
        }
    }

    private async Task<T> CallAsync<T>(Func<IRpcTransport, Task<T>> call)
    {
        IRpcTransport transport = _transport ?? throw new RpcConnectionException(Options.Name, "the daemon is not connected", maybeDelivered: false);
        try
        {
            return await call(transport).ConfigureAwait(false);
        }
        catch (RpcErrorException e) when (e.Code == RpcErrorCode.MethodNotFound)
        {
            Update(state => state with { Lacks = new HashSet<string>(state.Lacks) { e.Method } });
            throw;
        }
        catch (RpcConnectionException)
        {
            Health.Failed();
            throw;
        }
    }

    internal void SetHead(TipSet head, TokenAmount weight, bool subscribed) => Update(
        state => state with
        {
            HeadChangedAt = head.Equals(state.Head) ? state.HeadChangedAt : _time.GetTimestamp(),
            Head = head,
            Weight = weight,
            Subscribed = subscribed,
        },
        tell: false);

    private void Fail(NodeConnection connection, string reason)
    {
        if (State.Connection != connection || State.Reason != reason)
            LogDown(_logger, Options.Name, connection, reason);
        Update(state => state with { Connection = connection, Reason = reason, Subscribed = false, Sync = NodeSync.Unknown });
    }

    private void Update(Func<NodeState, NodeState> change, bool tell = true)
    {
        bool changed;
        lock (_lock)
        {
            NodeState next = change(State) with { Latency = Health.Latency, ErrorRate = Health.ErrorRate };
            changed = next.Connection != State.Connection || next.Silent != State.Silent || next.Sync != State.Sync || (next.ErrorRate >= 0.5) != (State.ErrorRate >= 0.5);
            State = next;
        }

        if (tell && changed)
            _observer.Changed(this);
    }

    [LoggerMessage(1, LogLevel.Information, "Following {Node}: {Kind} {Version} on {Network}")]
    private static partial void LogFollowing(ILogger logger, string node, NodeKind kind, string version, string network);

    [LoggerMessage(2, LogLevel.Warning, "{Node} is {Connection}: {Reason}")]
    private static partial void LogDown(ILogger logger, string node, NodeConnection connection, string reason);

    [LoggerMessage(3, LogLevel.Error, "The follower of {Node} failed in an unforeseen way and begins anew")]
    private static partial void LogUnexpected(ILogger logger, string node, Exception error);
}

/// <summary>A daemon that answers and does not belong to the pool.</summary>
internal sealed class NodeRefusedException(string reason) : Exception(reason);
