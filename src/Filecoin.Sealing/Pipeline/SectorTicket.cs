using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;
using Filecoin.Sealing.Messages;
using Ticket = Filecoin.Proving.Sectors.Ticket;

namespace Filecoin.Sealing.Pipeline;

/// <summary>The ticket that a round of labelling begins with: it decides which replica comes out.</summary>
internal static class SectorTicket
{
    /// <summary>
    /// The ticket of the round before while the chain holds the replica that was made with it, or may come to hold it, and while it is young; else a new one.
    /// </summary>
    /// <exception cref="ChainBehindException">The node shows less than was seen of the sector before.</exception>
    public static async Task<SdrResult> ChooseAsync(
        SectorFacts facts, SqlDatabase database, ISealingChain chain, SealingOptions options, CancellationToken cancellationToken)
    {
        ChainView view = (await ChainView.TakeAsync(chain, options, cancellationToken).ConfigureAwait(false)).Covering(facts);
        long head = view.Head.Height.Value;
        if (facts.Sdr is { } kept && (head - kept.Epoch < options.Policy.MaxPreCommitRandomnessLookback / 2
            || await IsBoundAsync(facts, database, view, cancellationToken).ConfigureAwait(false)))
            return kept with { Round = facts.Row.Rounds };
        ChainEpoch epoch = Math.Max(0, head - options.Policy.SealRandomnessLookback);
        Ticket ticket = await SealRandomness.TicketAsync(chain, options.Miner, epoch, view.Head.Key, cancellationToken).ConfigureAwait(false);
        return new SdrResult(ticket.ToString(), epoch.Value, facts.Row.Rounds);
    }

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
