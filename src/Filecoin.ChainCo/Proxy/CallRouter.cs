using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;
using Microsoft.Extensions.Logging;

namespace Filecoin.ChainCo.Proxy;

/// <summary>Who calls, and by which way.</summary>
/// <param name="Version">The API's version.</param>
/// <param name="Identity">What the caller may do.</param>
/// <param name="Gate">The caller's limits.</param>
/// <param name="NodeName">The daemon that the caller names; null for none.</param>
internal sealed record Caller(ApiVersion Version, RpcIdentity Identity, ClientGate Gate, string? NodeName);

/// <summary>Takes each call to its class's router.</summary>
internal sealed class CallRouter : IAsyncDisposable
{
    private readonly ChainCoordinator _coordinator;
    private readonly ChainProxyOptions _options;
    private readonly ReadCache? _cache;
    private readonly MessagePusher _pusher;
    private readonly NonceRouter _nonces;
    private readonly StickyRouter _sticky;
    private readonly HeadBroadcast _freshest;
    private readonly HeadBroadcast _majority;

    public CallRouter(
        ChainCoordinator coordinator, IPinStore pins, ChainProxyOptions options, RpcTokenKey? tokens, RpcTransportFactory? factory, TimeProvider time, ILogger logger)
    {
        _coordinator = coordinator;
        _options = options;
        _cache = options.CacheBytes > 0 ? new ReadCache(options.CacheBytes) : null;
        Pool = new UpstreamPool(coordinator, options, factory, time);
        Reads = new ReadRouter(options, time);
        _pusher = new MessagePusher(options, time);
        _nonces = new NonceRouter(Pool, pins, options, time);
        _sticky = new StickyRouter(Pool, pins, Reads, options, time);
        Answers = new CoordinatorAnswers(coordinator, tokens);
        _freshest = new HeadBroadcast(coordinator.Freshest, coordinator.Headers, Answers.Json, logger);
        _majority = new HeadBroadcast(coordinator.Majority, coordinator.Headers, Answers.Json, logger);
    }

    public UpstreamPool Pool { get; }

    public ReadRouter Reads { get; }

    public CoordinatorAnswers Answers { get; }

    public ChainProxyOptions Options => _options;

    public long CacheHits => _cache?.Hits ?? 0;

    /// <summary>A policy's head changes, for all clients that follow it.</summary>
    public RpcBroadcast Heads(HeadPolicy policy) => (policy == HeadPolicy.Majority ? _majority : _freshest).Channel;

    /// <summary>The result of a call, in JSON.</summary>
    /// <exception cref="RpcFaultException">It has none.</exception>
    public async Task<ReadOnlyMemory<byte>> CallAsync(Caller caller, RoutedCall call, CancellationToken token)
    {
        MethodRule rule = call.Rule ?? throw RpcFaultException.NotFound(call.Method);
        caller.Gate.Admit(caller.Identity, rule);
        try
        {
            if (caller.NodeName is { } name)
                return await AtNodeAsync(caller, call, rule, name, token).ConfigureAwait(false);
            return rule.Class switch
            {
                MethodClass.Coordinator => await Answers.AnswerAsync(call, caller.Gate.Head, token).ConfigureAwait(false)
                    ?? await ReadAsync(caller, call, rule, Head(caller), token).ConfigureAwait(false),
                MethodClass.TipSetRead => await ReadAsync(
                    caller, call, rule, RpcArguments.Key(call.Params, rule.Parameter) is { IsEmpty: false } key ? key : Head(caller), token).ConfigureAwait(false),
                MethodClass.HeadRead or MethodClass.Waiting => await ReadAsync(caller, call, rule, Head(caller), token).ConfigureAwait(false),
                MethodClass.IdempotentWrite => await _pusher.PushAsync(caller.Version, call, Pool.For(null, call.Method), token).ConfigureAwait(false),
                MethodClass.NonceAssigning => await _nonces.CallAsync(caller.Version, call, token).ConfigureAwait(false),
                MethodClass.KeyHolder => await _sticky.WithKeyAsync(caller.Version, call, _nonces, Head(caller), token).ConfigureAwait(false),
                MethodClass.BlockCreation => await _sticky.CreateBlockAsync(caller.Version, call, token).ConfigureAwait(false),
                MethodClass.BlockSubmission => await _sticky.SubmitBlockAsync(caller.Version, call, token).ConfigureAwait(false),
                MethodClass.F3Ticket => await _sticky.F3TicketAsync(caller.Version, call, token).ConfigureAwait(false),
                MethodClass.F3Participation => await _sticky.F3ParticipateAsync(caller.Version, call, token).ConfigureAwait(false),
                MethodClass.FilterCreation => await _sticky.CreateFilterAsync(caller.Version, call, token).ConfigureAwait(false),
                MethodClass.FilterUse => await _sticky.UseFilterAsync(caller.Version, call, token).ConfigureAwait(false),
                MethodClass.NodeAddressed => await AtNodeAsync(caller, call, rule, _options.AdminNode, token).ConfigureAwait(false),
                _ => throw new RpcFaultException(RpcErrorCode.MethodNotFound, $"method '{call.Method}' not supported in this mode (no out channel support)", 500),
            };
        }
        catch (PinStoreException e)
        {
            throw RpcFaultException.Unavailable($"{rule.ShortName} is refused: {e.Message}");
        }
        catch (RpcException e)
        {
            throw RpcFaultException.Of(e);
        }
    }

    /// <summary>The daemon for a channel of a daemon.</summary>
    public Upstream ForChannel(Caller caller, RoutedCall call)
    {
        caller.Gate.Admit(caller.Identity, call.Rule!);
        return Pool.For(Head(caller), call.Method).FirstOrDefault() ?? throw RpcFaultException.Unavailable($"no daemon can answer {call.Method} now");
    }

    /// <summary>The daemons for a subscription that calls back, best first.</summary>
    public List<Upstream> ForCallBacks(Caller caller, RoutedCall call)
    {
        caller.Gate.Admit(caller.Identity, call.Rule!);
        return Pool.For(Head(caller), call.Rule!.Name);
    }

    public async ValueTask DisposeAsync()
    {
        await _freshest.DisposeAsync().ConfigureAwait(false);
        await _majority.DisposeAsync().ConfigureAwait(false);
        await Pool.DisposeAsync().ConfigureAwait(false);
    }

    private TipSetKey? Head(Caller caller) => Answers.Stream(caller.Gate.Head).Head?.Key;

    private async Task<ReadOnlyMemory<byte>> ReadAsync(Caller caller, RoutedCall call, MethodRule rule, TipSetKey? key, CancellationToken token)
    {
        bool cached = rule.Immutable && _cache is not null;
        if (cached && _cache!.TryGet(caller.Version, rule.Name, call.Params, out ReadOnlyMemory<byte> known))
            return known;
        (ReadOnlyMemory<byte> result, _) = await Reads.CallAsync(caller.Version, call, Pool.For(key, call.Method), token).ConfigureAwait(false);
        if (cached)
            _cache!.Add(caller.Version, rule.Name, call.Params, result);
        return result;
    }

    /// <summary>A call to one daemon by name. What the pool decides is not decided past it.</summary>
    private async Task<ReadOnlyMemory<byte>> AtNodeAsync(Caller caller, RoutedCall call, MethodRule rule, string? name, CancellationToken token)
    {
        if (name is null)
            throw RpcFaultException.Refused($"'{rule.ShortName}' concerns one daemon: name it in the header X-Filecoin-Node, or configure one for such calls");
        if (rule.Class is MethodClass.NonceAssigning or MethodClass.BlockSubmission or MethodClass.IdempotentWrite or MethodClass.Channel or MethodClass.CallBack)
            throw RpcFaultException.Refused($"'{rule.ShortName}' is routed by the pool and cannot be sent to a named daemon");
        Upstream upstream = Pool.Find(name) ?? throw RpcFaultException.Refused($"there is no daemon named '{name}' in the pool");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
        deadline.CancelAfter(rule.Slow ? _options.SlowDeadline : _options.ReadDeadline);
        try
        {
            return await upstream.CallAsync(caller.Version, call.Method, call.Params, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw RpcFaultException.Unavailable($"{name} did not answer {call.Method} in time");
        }
    }
}
