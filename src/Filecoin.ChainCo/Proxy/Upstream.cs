using System.Runtime.CompilerServices;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc;

namespace Filecoin.ChainCo.Proxy;

/// <summary>
/// The proxy's way to one daemon, apart from its follower's: an HTTP pool for each API version, a WebSocket for channels and for daemons without HTTP,
/// and a breaker that keeps calls from a daemon whose connections fail.
/// </summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly Lazy<IRpcTransport>[] _http;
    private readonly Lazy<IRpcTransport>[] _sockets;
    private readonly ChainProxyOptions _options;
    private readonly TimeProvider _time;
    private int _failures;
    private long _openUntil;
    private int _probing;

    public Upstream(IChainNode node, ChainProxyOptions options, RpcTransportFactory? factory, TimeProvider time)
    {
        Node = node;
        _options = options;
        _time = time;
        var endpoint = RpcEndpoint.Parse(node.Options.Endpoint);
        // Deadlines are the router's.
        var limits = new RpcTransportOptions { CallTimeout = Timeout.InfiniteTimeSpan, CancelCarriesId = node.State.Identity?.Quirks.CancelCarriesId ?? false };
        factory ??= (at, with) => at.IsWebSocket ? new WebSocketRpcTransport(at, with, time) : new HttpRpcTransport(at, with, time);
        _http = [.. Enum.GetValues<ApiVersion>().Select(version => new Lazy<IRpcTransport>(() => factory(At(endpoint, version).With(webSocket: false), limits)))];
        _sockets = [.. Enum.GetValues<ApiVersion>().Select(version => new Lazy<IRpcTransport>(() => factory(At(endpoint, version).With(webSocket: true), limits)))];
    }

    public IChainNode Node { get; }

    public string Name => Node.Options.Name;

    /// <summary>Calls answered, with a result or an error.</summary>
    public long Answered { get; private set; }

    /// <summary>Calls without an answer.</summary>
    public long Failed { get; private set; }

    /// <summary>False while the breaker keeps calls away. After the pause one call is let through to try.</summary>
    public bool IsOpen => Volatile.Read(ref _failures) < _options.BreakerFailures
        || (_time.GetTimestamp() >= Volatile.Read(ref _openUntil) && Volatile.Read(ref _probing) == 0);

    /// <summary>Calls a method once.</summary>
    /// <exception cref="RpcException">No result.</exception>
    public async Task<ReadOnlyMemory<byte>> CallAsync(ApiVersion version, string method, ReadOnlyMemory<byte> parameters, CancellationToken token)
    {
        bool probe = Volatile.Read(ref _failures) >= _options.BreakerFailures && Interlocked.Exchange(ref _probing, 1) == 0;
        long begun = _time.GetTimestamp();
        try
        {
            ReadOnlyMemory<byte> result;
            if (Node.State.Identity is { Quirks.WebSocketOnly: true })
            {
                // The connection may be made later than now, and the caller's buffer is the caller's.
                result = await _sockets[(int)version].Value.CallAsync(method, parameters.ToArray(), token).ConfigureAwait(false);
            }
            else
            {
                result = await _http[(int)version].Value.CallAsync(method, parameters, token).ConfigureAwait(false);
            }

            Count(_time.GetElapsedTime(begun));
            return result;
        }
        catch (RpcErrorException)
        {
            Count(_time.GetElapsedTime(begun));
            throw;
        }
        catch (Exception e) when (e is RpcConnectionException or RpcUnauthorizedException or RpcProtocolException)
        {
            CountFailure();
            throw;
        }
        finally
        {
            if (probe)
                Volatile.Write(ref _probing, 0);
        }
    }

    /// <summary>Opens a channel of the daemon.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(
        ApiVersion version, string method, ReadOnlyMemory<byte> parameters, [EnumeratorCancellation] CancellationToken token)
    {
        await foreach (ReadOnlyMemory<byte> value in _sockets[(int)version].Value.SubscribeAsync(method, parameters.ToArray(), token).ConfigureAwait(false))
            yield return value;
    }

    /// <summary>Makes an Ethereum subscription over the daemon's one WebSocket.</summary>
    /// <exception cref="RpcException">There is no subscription.</exception>
    public Task<EthSubscription> SubscribeEthAsync(ApiVersion version, ReadOnlyMemory<byte> parameters, CancellationToken token) =>
        _sockets[(int)version].Value is IEthSubscriptions socket
            ? socket.SubscribeEthAsync(parameters.ToArray(), token)
            : throw new RpcErrorException("Filecoin.EthSubscribe", RpcErrorCode.MethodNotFound, "connection doesn't support callbacks");

    /// <summary>Ends an Ethereum subscription where it was made.</summary>
    /// <exception cref="RpcException">It is not known whether it ended.</exception>
    public Task<ReadOnlyMemory<byte>> UnsubscribeEthAsync(ApiVersion version, ReadOnlyMemory<byte> parameters, CancellationToken token) =>
        _sockets[(int)version].Value.CallAsync("Filecoin.EthUnsubscribe", parameters, token);

    /// <summary>Counts a call that ran out of its time.</summary>
    public void CountFailure()
    {
        (Node as ChainNode)?.Health.Failed();
        Failed++;
        int failures = Interlocked.Increment(ref _failures);
        if (failures < _options.BreakerFailures)
            return;
        // Doubles up to sixteen pauses.
        double pauses = Math.Pow(2, Math.Min(4, failures - _options.BreakerFailures));
        Volatile.Write(ref _openUntil, _time.GetTimestamp() + (long)(_options.BreakerPause.TotalSeconds * pauses * _time.TimestampFrequency));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<IRpcTransport> transport in _http.Concat(_sockets).Where(transport => transport.IsValueCreated))
            await transport.Value.DisposeAsync().ConfigureAwait(false);
    }

    private void Count(TimeSpan elapsed)
    {
        (Node as ChainNode)?.Health.Answered(elapsed);
        Answered++;
        Volatile.Write(ref _failures, 0);
    }

    /// <summary>The same daemon under the path of another API version; a path of another form serves every version.</summary>
    private static RpcEndpoint At(RpcEndpoint endpoint, ApiVersion version)
    {
        string path = endpoint.Url.AbsolutePath;
        int slash = path.LastIndexOf("/rpc/v", StringComparison.Ordinal);
        if (slash < 0 || path.Length != slash + 7)
            return endpoint;
        return RpcEndpoint.Create(new UriBuilder(endpoint.Url) { Path = $"{path[..(slash + 6)]}{(int)version}" }.Uri, endpoint.Token);
    }
}
