using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Rpc.Api;

/// <summary>Making blocks. Every method throws <see cref="RpcException"/> when the call gives no result.</summary>
public interface IMiningApi
{
    /// <summary>What a miner needs to mine at an epoch on a base; null when it may not.</summary>
    Task<MiningBaseInfo?> MinerGetBaseInfoAsync(
        Address miner, ChainEpoch epoch, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The beacon entry of an epoch; the daemon waits until there is one.</summary>
    Task<BeaconEntry> StateGetBeaconEntryAsync(ChainEpoch epoch, CancellationToken cancellationToken = default);

    /// <summary>Messages worth a block on a base, for a ticket quality between 0 and 1.</summary>
    Task<IReadOnlyList<SignedMessage>> MpoolSelectAsync(
        TipSetKey key, double ticketQuality, CancellationToken cancellationToken = default);

    /// <summary>Executes, assembles and signs a block. Its submission must go to the same daemon.</summary>
    Task<BlockMessage> MinerCreateBlockAsync(BlockTemplate template, CancellationToken cancellationToken = default);

    /// <summary>Publishes a block. A second, different block of the same miner and epoch is a consensus fault.</summary>
    Task SyncSubmitBlockAsync(BlockMessage block, CancellationToken cancellationToken = default);
}

/// <summary><see cref="IMiningApi"/> over a transport.</summary>
/// <param name="transport">The daemon, or what stands before several.</param>
public sealed class MiningApi(IRpcTransport transport) : IMiningApi
{
    /// <inheritdoc/>
    public Task<MiningBaseInfo?> MinerGetBaseInfoAsync(
        Address miner, ChainEpoch epoch, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.MinerGetBaseInfo",
            new RpcParams().Add(miner).Add(epoch.Value).Add(key).ToJson(),
            ApiJsonContext.Default.MiningBaseInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<BeaconEntry> StateGetBeaconEntryAsync(ChainEpoch epoch, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateGetBeaconEntry", new RpcParams().Add(epoch.Value).ToJson(), ApiJsonContext.Default.BeaconEntry, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SignedMessage>> MpoolSelectAsync(
        TipSetKey key, double ticketQuality, CancellationToken cancellationToken = default) =>
        await transport.CallAsync(
            "Filecoin.MpoolSelect", new RpcParams().Add(key).Add(ticketQuality).ToJson(),
            ApiJsonContext.Default.IReadOnlyListSignedMessage, cancellationToken).ConfigureAwait(false) ?? [];

    /// <inheritdoc/>
    public Task<BlockMessage> MinerCreateBlockAsync(BlockTemplate template, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.MinerCreateBlock", new RpcParams().Add(template, ApiJsonContext.Default.BlockTemplate).ToJson(),
            ApiJsonContext.Default.BlockMessage, cancellationToken);

    /// <inheritdoc/>
    public Task SyncSubmitBlockAsync(BlockMessage block, CancellationToken cancellationToken = default) =>
        transport.CallAsync("Filecoin.SyncSubmitBlock", new RpcParams().Add(block, ApiJsonContext.Default.BlockMessage).ToJson(), cancellationToken);
}
