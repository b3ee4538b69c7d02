using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>
/// The Ethereum subscriptions of one connection. Each lives in one daemon, reached over the WebSocket that all clients share; it ends with the client's
/// connection, or with the daemon's: then the client's is broken off too, because only that tells it to subscribe again.
/// </summary>
internal sealed class CallBackSubscriptions(CallRouter router, Caller caller)
{
    /// <summary>Subscriptions that one connection may have.</summary>
    public const int Most = 256;

    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _open = new();

    /// <summary>Makes a subscription at the first daemon that can.</summary>
    /// <exception cref="RpcFaultException">None can.</exception>
    public async Task<EthSubscription> SubscribeAsync(RoutedCall call, CancellationToken token)
    {
        if (_open.Count >= Most)
            throw RpcFaultException.Refused($"more than {Most} subscriptions on one connection");
        RpcFaultException? last = null;
        foreach (Upstream upstream in router.ForCallBacks(caller, call))
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
            deadline.CancelAfter(router.Options.AttemptTimeout);
            try
            {
                EthSubscription made = await upstream.SubscribeEthAsync(caller.Version, call.Params, deadline.Token).ConfigureAwait(false);
                var stop = new CancellationTokenSource();
                _open[Encoding.UTF8.GetString(made.Id.Span)] = stop;
                return made with { Values = ValuesAsync(made, upstream, stop, token) };
            }
            catch (RpcErrorException e) when (e.Code != RpcErrorCode.MethodNotFound)
            {
                throw RpcFaultException.Of(e);
            }
            catch (RpcException e)
            {
                last = RpcFaultException.Of(e);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                upstream.CountFailure();
                last = RpcFaultException.Unavailable($"{upstream.Name} did not answer {call.Method} in time");
            }
        }

        throw last ?? RpcFaultException.Unavailable($"no daemon can answer {call.Method} now");
    }

    /// <summary>Ends a subscription of this connection; false when it has none of this id.</summary>
    public bool Unsubscribe(RoutedCall call)
    {
        caller.Gate.Admit(caller.Identity, call.Rule!);
        if (!_open.TryRemove(Encoding.UTF8.GetString(RpcArguments.At(call.Params, 0).Span), out CancellationTokenSource? stop))
            return false;
        stop.CancelUnlessOver();
        return true;
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ValuesAsync(
        EthSubscription made, Upstream upstream, CancellationTokenSource stop, CancellationToken call, [EnumeratorCancellation] CancellationToken token = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call, token, stop.Token);
        try
        {
            await foreach (ReadOnlyMemory<byte> value in made.Values.WithCancellation(either.Token).ConfigureAwait(false))
                yield return value;
        }
        finally
        {
            _open.TryRemove(Encoding.UTF8.GetString(made.Id.Span), out _);
            stop.Dispose();
            await EndAsync(upstream, made.Id).ConfigureAwait(false);
        }
    }

    /// <summary>Tells the daemon, whose connection lives on without this client.</summary>
    private async Task EndAsync(Upstream upstream, ReadOnlyMemory<byte> id)
    {
        using var deadline = new CancellationTokenSource(EndTimeout);
        try
        {
            await upstream.UnsubscribeEthAsync(caller.Version, RpcArguments.Join(id), deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            // The daemon is gone, and the subscription with it.
        }
    }
}
