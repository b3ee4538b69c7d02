using System.Runtime.CompilerServices;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.Proving.Scheduling;

/// <summary>A head as the proving cycle sees it.</summary>
/// <param name="Key">The tipset.</param>
/// <param name="Height">Its epoch.</param>
public sealed record ChainPoint(TipSetKey Key, ChainEpoch Height);

/// <summary>A miner's constants.</summary>
/// <param name="WindowProof">The actors' number of its window PoSt.</param>
/// <param name="SectorSize">Bytes.</param>
/// <param name="PartitionSectors">Sectors in a partition.</param>
public sealed record ProvingMiner(long WindowProof, ulong SectorSize, ulong PartitionSectors);

/// <summary>What the proving cycle reads from the chain. Any call may fail; the cycle asks again at the next head. Safe for concurrent use.</summary>
public interface IProvingChain
{
    /// <summary>Heads, the present one first. Heads that come while one is worked on may be left out. Breaks off with an exception when the daemon goes away.</summary>
    IAsyncEnumerable<ChainPoint> HeadsAsync(CancellationToken cancellationToken = default);

    /// <summary>The miner's constants.</summary>
    Task<ProvingMiner> MinerAsync(Address miner, TipSetKey at, CancellationToken cancellationToken = default);

    /// <summary>The deadline that is open, or the first to come.</summary>
    Task<DeadlineInfo> DeadlineAsync(Address miner, TipSetKey at, CancellationToken cancellationToken = default);

    /// <summary>Partitions of the current window that are proven, by deadline.</summary>
    Task<IReadOnlyList<MinerDeadline>> SubmissionsAsync(Address miner, TipSetKey at, CancellationToken cancellationToken = default);

    /// <summary>The partitions of a deadline.</summary>
    Task<IReadOnlyList<MinerPartition>> PartitionsAsync(Address miner, ulong deadline, TipSetKey at, CancellationToken cancellationToken = default);

    /// <summary>Sectors by number.</summary>
    Task<IReadOnlyList<SectorOnChainInfo>> SectorsAsync(Address miner, Bitfield sectors, TipSetKey at, CancellationToken cancellationToken = default);

    /// <summary>The randomness of a window PoSt (beacon, tag 4, the miner's address in CBOR as entropy), as the chain gives it.</summary>
    Task<ReadOnlyMemory<byte>> ChallengeAsync(Address miner, ChainEpoch challenge, TipSetKey at, CancellationToken cancellationToken = default);

    /// <summary>The randomness that ties a submission to the chain (tickets, tag 9, no entropy).</summary>
    Task<ReadOnlyMemory<byte>> CommitRandomnessAsync(ChainEpoch epoch, TipSetKey at, CancellationToken cancellationToken = default);
}

/// <summary><see cref="IProvingChain"/> over the typed clients.</summary>
/// <param name="chain">Heads.</param>
/// <param name="state">Miners.</param>
public sealed class ProvingChain(IChainHeadApi chain, IStateApi state) : IProvingChain
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<ChainPoint> HeadsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (IReadOnlyList<HeadChange> changes in chain.ChainNotifyAsync(cancellationToken).ConfigureAwait(false))
        {
            if (changes.LastOrDefault(change => change.Type != HeadChangeType.Revert) is { Val: var head })
                yield return new ChainPoint(head.Key, head.Height);
        }
    }

    /// <inheritdoc/>
    public async Task<ProvingMiner> MinerAsync(Address miner, TipSetKey at, CancellationToken cancellationToken = default)
    {
        MinerInfo info = await state.StateMinerInfoAsync(miner, at, cancellationToken).ConfigureAwait(false);
        return new ProvingMiner(info.WindowPoStProofType, info.SectorSize, info.WindowPoStPartitionSectors);
    }

    /// <inheritdoc/>
    public Task<DeadlineInfo> DeadlineAsync(Address miner, TipSetKey at, CancellationToken cancellationToken = default) =>
        state.StateMinerProvingDeadlineAsync(miner, at, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MinerDeadline>> SubmissionsAsync(Address miner, TipSetKey at, CancellationToken cancellationToken = default) =>
        state.StateMinerDeadlinesAsync(miner, at, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MinerPartition>> PartitionsAsync(Address miner, ulong deadline, TipSetKey at, CancellationToken cancellationToken = default) =>
        state.StateMinerPartitionsAsync(miner, deadline, at, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SectorOnChainInfo>> SectorsAsync(Address miner, Bitfield sectors, TipSetKey at, CancellationToken cancellationToken = default) =>
        state.StateMinerSectorsAsync(miner, sectors, at, cancellationToken);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ChallengeAsync(Address miner, ChainEpoch challenge, TipSetKey at, CancellationToken cancellationToken = default) =>
        state.StateGetRandomnessFromBeaconAsync(ChainRandomness.WindowPoStTag, challenge, ChainRandomness.EntropyOf(miner), at, cancellationToken);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> CommitRandomnessAsync(ChainEpoch epoch, TipSetKey at, CancellationToken cancellationToken = default) =>
        state.StateGetRandomnessFromTicketsAsync(ChainRandomness.PoStChainCommitTag, epoch, default, at, cancellationToken);
}
