using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.Sealing.Pipeline;

/// <summary>What sealing asks of a node. Every method throws <see cref="RpcException"/> when the call gives no result.</summary>
public interface ISealingChain
{
    /// <summary>The head.</summary>
    Task<TipSet> HeadAsync(CancellationToken cancellationToken);

    /// <summary>The tipset at an epoch on the chain of another, or the one before a null round.</summary>
    Task<TipSet> TipSetAtAsync(ChainEpoch epoch, TipSetKey from, CancellationToken cancellationToken);

    /// <summary>The miner's addresses.</summary>
    Task<MinerInfo> MinerInfoAsync(Address miner, TipSetKey key, CancellationToken cancellationToken);

    /// <summary>Sector numbers that the chain has seen.</summary>
    Task<Bitfield> AllocatedAsync(Address miner, TipSetKey key, CancellationToken cancellationToken);

    /// <summary>Randomness of tickets.</summary>
    Task<ReadOnlyMemory<byte>> TicketRandomnessAsync(
        long tag, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken);

    /// <summary>Randomness of the beacon.</summary>
    Task<ReadOnlyMemory<byte>> BeaconRandomnessAsync(
        long tag, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken);

    /// <summary>A precommitted sector, or null.</summary>
    Task<SectorPreCommitOnChainInfo?> PreCommitAsync(Address miner, ulong number, TipSetKey key, CancellationToken cancellationToken);

    /// <summary>A proven sector, or null.</summary>
    Task<SectorOnChainInfo?> SectorAsync(Address miner, ulong number, TipSetKey key, CancellationToken cancellationToken);

    /// <summary>The deposit that a precommit locks.</summary>
    Task<TokenAmount> PreCommitDepositAsync(Address miner, SectorPreCommitInfo sector, TipSetKey key, CancellationToken cancellationToken);

    /// <summary>The pledge that a sector locks.</summary>
    Task<TokenAmount> InitialPledgeAsync(long lifetime, ulong sectorSize, ulong verifiedSize, TipSetKey key, CancellationToken cancellationToken);

    /// <summary>attoFIL that the miner actor can spend.</summary>
    Task<TokenAmount> AvailableBalanceAsync(Address miner, TipSetKey key, CancellationToken cancellationToken);

    /// <summary>attoFIL of an account.</summary>
    Task<TokenAmount> AccountBalanceAsync(Address account, TipSetKey key, CancellationToken cancellationToken);
}

/// <summary><see cref="ISealingChain"/> over JSON-RPC.</summary>
/// <param name="transport">A node, or the proxy before several.</param>
public sealed class RpcSealingChain(IRpcTransport transport) : ISealingChain
{
    private readonly ChainHeadApi _chain = new(transport);
    private readonly StateApi _state = new(transport);

    /// <inheritdoc/>
    public Task<TipSet> HeadAsync(CancellationToken cancellationToken) => _chain.ChainHeadAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<TipSet> TipSetAtAsync(ChainEpoch epoch, TipSetKey from, CancellationToken cancellationToken) =>
        _chain.ChainGetTipSetByHeightAsync(epoch, from, cancellationToken);

    /// <inheritdoc/>
    public Task<MinerInfo> MinerInfoAsync(Address miner, TipSetKey key, CancellationToken cancellationToken) =>
        _state.StateMinerInfoAsync(miner, key, cancellationToken);

    /// <inheritdoc/>
    public async Task<Bitfield> AllocatedAsync(Address miner, TipSetKey key, CancellationToken cancellationToken) =>
        await _state.StateMinerAllocatedAsync(miner, key, cancellationToken).ConfigureAwait(false) ?? Bitfield.Empty;

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> TicketRandomnessAsync(
        long tag, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken) =>
        _state.StateGetRandomnessFromTicketsAsync(tag, epoch, entropy, key, cancellationToken);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> BeaconRandomnessAsync(
        long tag, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken) =>
        _state.StateGetRandomnessFromBeaconAsync(tag, epoch, entropy, key, cancellationToken);

    /// <inheritdoc/>
    public Task<SectorPreCommitOnChainInfo?> PreCommitAsync(Address miner, ulong number, TipSetKey key, CancellationToken cancellationToken) =>
        _state.StateSectorPreCommitInfoAsync(miner, number, key, cancellationToken);

    /// <inheritdoc/>
    public Task<SectorOnChainInfo?> SectorAsync(Address miner, ulong number, TipSetKey key, CancellationToken cancellationToken) =>
        _state.StateSectorGetInfoAsync(miner, number, key, cancellationToken);

    /// <inheritdoc/>
    public Task<TokenAmount> PreCommitDepositAsync(Address miner, SectorPreCommitInfo sector, TipSetKey key, CancellationToken cancellationToken) =>
        _state.StateMinerPreCommitDepositForPowerAsync(miner, sector, key, cancellationToken);

    /// <inheritdoc/>
    public Task<TokenAmount> InitialPledgeAsync(
        long lifetime, ulong sectorSize, ulong verifiedSize, TipSetKey key, CancellationToken cancellationToken) =>
        _state.StateMinerInitialPledgeForSectorAsync(lifetime, sectorSize, verifiedSize, key, cancellationToken);

    /// <inheritdoc/>
    public Task<TokenAmount> AvailableBalanceAsync(Address miner, TipSetKey key, CancellationToken cancellationToken) =>
        _state.StateMinerAvailableBalanceAsync(miner, key, cancellationToken);

    /// <inheritdoc/>
    public async Task<TokenAmount> AccountBalanceAsync(Address account, TipSetKey key, CancellationToken cancellationToken) =>
        (await _state.StateGetActorAsync(account, key, cancellationToken).ConfigureAwait(false))?.Balance ?? TokenAmount.Zero;
}
