using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;

namespace Filecoin.ChainCo.Rpc.Api;

/// <summary>Actors and miners at a tipset; the empty key is the head. Every method throws <see cref="RpcException"/> when the call gives no result.</summary>
public interface IStateApi
{
    /// <summary>Addresses and sizes of a miner.</summary>
    Task<MinerInfo> StateMinerInfoAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The deadline that is open or comes next.</summary>
    Task<DeadlineInfo> StateMinerProvingDeadlineAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>All 48 deadlines.</summary>
    Task<IReadOnlyList<MinerDeadline>> StateMinerDeadlinesAsync(
        Address miner, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The partitions of a deadline.</summary>
    Task<IReadOnlyList<MinerPartition>> StateMinerPartitionsAsync(
        Address miner, ulong deadline, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The sectors among <paramref name="sectors"/>.</summary>
    Task<IReadOnlyList<SectorOnChainInfo>> StateMinerSectorsAsync(
        Address miner, Bitfield sectors, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>Sectors that count in window PoSt.</summary>
    Task<IReadOnlyList<SectorOnChainInfo>> StateMinerActiveSectorsAsync(
        Address miner, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>Faulty sectors.</summary>
    Task<Bitfield> StateMinerFaultsAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>Recovering sectors.</summary>
    Task<Bitfield> StateMinerRecoveriesAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>Power of the miner and the network.</summary>
    Task<MinerPowerInfo> StateMinerPowerAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>attoFIL that the miner can spend or withdraw.</summary>
    Task<TokenAmount> StateMinerAvailableBalanceAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>Sector numbers used so far.</summary>
    Task<Bitfield?> StateMinerAllocatedAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The deposit for a precommit.</summary>
    Task<TokenAmount> StateMinerPreCommitDepositForPowerAsync(
        Address miner, SectorPreCommitInfo sector, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The pledge for a sector of a size and lifetime with verified bytes in it.</summary>
    Task<TokenAmount> StateMinerInitialPledgeForSectorAsync(
        ChainEpoch duration, ulong sectorSize, ulong verifiedSize, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>A proven sector, or null.</summary>
    Task<SectorOnChainInfo?> StateSectorGetInfoAsync(
        Address miner, ulong sector, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>A precommitted sector, or null.</summary>
    Task<SectorPreCommitOnChainInfo?> StateSectorPreCommitInfoAsync(
        Address miner, ulong sector, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>Where a sector is proven.</summary>
    Task<SectorLocation?> StateSectorPartitionAsync(
        Address miner, ulong sector, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>An actor's entry, or null.</summary>
    Task<ActorState?> StateGetActorAsync(Address actor, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The key address of an account.</summary>
    Task<Address> StateAccountKeyAsync(Address account, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>The f0 address of an actor.</summary>
    Task<Address> StateLookupIDAsync(Address actor, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>Ticket randomness for a domain tag.</summary>
    Task<ReadOnlyMemory<byte>> StateGetRandomnessFromTicketsAsync(
        long personalization, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>Beacon randomness for a domain tag.</summary>
    Task<ReadOnlyMemory<byte>> StateGetRandomnessFromBeaconAsync(
        long personalization, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken = default);

    /// <summary>Where a message landed, or null; looks back <paramref name="limit"/> epochs, -1 for all.</summary>
    Task<MsgLookup?> StateSearchMsgAsync(
        TipSetKey from, Cid message, ChainEpoch limit, bool allowReplaced, CancellationToken cancellationToken = default);

    /// <summary>Waits until a message landed and <paramref name="confidence"/> epochs passed.</summary>
    Task<MsgLookup> StateWaitMsgAsync(
        Cid message, ulong confidence, ChainEpoch limit, bool allowReplaced, CancellationToken cancellationToken = default);
}

/// <summary><see cref="IStateApi"/> over a transport.</summary>
/// <param name="transport">The daemon, or what stands before several.</param>
public sealed class StateApi(IRpcTransport transport) : IStateApi
{
    /// <inheritdoc/>
    public Task<MinerInfo> StateMinerInfoAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerInfo", new RpcParams().Add(miner).Add(key).ToJson(),
            ApiJsonContext.Default.MinerInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<DeadlineInfo> StateMinerProvingDeadlineAsync(
        Address miner, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerProvingDeadline", new RpcParams().Add(miner).Add(key).ToJson(),
            ApiJsonContext.Default.DeadlineInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MinerDeadline>> StateMinerDeadlinesAsync(
        Address miner, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerDeadlines", new RpcParams().Add(miner).Add(key).ToJson(),
            ApiJsonContext.Default.IReadOnlyListMinerDeadline, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MinerPartition>> StateMinerPartitionsAsync(
        Address miner, ulong deadline, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerPartitions", new RpcParams().Add(miner).Add(deadline).Add(key).ToJson(),
            ApiJsonContext.Default.IReadOnlyListMinerPartition, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SectorOnChainInfo>> StateMinerSectorsAsync(
        Address miner, Bitfield sectors, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerSectors", new RpcParams().Add(miner).Add(sectors, ApiJsonContext.Default.Bitfield).Add(key).ToJson(),
            ApiJsonContext.Default.IReadOnlyListSectorOnChainInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SectorOnChainInfo>> StateMinerActiveSectorsAsync(
        Address miner, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerActiveSectors", new RpcParams().Add(miner).Add(key).ToJson(),
            ApiJsonContext.Default.IReadOnlyListSectorOnChainInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<Bitfield> StateMinerFaultsAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerFaults", new RpcParams().Add(miner).Add(key).ToJson(),
            ApiJsonContext.Default.Bitfield, cancellationToken);

    /// <inheritdoc/>
    public Task<Bitfield> StateMinerRecoveriesAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerRecoveries", new RpcParams().Add(miner).Add(key).ToJson(),
            ApiJsonContext.Default.Bitfield, cancellationToken);

    /// <inheritdoc/>
    public Task<MinerPowerInfo> StateMinerPowerAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerPower", new RpcParams().Add(miner).Add(key).ToJson(),
            ApiJsonContext.Default.MinerPowerInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<TokenAmount> StateMinerAvailableBalanceAsync(
        Address miner, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerAvailableBalance", new RpcParams().Add(miner).Add(key).ToJson(),
            ApiJsonContext.Default.TokenAmount, cancellationToken);

    /// <inheritdoc/>
    public Task<Bitfield?> StateMinerAllocatedAsync(Address miner, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.StateMinerAllocated", new RpcParams().Add(miner).Add(key).ToJson(),
            ApiJsonContext.Default.Bitfield, cancellationToken);

    /// <inheritdoc/>
    public Task<TokenAmount> StateMinerPreCommitDepositForPowerAsync(
        Address miner, SectorPreCommitInfo sector, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerPreCommitDepositForPower", new RpcParams().Add(miner).Add(sector, ApiJsonContext.Default.SectorPreCommitInfo).Add(key).ToJson(),
            ApiJsonContext.Default.TokenAmount, cancellationToken);

    /// <inheritdoc/>
    public Task<TokenAmount> StateMinerInitialPledgeForSectorAsync(
        ChainEpoch duration, ulong sectorSize, ulong verifiedSize, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateMinerInitialPledgeForSector", new RpcParams().Add(duration.Value).Add(sectorSize).Add(verifiedSize).Add(key).ToJson(),
            ApiJsonContext.Default.TokenAmount, cancellationToken);

    /// <inheritdoc/>
    public Task<SectorOnChainInfo?> StateSectorGetInfoAsync(
        Address miner, ulong sector, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.StateSectorGetInfo", new RpcParams().Add(miner).Add(sector).Add(key).ToJson(),
            ApiJsonContext.Default.SectorOnChainInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<SectorPreCommitOnChainInfo?> StateSectorPreCommitInfoAsync(
        Address miner, ulong sector, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.StateSectorPreCommitInfo", new RpcParams().Add(miner).Add(sector).Add(key).ToJson(),
            ApiJsonContext.Default.SectorPreCommitOnChainInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<SectorLocation?> StateSectorPartitionAsync(
        Address miner, ulong sector, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.StateSectorPartition", new RpcParams().Add(miner).Add(sector).Add(key).ToJson(),
            ApiJsonContext.Default.SectorLocation, cancellationToken);

    /// <inheritdoc/>
    public Task<ActorState?> StateGetActorAsync(Address actor, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.StateGetActor", new RpcParams().Add(actor).Add(key).ToJson(),
            ApiJsonContext.Default.ActorState, cancellationToken);

    /// <inheritdoc/>
    public Task<Address> StateAccountKeyAsync(Address account, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateAccountKey", new RpcParams().Add(account).Add(key).ToJson(),
            ApiJsonContext.Default.Address, cancellationToken);

    /// <inheritdoc/>
    public Task<Address> StateLookupIDAsync(Address actor, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateLookupID", new RpcParams().Add(actor).Add(key).ToJson(),
            ApiJsonContext.Default.Address, cancellationToken);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> StateGetRandomnessFromTicketsAsync(
        long personalization, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateGetRandomnessFromTickets", new RpcParams().Add(personalization).Add(epoch.Value).Add(entropy).Add(key).ToJson(),
            ApiJsonContext.Default.ReadOnlyMemoryByte, cancellationToken);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> StateGetRandomnessFromBeaconAsync(
        long personalization, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateGetRandomnessFromBeacon", new RpcParams().Add(personalization).Add(epoch.Value).Add(entropy).Add(key).ToJson(),
            ApiJsonContext.Default.ReadOnlyMemoryByte, cancellationToken);

    /// <inheritdoc/>
    public Task<MsgLookup?> StateSearchMsgAsync(
        TipSetKey from, Cid message, ChainEpoch limit, bool allowReplaced, CancellationToken cancellationToken = default) =>
        transport.CallAsync(
            "Filecoin.StateSearchMsg", new RpcParams().Add(from).Add(message).Add(limit.Value).Add(allowReplaced).ToJson(),
            ApiJsonContext.Default.MsgLookup, cancellationToken);

    /// <inheritdoc/>
    public Task<MsgLookup> StateWaitMsgAsync(
        Cid message, ulong confidence, ChainEpoch limit, bool allowReplaced, CancellationToken cancellationToken = default) =>
        transport.RequireAsync(
            "Filecoin.StateWaitMsg", new RpcParams().Add(message).Add(confidence).Add(limit.Value).Add(allowReplaced).ToJson(),
            ApiJsonContext.Default.MsgLookup, cancellationToken);
}
