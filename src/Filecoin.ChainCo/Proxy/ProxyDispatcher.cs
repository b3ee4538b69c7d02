using System.Runtime.CompilerServices;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>The pool's methods for one caller.</summary>
/// <param name="caller">Who calls.</param>
/// <param name="router">Where calls go.</param>
/// <param name="draining">Cancelled when the coordinator begins to go.</param>
internal sealed class ProxyDispatcher(Caller caller, CallRouter router, CancellationToken draining) : IRpcDispatcher
{
    private readonly MethodTable _table = MethodTable.Of(caller.Version);
    private CallBackSubscriptions? _callBacks;

    public string? NameOf(ReadOnlySpan<byte> name) => _table.NameOf(name);

    public Task<ReadOnlyMemory<byte>> CallAsync(RpcCall call, CancellationToken token)
    {
        RoutedCall routed = Route(call);
        // Over HTTP there is no subscription to end, and the router says that there can be none.
        return routed.Rule is { Class: MethodClass.CallBack, ShortName: "EthUnsubscribe" } && _callBacks is not null
            ? Task.FromResult<ReadOnlyMemory<byte>>(_callBacks.Unsubscribe(routed) ? "true"u8.ToArray() : "false"u8.ToArray())
            : router.CallAsync(caller, routed, token);
    }

    public async ValueTask<EthSubscription?> SubscribeAsync(RpcCall call, CancellationToken token)
    {
        RoutedCall routed = Route(call);
        if (routed.Rule is not { Class: MethodClass.CallBack, ShortName: "EthSubscribe" })
            return null;
        _callBacks ??= new CallBackSubscriptions(router, caller);
        return await _callBacks.SubscribeAsync(routed, token).ConfigureAwait(false);
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>>? Open(RpcCall call, CancellationToken token)
    {
        RoutedCall routed = Route(call);
        switch (routed.Rule)
        {
            case { Class: MethodClass.Channel }:
                return router.ForChannel(caller, routed).SubscribeAsync(caller.Version, call.Method, call.Params, token);
            case { Class: MethodClass.Coordinator, ShortName: "Closing" }:
                caller.Gate.Admit(caller.Identity, routed.Rule);
                return ClosingAsync(token);
            default:
                return null;
        }
    }

    public RpcBroadcast? Join(RpcCall call)
    {
        if (_table.Find(call.Method) is not { Class: MethodClass.Coordinator, ShortName: "ChainNotify" } rule)
            return null;
        caller.Gate.Admit(caller.Identity, rule);
        return router.Heads(caller.Gate.Head);
    }

    private RoutedCall Route(RpcCall call) => new(call.Method, _table.Find(call.Method), call.Params);

    /// <summary>Never yields; ends when the coordinator does, which is what clients wait for.</summary>
    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ClosingAsync([EnumeratorCancellation] CancellationToken token)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, draining);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        token.ThrowIfCancellationRequested();
        yield break;
    }
}
