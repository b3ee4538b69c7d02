using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.Sealing.Messages;

/// <summary>What sending and watching need of a node. Every method throws <see cref="RpcException"/> when the call gives no result.</summary>
public interface IMessageChain
{
    /// <summary>The head.</summary>
    Task<TipSet> HeadAsync(CancellationToken cancellationToken);

    /// <summary>The tipset at an epoch on the chain of another, or the one before a null round.</summary>
    Task<TipSet> TipSetAtAsync(ChainEpoch epoch, TipSetKey from, CancellationToken cancellationToken);

    /// <summary>The key address of an account.</summary>
    Task<Address> KeyAddressAsync(Address account, CancellationToken cancellationToken);

    /// <summary>The account's next number, its messages in the pool counted.</summary>
    Task<ulong> NextNonceAsync(Address account, CancellationToken cancellationToken);

    /// <summary>The account's next number in the state of a tipset, or null when there is no such account.</summary>
    Task<ulong?> StateNonceAsync(Address account, TipSetKey key, CancellationToken cancellationToken);

    /// <summary>The message with its gas fields filled in; those that are set stay. Fails when the message would.</summary>
    Task<Message> EstimateAsync(Message message, TokenAmount maxFee, CancellationToken cancellationToken);

    /// <summary>Puts signed bytes into the pool.</summary>
    Task<Cid> PushAsync(SignedMessage message, CancellationToken cancellationToken);

    /// <summary>Where exactly this message was executed, looking back some epochs from a tipset, or null.</summary>
    Task<MsgLookup?> FindAsync(TipSetKey from, Cid message, long lookback, CancellationToken cancellationToken);
}

/// <summary><see cref="IMessageChain"/> over JSON-RPC.</summary>
/// <param name="transport">A node, or the proxy before several.</param>
public sealed class RpcMessageChain(IRpcTransport transport) : IMessageChain
{
    private readonly ChainHeadApi _chain = new(transport);
    private readonly StateApi _state = new(transport);
    private readonly MpoolApi _pool = new(transport);

    /// <inheritdoc/>
    public Task<TipSet> HeadAsync(CancellationToken cancellationToken) => _chain.ChainHeadAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<TipSet> TipSetAtAsync(ChainEpoch epoch, TipSetKey from, CancellationToken cancellationToken) =>
        _chain.ChainGetTipSetByHeightAsync(epoch, from, cancellationToken);

    /// <inheritdoc/>
    public Task<Address> KeyAddressAsync(Address account, CancellationToken cancellationToken) =>
        account.Protocol == AddressProtocol.Id
            ? _state.StateAccountKeyAsync(account, TipSetKey.Empty, cancellationToken)
            : Task.FromResult(account);

    /// <inheritdoc/>
    public Task<ulong> NextNonceAsync(Address account, CancellationToken cancellationToken) => _pool.MpoolGetNonceAsync(account, cancellationToken);

    /// <inheritdoc/>
    public async Task<ulong?> StateNonceAsync(Address account, TipSetKey key, CancellationToken cancellationToken) =>
        (await _state.StateGetActorAsync(account, key, cancellationToken).ConfigureAwait(false))?.Nonce;

    /// <inheritdoc/>
    public Task<Message> EstimateAsync(Message message, TokenAmount maxFee, CancellationToken cancellationToken) =>
        _pool.GasEstimateMessageGasAsync(message, new MessageSendSpec(maxFee, Guid.Empty, false), TipSetKey.Empty, cancellationToken);

    /// <inheritdoc/>
    public Task<Cid> PushAsync(SignedMessage message, CancellationToken cancellationToken) => _pool.MpoolPushAsync(message, cancellationToken);

    /// <inheritdoc/>
    public Task<MsgLookup?> FindAsync(TipSetKey from, Cid message, long lookback, CancellationToken cancellationToken) =>
        _state.StateSearchMsgAsync(from, message, lookback, allowReplaced: false, cancellationToken);
}
