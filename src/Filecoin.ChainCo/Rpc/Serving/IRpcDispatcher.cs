namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>What stands behind one caller's connection: the methods as this caller may use them.</summary>
internal interface IRpcDispatcher
{
    /// <summary>The name of a known method whose bytes are given, so that none is made for each call; null for any other name.</summary>
    string? NameOf(ReadOnlySpan<byte> name);

    /// <summary>The result of a call, in JSON.</summary>
    /// <exception cref="RpcFaultException">It has none.</exception>
    Task<ReadOnlyMemory<byte>> CallAsync(RpcCall call, CancellationToken token);

    /// <summary>The values of a call that answers with a channel; null for any other call.</summary>
    /// <exception cref="RpcFaultException">The channel cannot be opened.</exception>
    IAsyncEnumerable<ReadOnlyMemory<byte>>? Open(RpcCall call, CancellationToken token);

    /// <summary>The channel of a call whose values are the same for all clients; null for any other call.</summary>
    /// <exception cref="RpcFaultException">The channel cannot be opened.</exception>
    RpcBroadcast? Join(RpcCall call) => null;

    /// <summary>The subscription of a call whose values are calls to the client; null for any other call.</summary>
    /// <exception cref="RpcFaultException">The subscription cannot be made.</exception>
    ValueTask<EthSubscription?> SubscribeAsync(RpcCall call, CancellationToken token) => default;
}
