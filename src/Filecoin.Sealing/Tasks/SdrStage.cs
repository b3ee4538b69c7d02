using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;
using Ticket = Filecoin.Proving.Sectors.Ticket;

namespace Filecoin.Sealing.Tasks;

/// <summary>Draws the ticket, writes it down, and labels the layers. A run that takes over goes on with the same ticket.</summary>
internal sealed class SdrStage(SealingTaskContext context) : StageTask<SdrResult>(context, SealStage.Sdr, TaskPlacement.Anywhere, Cost(Require(context)))
{
    protected override async Task<SdrResult> WorkAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken)
    {
        SectorRow row = facts.Row;
        SdrResult drawn = facts.Sdr is { } sdr && sdr.Round == row.Rounds ? sdr : await DrawAsync(facts, run, cancellationToken).ConfigureAwait(false);
        SectorFacts current = await Context.Database.ReadAsync(session => SealStore.FactsAsync(session, row.Id), cancellationToken).ConfigureAwait(false) ?? facts;
        await RunLocallyAsync(new SdrTask(), await JobAsync(current, run, cancellationToken).ConfigureAwait(false), run, cancellationToken).ConfigureAwait(false);
        return drawn;
    }

    /// <summary>A round begins: what an earlier one left is removed, and the ticket is written down before anything is made with it.</summary>
    private async Task<SdrResult> DrawAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken)
    {
        SectorRow row = facts.Row;
        NetworkPolicy policy = Context.Options.Policy;
        ChainView view = (await ChainView.TakeAsync(Context.Chain, Context.Options, cancellationToken).ConfigureAwait(false)).Covering(facts);
        SdrResult drawn;
        if (facts.Sdr is { } kept && (await view.PreCommitAsync(row.Id, cancellationToken).ConfigureAwait(false) is not null
            || view.Head.Height.Value - kept.Epoch < policy.MaxPreCommitRandomnessLookback / 2))
        {
            drawn = kept with { Round = row.Rounds };
        }
        else
        {
            ChainEpoch epoch = Math.Max(0, view.Head.Height.Value - policy.SealRandomnessLookback);
            Ticket ticket = await SealRandomness.TicketAsync(Context.Chain, Context.Options.Miner, epoch, view.Head.Key, cancellationToken).ConfigureAwait(false);
            drawn = new SdrResult(ticket.ToString(), epoch.Value, row.Rounds);
        }

        await Context.Storage.RemoveAsync(row.Id, cancellationToken).ConfigureAwait(false);
        await run.WriteAsync(session => SealStore.NoteAsync(session, row.Id, row.Run, run.Machine, PipelineJson.Write(drawn)), cancellationToken).ConfigureAwait(false);
        return drawn;
    }

    private static TaskCost Cost(SealingTaskContext context)
    {
        SectorSize size = context.Options.Config.SectorSize;
        return new TaskCost
        {
            // Two layers are in memory, and windows of parents; 64.25 GiB for 32 GiB.
            Cores = 1,
            MemoryBytes = (2 * size.Bytes) + (256L << 20),
            Scratch = [new ScratchSpace(StorageKind.Sealing, StorageLayout.SealingBytes(SectorFileType.Unsealed | SectorFileType.Sealed | SectorFileType.Cache, size))],
        };
    }
}
