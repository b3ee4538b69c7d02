using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Rpc.Api;

/// <summary>What a daemon is. Every method throws <see cref="RpcException"/> when the call gives no result.</summary>
public interface INodeApi
{
    /// <summary>Version and kind of the daemon.</summary>
    Task<NodeVersion> VersionAsync(CancellationToken cancellationToken = default);

    /// <summary>The network's name.</summary>
    Task<string> StateNetworkNameAsync(CancellationToken cancellationToken = default);

    /// <summary>The network version at a tipset.</summary>
    Task<ulong> StateNetworkVersionAsync(TipSetKey key, CancellationToken cancellationToken = default);
}

/// <summary><see cref="INodeApi"/> over a transport.</summary>
/// <param name="transport">The daemon, or what stands before several.</param>
public sealed class NodeApi(IRpcTransport transport) : INodeApi
{
    /// <inheritdoc/>
    public Task<NodeVersion> VersionAsync(CancellationToken cancellationToken = default) =>
        transport.RequireAsync("Filecoin.Version", RpcParams.None, ApiJsonContext.Default.NodeVersion, cancellationToken);

    /// <inheritdoc/>
    public Task<string> StateNetworkNameAsync(CancellationToken cancellationToken = default) =>
        transport.RequireAsync("Filecoin.StateNetworkName", RpcParams.None, ApiJsonContext.Default.String, cancellationToken);

    /// <inheritdoc/>
    public Task<ulong> StateNetworkVersionAsync(TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.StateNetworkVersion", new RpcParams().Add(key).ToJson(),
            ApiJsonContext.Default.UInt64, cancellationToken);
}
