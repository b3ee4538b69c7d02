using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Rpc.Api;

/// <summary>A daemon's keys: always one daemon's own. Every method throws <see cref="RpcException"/> when the call gives no result.</summary>
public interface IWalletApi
{
    /// <summary>The accounts whose keys the daemon holds.</summary>
    Task<IReadOnlyList<Address>> WalletListAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether the daemon holds the account's key.</summary>
    Task<bool> WalletHasAsync(Address account, CancellationToken cancellationToken = default);

    /// <summary>attoFIL of an account at the head.</summary>
    Task<TokenAmount> WalletBalanceAsync(Address account, CancellationToken cancellationToken = default);

    /// <summary>Signs bytes.</summary>
    Task<Signature> WalletSignAsync(Address account, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Signs a message as it is, number and gas included.</summary>
    Task<SignedMessage> WalletSignMessageAsync(Address account, Message message, CancellationToken cancellationToken = default);
}

/// <summary><see cref="IWalletApi"/> over a transport.</summary>
/// <param name="transport">The daemon.</param>
public sealed class WalletApi(IRpcTransport transport) : IWalletApi
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Address>> WalletListAsync(CancellationToken cancellationToken = default) =>
        await transport.CallAsync("Filecoin.WalletList", RpcParams.None, ApiJsonContext.Default.IReadOnlyListAddress, cancellationToken)
            .ConfigureAwait(false) ?? [];

    /// <inheritdoc/>
    public Task<bool> WalletHasAsync(Address account, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.WalletHas", new RpcParams().Add(account).ToJson(), ApiJsonContext.Default.Boolean, cancellationToken);

    /// <inheritdoc/>
    public Task<TokenAmount> WalletBalanceAsync(Address account, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.WalletBalance", new RpcParams().Add(account).ToJson(),
            ApiJsonContext.Default.TokenAmount, cancellationToken);

    /// <inheritdoc/>
    public Task<Signature> WalletSignAsync(Address account, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.WalletSign", new RpcParams().Add(account).Add(data).ToJson(),
            ApiJsonContext.Default.Signature, cancellationToken);

    /// <inheritdoc/>
    public Task<SignedMessage> WalletSignMessageAsync(Address account, Message message, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.WalletSignMessage",
            new RpcParams().Add(account).Add(message, ApiJsonContext.Default.Message).ToJson(),
            ApiJsonContext.Default.SignedMessage, cancellationToken);
}
