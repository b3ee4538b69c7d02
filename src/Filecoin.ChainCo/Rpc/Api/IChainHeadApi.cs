using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Rpc.Api;

/// <summary>The chain's tipsets and how the head moves. Every method throws <see cref="RpcException"/> when the call gives no result.</summary>
public interface IChainHeadApi
{
    /// <summary>The head.</summary>
    Task<TipSet> ChainHeadAsync(CancellationToken cancellationToken = default);

    /// <summary>Head changes from now on: one current, then reverts newest first and applies oldest first. Needs a WebSocket.</summary>
    IAsyncEnumerable<IReadOnlyList<HeadChange>> ChainNotifyAsync(CancellationToken cancellationToken = default);

    /// <summary>A tipset by its key.</summary>
    Task<TipSet> ChainGetTipSetAsync(TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The tipset at an epoch on the chain of <paramref name="from"/>, or the one before a null round.</summary>
    Task<TipSet> ChainGetTipSetByHeightAsync(ChainEpoch height, TipSetKey from, CancellationToken cancellationToken = default);

    /// <summary>The tipset at an epoch on the chain of <paramref name="from"/>, or the one after a null round.</summary>
    Task<TipSet> ChainGetTipSetAfterHeightAsync(ChainEpoch height, TipSetKey from, CancellationToken cancellationToken = default);

    /// <summary>The weight of a tipset with its own blocks; ParentWeight leaves those out.</summary>
    Task<TokenAmount> ChainTipSetWeightAsync(TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The reverts and applies that lead from one tipset to another.</summary>
    Task<IReadOnlyList<HeadChange>> ChainGetPathAsync(TipSetKey from, TipSetKey to, CancellationToken cancellationToken = default);

    /// <summary>The genesis tipset.</summary>
    Task<TipSet> ChainGetGenesisAsync(CancellationToken cancellationToken = default);

    /// <summary>A message by its CID.</summary>
    Task<Message> ChainGetMessageAsync(Cid message, CancellationToken cancellationToken = default);
}

/// <summary><see cref="IChainHeadApi"/> over a transport.</summary>
/// <param name="transport">The daemon, or what stands before several.</param>
public sealed class ChainHeadApi(IRpcTransport transport) : IChainHeadApi
{
    /// <inheritdoc/>
    public Task<TipSet> ChainHeadAsync(CancellationToken cancellationToken = default) =>
        transport.RequireAsync("Filecoin.ChainHead", RpcParams.None, ApiJsonContext.Default.TipSet, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<HeadChange>> ChainNotifyAsync(CancellationToken cancellationToken = default) =>
        transport.SubscribeAsync("Filecoin.ChainNotify", RpcParams.None, ApiJsonContext.Default.IReadOnlyListHeadChange, cancellationToken);

    /// <inheritdoc/>
    public Task<TipSet> ChainGetTipSetAsync(TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.ChainGetTipSet", new RpcParams().Add(key).ToJson(),
            ApiJsonContext.Default.TipSet, cancellationToken);

    /// <inheritdoc/>
    public Task<TipSet> ChainGetTipSetByHeightAsync(ChainEpoch height, TipSetKey from, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.ChainGetTipSetByHeight", new RpcParams().Add(height.Value).Add(from).ToJson(),
            ApiJsonContext.Default.TipSet, cancellationToken);

    /// <inheritdoc/>
    public Task<TipSet> ChainGetTipSetAfterHeightAsync(
        ChainEpoch height, TipSetKey from, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.ChainGetTipSetAfterHeight", new RpcParams().Add(height.Value).Add(from).ToJson(),
            ApiJsonContext.Default.TipSet, cancellationToken);

    /// <inheritdoc/>
    public Task<TokenAmount> ChainTipSetWeightAsync(TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.ChainTipSetWeight", new RpcParams().Add(key).ToJson(),
            ApiJsonContext.Default.TokenAmount, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HeadChange>> ChainGetPathAsync(
        TipSetKey from, TipSetKey to, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.ChainGetPath", new RpcParams().Add(from).Add(to).ToJson(),
            ApiJsonContext.Default.IReadOnlyListHeadChange, cancellationToken);

    /// <inheritdoc/>
    public Task<TipSet> ChainGetGenesisAsync(CancellationToken cancellationToken = default) =>
        transport.RequireAsync("Filecoin.ChainGetGenesis", RpcParams.None, ApiJsonContext.Default.TipSet, cancellationToken);

    /// <inheritdoc/>
    public Task<Message> ChainGetMessageAsync(Cid message, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.ChainGetMessage", new RpcParams().Add(message).ToJson(),
            ApiJsonContext.Default.Message, cancellationToken);
}
