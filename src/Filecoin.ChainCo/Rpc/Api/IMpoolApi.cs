using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Rpc.Api;

/// <summary>The message pool. Every method throws <see cref="RpcException"/> when the call gives no result.</summary>
public interface IMpoolApi
{
    /// <summary>The next message number of an account, messages in the pool counted.</summary>
    Task<ulong> MpoolGetNonceAsync(Address account, CancellationToken cancellationToken = default);

    /// <summary>Puts a signed message into the pool; the same message may be pushed again.</summary>
    Task<Cid> MpoolPushAsync(SignedMessage message, CancellationToken cancellationToken = default);

    /// <summary>Lets the daemon number, sign and push a message. Never repeat it at another daemon.</summary>
    Task<SignedMessage> MpoolPushMessageAsync(Message message, MessageSendSpec spec, CancellationToken cancellationToken = default);

    /// <summary>All messages in the pool.</summary>
    Task<IReadOnlyList<SignedMessage>?> MpoolPendingAsync(TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The message with its gas fields filled in.</summary>
    Task<Message> GasEstimateMessageGasAsync(
        Message message, MessageSendSpec spec, TipSetKey key, CancellationToken cancellationToken = default);
}

/// <summary><see cref="IMpoolApi"/> over a transport.</summary>
/// <param name="transport">The daemon, or what stands before several.</param>
public sealed class MpoolApi(IRpcTransport transport) : IMpoolApi
{
    /// <inheritdoc/>
    public Task<ulong> MpoolGetNonceAsync(Address account, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.MpoolGetNonce", new RpcParams().Add(account).ToJson(),
            ApiJsonContext.Default.UInt64, cancellationToken);

    /// <inheritdoc/>
    public Task<Cid> MpoolPushAsync(SignedMessage message, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.MpoolPush", new RpcParams().Add(message, ApiJsonContext.Default.SignedMessage).ToJson(),
            ApiJsonContext.Default.Cid, cancellationToken);

    /// <inheritdoc/>
    public Task<SignedMessage> MpoolPushMessageAsync(
        Message message, MessageSendSpec spec, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.MpoolPushMessage", new RpcParams().Add(message, ApiJsonContext.Default.Message).Add(spec, ApiJsonContext.Default.MessageSendSpec).ToJson(),
            ApiJsonContext.Default.SignedMessage, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SignedMessage>?> MpoolPendingAsync(TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.MpoolPending", new RpcParams().Add(key).ToJson(),
            ApiJsonContext.Default.IReadOnlyListSignedMessage, cancellationToken);

    /// <inheritdoc/>
    public Task<Message> GasEstimateMessageGasAsync(
        Message message, MessageSendSpec spec, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.GasEstimateMessageGas", new RpcParams().Add(message, ApiJsonContext.Default.Message).Add(spec, ApiJsonContext.Default.MessageSendSpec).Add(key).ToJson(),
            ApiJsonContext.Default.Message, cancellationToken);
}
