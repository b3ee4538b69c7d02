using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Pipeline;

/// <summary>The chain during one round: its head, and the tipset below the confidence depth that all else is read at.</summary>
internal sealed class ChainView(ISealingChain chain, Address miner, TipSet head, TipSet safe)
{
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

    public Task<SectorPreCommitOnChainInfo?> PreCommitAsync(SectorId sector, CancellationToken cancellationToken) =>
        chain.PreCommitAsync(miner, sector.Number.Value, safe.Key, cancellationToken);

    public Task<SectorOnChainInfo?> SectorAsync(SectorId sector, CancellationToken cancellationToken) =>
        chain.SectorAsync(miner, sector.Number.Value, safe.Key, cancellationToken);
}
