using System.Globalization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Database;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;
using Microsoft.Extensions.Logging;
using Ticket = Filecoin.Proving.Sectors.Ticket;

namespace Filecoin.Sealing.Tasks;

/// <summary>Precommits sectors, several in a message (miner actor method 28).</summary>
internal sealed class SubmitPreCommit(SqlDatabase database, SealingOptions options, ISealingChain chain, MessageSender sender, ILogger logger)
    : MessageBatch<SectorPreCommitInfo>(database, options, chain, sender, logger)
{
    protected override SealStage Stage => SealStage.PreCommit;

    protected override BatchOptions Batch => Options.PreCommit;

    protected override int ChainLimit => Options.Policy.PreCommitBatchMax;

    protected override Address? From => Options.PreCommitFrom;

    protected override async Task<Verdict> JudgeAsync(SectorFacts facts, ChainView view, CancellationToken cancellationToken)
    {
        SectorRow row = facts.Row;
        if (await view.SectorAsync(row.Id, cancellationToken).ConfigureAwait(false) is not null
            || await view.PreCommitAsync(row.Id, cancellationToken).ConfigureAwait(false) is not null)
            return new Verdict.Landed();
        if ((await view.AllocatedAsync(cancellationToken).ConfigureAwait(false)).Contains(row.Id.Number.Value))
            return new Verdict.No(StageFault.PreCommitExpired, "the number was precommitted, and the chain holds neither the precommit nor a sector any more");
        if (facts is not { Sdr: { } sdr, Trees: { } })
            return new Verdict.No(StageFault.Defect, "expected a ticket and a replica, found a sector without");

        // The message must land while the ticket is young enough; a few epochs are kept for its way.
        long head = view.Head.Height.Value, age = head - sdr.Epoch, oldest = Options.Policy.MaxPreCommitRandomnessLookback - Options.Confidence - 1;
        if (age > oldest)
            return new Verdict.No(StageFault.TicketExpired, string.Create(CultureInfo.InvariantCulture, $"expected a ticket of at most {oldest} epochs, found one of {age}"));
        Ticket now = await SealRandomness.TicketAsync(Chain, Options.Miner, sdr.Epoch, view.Safe.Key, cancellationToken).ConfigureAwait(false);
        if (now != facts.Ticket)
            return new Verdict.No(StageFault.TicketChanged, $"expected ticket {facts.Ticket} at epoch {sdr.Epoch}, found {now}");
        if (facts.EarliestStart is { } start && start <= head + Options.Policy.PreCommitChallengeDelay)
            return new Verdict.No(StageFault.DealExpired, string.Create(CultureInfo.InvariantCulture, $"a deal starts at epoch {start}, the head is {head}"));
        long expiration = Expiration(facts, head);
        if (facts.LatestEnd > expiration)
            return new Verdict.No(StageFault.DealExpired, string.Create(CultureInfo.InvariantCulture, $"a deal ends at epoch {facts.LatestEnd}, sectors may live to {expiration}"));
        var info = new SectorPreCommitInfo(
            row.Proof, row.Id.Number.Value, Cid.FromSealedCommitment(facts.CommR.Span), sdr.Epoch, [], expiration,
            facts.Pieces.Count == 0 ? null : Cid.FromPieceCommitment(facts.CommD.Span));
        return new Verdict.Go(info, await Chain.PreCommitDepositAsync(Options.Miner, info, view.Head.Key, cancellationToken).ConfigureAwait(false), expiration);
    }

    protected override Task<OutgoingMessage> ComposeAsync(
        string key, Address from, IReadOnlyList<(SectorFacts Facts, SectorPreCommitInfo Part)> parts, TokenAmount value, ChainView view,
        CancellationToken cancellationToken) => Task.FromResult(new OutgoingMessage
        {
            IdempotencyKey = key,
            Kind = MessageKind.PreCommit,
            From = from,
            To = Options.Miner,
            Method = MinerMethods.PreCommitSectorBatch2,
            Params = DagCbor.Encode(new PreCommitSectorBatch2Params([.. parts.Select(part => part.Part)])),
            Value = value,
            MaxFee = Batch.MaxFee(parts.Count),
        });

    /// <summary>
    /// When the sector ends: long enough for its deals and for the network's minimum, which counts from the last epoch that it may be proven in
    /// (builtin-actors miner <c>validate_expiration</c>).
    /// </summary>
    private long Expiration(SectorFacts facts, long head)
    {
        NetworkPolicy policy = Options.Policy;
        long proven = head + (policy.MaxProveCommitDuration(facts.Row.Proof) ?? 0);
        long least = proven + policy.MinSectorExpiration + policy.WPoStProvingPeriod;
        long wanted = Math.Max(Math.Max(head + Options.SectorLifetime, facts.LatestEnd ?? 0), least);
        return Math.Min(wanted, head + Math.Min(policy.MaxSectorExpirationExtension, policy.MaxSectorLifetime) - 1);
    }
}
