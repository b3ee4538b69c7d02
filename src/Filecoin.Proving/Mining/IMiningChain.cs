using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Native.Curves;

namespace Filecoin.Proving.Mining;

/// <summary>What making blocks takes of the chain. A block must be created and submitted at one daemon. Safe for concurrent use.</summary>
public interface IMiningChain
{
    /// <summary>The head.</summary>
    Task<TipSet> HeadAsync(CancellationToken cancellationToken = default);

    /// <summary>A tipset's weight with its own blocks.</summary>
    Task<TokenAmount> WeightAsync(TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>A tipset by its key.</summary>
    Task<TipSet> TipSetAsync(TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>Waits for the beacon entry of an epoch.</summary>
    Task BeaconAsync(ChainEpoch epoch, CancellationToken cancellationToken = default);

    /// <summary>What the miner needs at an epoch on a base, or null.</summary>
    Task<MiningBaseInfo?> BaseInfoAsync(Address miner, ChainEpoch epoch, TipSetKey at, CancellationToken cancellationToken = default);

    /// <summary>Messages for a block.</summary>
    Task<IReadOnlyList<SignedMessage>> SelectMessagesAsync(TipSetKey at, double ticketQuality, CancellationToken cancellationToken = default);

    /// <summary>Makes and signs a block.</summary>
    Task<BlockMessage> CreateBlockAsync(BlockTemplate template, CancellationToken cancellationToken = default);

    /// <summary>Publishes a block.</summary>
    Task SubmitBlockAsync(BlockMessage block, CancellationToken cancellationToken = default);
}

/// <summary><see cref="IMiningChain"/> over the typed clients.</summary>
/// <param name="chain">Tipsets.</param>
/// <param name="mining">Blocks.</param>
public sealed class MiningChain(IChainHeadApi chain, IMiningApi mining) : IMiningChain
{
    /// <inheritdoc/>
    public Task<TipSet> HeadAsync(CancellationToken cancellationToken = default) => chain.ChainHeadAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<TokenAmount> WeightAsync(TipSetKey key, CancellationToken cancellationToken = default) =>
        chain.ChainTipSetWeightAsync(key, cancellationToken);

    /// <inheritdoc/>
    public Task<TipSet> TipSetAsync(TipSetKey key, CancellationToken cancellationToken = default) => chain.ChainGetTipSetAsync(key, cancellationToken);

    /// <inheritdoc/>
    public Task BeaconAsync(ChainEpoch epoch, CancellationToken cancellationToken = default) => mining.StateGetBeaconEntryAsync(epoch, cancellationToken);

    /// <inheritdoc/>
    public Task<MiningBaseInfo?> BaseInfoAsync(Address miner, ChainEpoch epoch, TipSetKey at, CancellationToken cancellationToken = default) =>
        mining.MinerGetBaseInfoAsync(miner, epoch, at, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SignedMessage>> SelectMessagesAsync(TipSetKey at, double ticketQuality, CancellationToken cancellationToken = default) =>
        mining.MpoolSelectAsync(at, ticketQuality, cancellationToken);

    /// <inheritdoc/>
    public Task<BlockMessage> CreateBlockAsync(BlockTemplate template, CancellationToken cancellationToken = default) =>
        mining.MinerCreateBlockAsync(template, cancellationToken);

    /// <inheritdoc/>
    public Task SubmitBlockAsync(BlockMessage block, CancellationToken cancellationToken = default) => mining.SyncSubmitBlockAsync(block, cancellationToken);
}

/// <summary>Signs with a miner's worker key: the VRF of tickets and election proofs is a BLS signature.</summary>
public interface IWorkerSigner
{
    /// <summary>The signature, 96 bytes.</summary>
    /// <param name="worker">The worker's key address, f3.</param>
    /// <param name="message">What is signed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ReadOnlyMemory<byte>> SignAsync(Address worker, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);
}

/// <summary>The key is in a daemon's wallet.</summary>
/// <param name="wallet">The wallet.</param>
public sealed class WalletWorkerSigner(IWalletApi wallet) : IWorkerSigner
{
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The worker's key is no BLS key.</exception>
    public async Task<ReadOnlyMemory<byte>> SignAsync(Address worker, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        Signature signature = await wallet.WalletSignAsync(worker, message, cancellationToken).ConfigureAwait(false);
        return signature.Type == SignatureType.Bls
            ? signature.Data : throw new InvalidOperationException($"expected a BLS signature of {worker}, found {signature.Type}");
    }
}

/// <summary>The keys are in this process.</summary>
/// <param name="keys">The keys; the caller keeps them.</param>
public sealed class LocalWorkerSigner(IReadOnlyList<BlsSecretKey> keys) : IWorkerSigner
{
    private readonly Dictionary<Address, BlsSecretKey> _keys = keys.ToDictionary(AddressOf);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The worker's key is not among the keys.</exception>
    public Task<ReadOnlyMemory<byte>> SignAsync(Address worker, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        if (!_keys.TryGetValue(worker, out BlsSecretKey? key))
            throw new InvalidOperationException($"expected the key of {worker}, found none");
        var signature = new byte[BlsSignatures.SignatureSize];
        key.Sign(message.Span).WriteCompressed(signature);
        return Task.FromResult<ReadOnlyMemory<byte>>(signature);
    }

    private static Address AddressOf(BlsSecretKey key)
    {
        Span<byte> publicKey = stackalloc byte[BlsSignatures.PublicKeySize];
        key.PublicKey().WriteCompressed(publicKey);
        return Address.FromBlsPublicKey(publicKey);
    }
}
