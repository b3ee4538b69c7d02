using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Native.Curves;

namespace Filecoin.Sealing.Messages;

/// <summary>Holds keys and signs messages.</summary>
public interface IMessageSigner
{
    /// <summary>Whether it holds the key of a key address.</summary>
    Task<bool> HoldsAsync(Address account, CancellationToken cancellationToken);

    /// <summary>Signs a message as it is.</summary>
    Task<SignedMessage> SignAsync(Message message, CancellationToken cancellationToken);
}

/// <summary>Keys in a node's wallet.</summary>
/// <param name="wallet">The node.</param>
public sealed class NodeWalletSigner(IWalletApi wallet) : IMessageSigner
{
    /// <inheritdoc/>
    public Task<bool> HoldsAsync(Address account, CancellationToken cancellationToken) => wallet.WalletHasAsync(account, cancellationToken);

    /// <inheritdoc/>
    public async Task<SignedMessage> SignAsync(Message message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        SignedMessage signed = await wallet.WalletSignMessageAsync(message.From, message, cancellationToken).ConfigureAwait(false);

        // What is stored as this message's bytes must be this message, whatever the node made of it.
        return signed.Message.Cid == message.Cid
            ? signed
            : throw new MessageException($"wallet: expected the signature of {message.Cid}, found a signed {signed.Message.Cid}");
    }
}

/// <summary>BLS keys in this process.</summary>
public sealed class LocalKeySigner : IMessageSigner, IDisposable
{
    private readonly Dictionary<Address, BlsSecretKey> _keys = [];

    /// <summary>A signer with these keys, which it then owns.</summary>
    public LocalKeySigner(params ReadOnlySpan<BlsSecretKey> keys)
    {
        foreach (BlsSecretKey key in keys)
            _keys.Add(AddressOf(key), key);
    }

    /// <summary>The accounts whose keys it holds.</summary>
    public IReadOnlyCollection<Address> Accounts => _keys.Keys;

    /// <summary>The f3 address of a key.</summary>
    public static Address AddressOf(BlsSecretKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> publicKey = stackalloc byte[BlsSignatures.PublicKeySize];
        key.PublicKey().WriteCompressed(publicKey);
        return Address.FromBlsPublicKey(publicKey);
    }

    /// <inheritdoc/>
    public Task<bool> HoldsAsync(Address account, CancellationToken cancellationToken) => Task.FromResult(_keys.ContainsKey(account));

    /// <inheritdoc/>
    public Task<SignedMessage> SignAsync(Message message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _keys.TryGetValue(message.From, out BlsSecretKey? key)
            ? Task.FromResult(new SignedMessage(message, new Signature(SignatureType.Bls, Sign(key, message.Cid.Bytes))))
            : throw new MessageException($"expected a key of {message.From}, found none among {_keys.Count}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (BlsSecretKey key in _keys.Values)
            key.Dispose();
        _keys.Clear();
    }

    private static byte[] Sign(BlsSecretKey key, ReadOnlySpan<byte> bytes)
    {
        byte[] signature = new byte[BlsSignatures.SignatureSize];
        key.Sign(bytes).WriteCompressed(signature);
        return signature;
    }
}
