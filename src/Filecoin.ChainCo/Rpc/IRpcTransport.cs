namespace Filecoin.ChainCo.Rpc;

/// <summary>
/// JSON-RPC to one daemon, in raw JSON. Everything above this interface is typed; everything below could be another library.
/// Safe for concurrent use.
/// </summary>
public interface IRpcTransport : IAsyncDisposable
{
    /// <summary>Whether <see cref="SubscribeAsync"/> can work: over HTTP it cannot.</summary>
    bool SupportsSubscriptions { get; }

    /// <summary>Calls a method once. Never sends a request twice.</summary>
    /// <param name="method">The full name, <c>Filecoin.ChainHead</c>.</param>
    /// <param name="parameters">A JSON array.</param>
    /// <param name="cancellationToken">Gives the call up; the daemon is told over WebSocket.</param>
    /// <returns>The JSON of the result; <c>null</c> when the daemon gave none.</returns>
    /// <exception cref="RpcException">The call gave no result; the kind says why.</exception>
    Task<ReadOnlyMemory<byte>> CallAsync(string method, ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken = default);

    /// <summary>
    /// Calls a method that answers with a channel and yields the channel's values. Ends when the daemon closes the channel;
    /// ending the enumeration cancels at the daemon. A broken connection ends it with <see cref="RpcConnectionException"/>: nothing is resumed silently.
    /// </summary>
    /// <param name="method">The full name, <c>Filecoin.ChainNotify</c>.</param>
    /// <param name="parameters">A JSON array.</param>
    /// <param name="cancellationToken">Ends the subscription.</param>
    /// <exception cref="RpcException">The subscription could not be made or broke off.</exception>
    IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(string method, ReadOnlyMemory<byte> parameters, CancellationToken cancellationToken = default);
}
