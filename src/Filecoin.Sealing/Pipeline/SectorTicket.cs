using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;
using Filecoin.Sealing.Messages;
using Ticket = Filecoin.Proving.Sectors.Ticket;

namespace Filecoin.Sealing.Pipeline;

/// <summary>The ticket that a round of labelling begins with: it decides which replica comes out.</summary>
internal static class SectorTicket
{
    /// <summary>
    /// The ticket of the round before while the chain holds the replica that was made with it, or may come to hold it, and while it is young and still the
    /// chain's; else a new one.
    /// </summary>
    /// <exception cref="ChainBehindException">The node shows less than was seen of the sector before.</exception>
    public static async Task<SdrResult> ChooseAsync(
        SectorFacts facts, SqlDatabase database, ISealingChain chain, SealingOptions options, CancellationToken cancellationToken)
    {
        ChainView view = (await ChainView.TakeAsync(chain, options, cancellationToken).ConfigureAwait(false)).Covering(facts);
        if (facts.Sdr is { } kept && (await IsYoungAsync(kept, chain, options, view, cancellationToken).ConfigureAwait(false)
            || await IsBoundAsync(facts, database, view, cancellationToken).ConfigureAwait(false)))
            return kept with { Round = facts.Row.Rounds };
        ChainEpoch epoch = Math.Max(0, view.Head.Height.Value - options.Policy.SealRandomnessLookback);
        Ticket ticket = await SealRandomness.TicketAsync(chain, options.Miner, epoch, view.Head.Key, cancellationToken).ConfigureAwait(false);
        return new SdrResult(ticket.ToString(), epoch.Value, facts.Row.Rounds);
    }

    /// <summary>Whether a precommit with it has half of the time left that it had, and no reorganisation changed it.</summary>
    private static async Task<bool> IsYoungAsync(SdrResult kept, ISealingChain chain, SealingOptions options, ChainView view, CancellationToken cancellationToken) =>
        view.Head.Height.Value - kept.Epoch < options.Policy.MaxPreCommitRandomnessLookback / 2
        && await SealRandomness.TicketAsync(chain, options.Miner, kept.Epoch, view.Head.Key, cancellationToken).ConfigureAwait(false) == Ticket.Parse(kept.Ticket);

    /// <summary>Whether the chain holds the sector or its precommit, or a message may still put it there: any other replica is worth nothing then.</summary>
    private static async Task<bool> IsBoundAsync(SectorFacts facts, SqlDatabase database, ChainView view, CancellationToken cancellationToken)
    {
        foreach (string message in facts.PreCommitMessages)
        {
            if (await database.WriteAsync(session => MessageStore.MayTakeEffectAsync(session, message), cancellationToken).ConfigureAwait(false))
                return true;
        }

        return await view.PreCommitAsync(facts.Row.Id, cancellationToken).ConfigureAwait(false) is not null
            || await view.SectorAsync(facts.Row.Id, cancellationToken).ConfigureAwait(false) is not null;
    }
}
