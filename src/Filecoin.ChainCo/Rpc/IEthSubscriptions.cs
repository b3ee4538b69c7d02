namespace Filecoin.ChainCo.Rpc;

/// <summary>
/// Ethereum subscriptions: the daemon answers <c>eth_subscribe</c> with an id and from then on calls its client, <c>eth_subscription</c> without an id of
/// its own (lotus api/api_full.go, EthSubscriber). They need one connection for both directions.
/// </summary>
public interface IEthSubscriptions
{
    /// <summary>Subscribes. The subscription lasts as long as the connection, or until <c>eth_unsubscribe</c>.</summary>
    /// <param name="parameters">A JSON array: the kind, and for logs a filter.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <exception cref="RpcException">There is no subscription.</exception>
    Task<EthSubscription> SubscribeEthAsync(ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken = default);
}

/// <summary>A subscription that was made.</summary>
/// <param name="Id">Its id, a JSON string.</param>
/// <param name="Values">
/// The parameters of each call, <c>{"subscription":…,"result":…}</c>, to be enumerated once. A broken connection ends them with
/// <see cref="RpcConnectionException"/>.
/// </param>
public sealed record EthSubscription(ReadOnlyMemory<byte> Id, IAsyncEnumerable<ReadOnlyMemory<byte>> Values);
