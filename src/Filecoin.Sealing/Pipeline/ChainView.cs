using System.Globalization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Pipeline;

/// <summary>The chain during one round: its head, and the tipset below the confidence depth that all else is read at.</summary>
internal sealed class ChainView(ISealingChain chain, Address miner, TipSet head, TipSet safe)
{
    private Bitfield? _allocated;

    public TipSet Head => head;

    public TipSet Safe => safe;

    public static async Task<ChainView> TakeAsync(ISealingChain chain, SealingOptions options, CancellationToken cancellationToken)
    {
        TipSet head = await chain.HeadAsync(cancellationToken).ConfigureAwait(false);
        TipSet safe = head.Height.Value <= options.Confidence || options.Confidence == 0
            ? head
            : await chain.TipSetAtAsync(head.Height - options.Confidence, head.Key, cancellationToken).ConfigureAwait(false);
        return new ChainView(chain, options.Miner, head, safe);
    }

    /// <summary>Refuses a view of a node that lags behind what was seen before: what it does not show is no reason to step back.</summary>
    /// <exception cref="ChainBehindException">The node lags.</exception>
    public ChainView Covering(SectorFacts facts) =>
        safe.Height.Value >= facts.ChainSeen ? this : throw new ChainBehindException(facts.Row.Id, facts.ChainSeen, safe.Height.Value);

    public Task<SectorPreCommitOnChainInfo?> PreCommitAsync(SectorId sector, CancellationToken cancellationToken) =>
        chain.PreCommitAsync(miner, sector.Number.Value, safe.Key, cancellationToken);

    /// <summary>Numbers that were ever precommitted; asked for once a round.</summary>
    public async Task<Bitfield> AllocatedAsync(CancellationToken cancellationToken) =>
        _allocated ??= await chain.AllocatedAsync(miner, safe.Key, cancellationToken).ConfigureAwait(false);

    public Task<SectorOnChainInfo?> SectorAsync(SectorId sector, CancellationToken cancellationToken) =>
        chain.SectorAsync(miner, sector.Number.Value, safe.Key, cancellationToken);
}

/// <summary>The node shows less of the chain than was seen of it before; it catches up, or another takes its place.</summary>
internal sealed class ChainBehindException(SectorId sector, long expected, long found)
    : RpcException("ChainHead", string.Create(CultureInfo.InvariantCulture, $"{sector}: expected a chain of at least {expected} epochs below the confidence depth, found {found}"))
{
    public override bool IsTransient => true;
}
