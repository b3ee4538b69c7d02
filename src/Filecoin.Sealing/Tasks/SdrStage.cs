using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

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
        SdrResult drawn = await SectorTicket.ChooseAsync(facts, Context.Database, Context.Chain, Context.Options, cancellationToken).ConfigureAwait(false);
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
