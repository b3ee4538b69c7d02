using System.Globalization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Database;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;
using Microsoft.Extensions.Logging;

namespace Filecoin.Sealing.Tasks;

/// <summary>A sector's activation and its proof.</summary>
internal sealed record CommitPart(SectorActivationManifest Manifest, byte[] Proof);

/// <summary>
/// Proves precommitted sectors to the chain, one or several in a message (miner actor method 34): each with its own proof, or all with one
/// aggregate where the options ask for it. What failed in company goes alone afterwards, and so with its own proof.
/// </summary>
internal sealed partial class SubmitCommit(
    SqlDatabase database, SealingOptions options, ISealingChain chain, MessageSender sender, ISealAggregator? aggregator, ILogger logger)
    : MessageBatch<CommitPart>(database, options, chain, sender, logger)
{
    protected override SealStage Stage => SealStage.Commit;

    protected override BatchOptions Batch => Options.Commit;

    protected override int ChainLimit => Options.Policy.MaxAggregatedSectors;

    protected override Address? From => Options.CommitFrom;

    protected override async Task<Verdict> JudgeAsync(SectorFacts facts, ChainView view, CancellationToken cancellationToken)
    {
        SectorRow row = facts.Row;
        if (await view.SectorAsync(row.Id, cancellationToken).ConfigureAwait(false) is not null)
            return new Verdict.Landed();
        if (facts is not { Seed: { } seed, PoRep: { } proof, PreCommit: { } landed })
            return new Verdict.No(StageFault.Defect, "expected a seed and a proof, found a sector without");
        long head = view.Head.Height.Value, last = landed.Epoch + (Options.Policy.MaxProveCommitDuration(row.Proof) ?? 0);
        if (await view.PreCommitAsync(row.Id, cancellationToken).ConfigureAwait(false) is not { } found)
            return new Verdict.No(head > last ? StageFault.PreCommitExpired : StageFault.PreCommitMissing, "the chain holds no precommit any more");
        if (head >= found.PreCommitEpoch.Value + Options.Policy.MaxProveCommitDuration(row.Proof))
            return new Verdict.No(StageFault.PreCommitExpired, string.Create(CultureInfo.InvariantCulture, $"the proof was due by epoch {last}, the head is {head}"));

        // A reorganisation may have moved the precommit, or changed the randomness that the proof answers.
        if (found.PreCommitEpoch.Value + Options.Policy.PreCommitChallengeDelay != seed.Epoch
            || await SealRandomness.SeedAsync(Chain, Options.Miner, seed.Epoch, view.Safe.Key, cancellationToken).ConfigureAwait(false) != Seed.Parse(seed.Seed))
            return new Verdict.No(StageFault.SeedChanged, string.Create(CultureInfo.InvariantCulture, $"the seed of epoch {seed.Epoch} is no longer the chain's"));
        if (facts.EarliestStart is { } start && start <= head)
            return new Verdict.No(StageFault.DealExpired, string.Create(CultureInfo.InvariantCulture, $"a deal starts at epoch {start}, the head is {head}"));
        ulong verified = (ulong)facts.Pieces.Where(piece => piece.Terms.Allocation is not null).Sum(piece => piece.PaddedSize);
        TokenAmount pledge = await Chain.InitialPledgeAsync(
            found.Info.Expiration - view.Head.Height, (ulong)row.Config.SectorSize.Bytes, verified, view.Head.Key, cancellationToken).ConfigureAwait(false);

        // The pledge moves until the message lands: a tenth is added, as Lotus does, and what is left over stays with the miner.
        TokenAmount needed = new TokenAmount(pledge.Atto * 11 / 10) - found.PreCommitDeposit;
        var manifest = new SectorActivationManifest(row.Id.Number.Value, [.. facts.Pieces.Select(piece => piece.Manifest())]);
        return new Verdict.Go(new CommitPart(manifest, proof.Proof), needed > TokenAmount.Zero ? needed : TokenAmount.Zero);
    }

    protected override async Task<OutgoingMessage> ComposeAsync(
        string key, Address from, IReadOnlyList<(SectorFacts Facts, CommitPart Part)> parts, TokenAmount value, ChainView view,
        CancellationToken cancellationToken)
    {
        byte[]? aggregate = await AggregateAsync(parts, view, cancellationToken).ConfigureAwait(false);
        return new OutgoingMessage
        {
            IdempotencyKey = key,
            Kind = MessageKind.ProveCommit,
            From = from,
            To = Options.Miner,
            Method = MinerMethods.ProveCommitSectors3,

            // One sector that the chain refuses shall not take the others with it; each is looked for on its own afterwards.
            Params = DagCbor.Encode(new ProveCommitSectors3Params(
                [.. parts.Select(part => part.Part.Manifest)],
                aggregate is null ? [.. parts.Select(part => (ReadOnlyMemory<byte>)part.Part.Proof)] : [],
                aggregate, aggregate is null ? null : (ulong)SnarkPackVersion.V2,
                RequireActivationSuccess: parts.Count == 1, RequireNotificationSuccess: false)),
            Value = value,
            MaxFee = Batch.MaxFee(parts.Count),
        };
    }

    /// <summary>One proof of all parts in their order, verified; null where each goes with its own.</summary>
    private async Task<byte[]?> AggregateAsync(
        IReadOnlyList<(SectorFacts Facts, CommitPart Part)> parts, ChainView view, CancellationToken cancellationToken)
    {
        PoRepConfig config = parts[0].Facts.Row.Config;
        if (Options.Aggregate is not { } wanted || aggregator is null
            || parts.Count < Math.Max(wanted.MinSectors, Options.Policy.MinAggregatedSectors)
            || view.Head.Blocks[0].ParentBaseFee < wanted.MinBaseFee
            || parts.Any(part => part.Facts.Row.Proof != parts[0].Facts.Row.Proof))
            return null;
        try
        {
            SealProofClaim[] claims = [.. parts.Select(part => new SealProofClaim(part.Facts.VerifyInfo, part.Part.Proof))];

            // Seconds of all cores, and the caller holds no lock and no transaction.
            return await Task.Run(() => aggregator.Aggregate(config, SnarkPackVersion.V2, claims, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AggregateRejectedException or ParameterFileException or MalformedProofException or PublicInputException
            or StageOrderException or IOException or UnauthorizedAccessException)
        {
            NotAggregated(Logger, parts.Count, e.Message);
            return null;
        }
    }

    [LoggerMessage(132, LogLevel.Warning, "the proofs of {Sectors} sectors go one by one: {Reason}")]
    private static partial void NotAggregated(ILogger logger, int sectors, string reason);
}
