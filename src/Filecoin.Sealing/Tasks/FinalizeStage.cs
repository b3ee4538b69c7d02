using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tasks;

/// <summary>Removes layers and trees that a proven sector no longer needs.</summary>
internal sealed class FinalizeStage(SealingTaskContext context)
    : StageTask<FilesResult>(Require(context), SealStage.Finalize, TaskPlacement.LocalData, new TaskCost { MemoryBytes = 64L << 20 })
{
    protected override async Task<FilesResult> WorkAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken)
    {
        SealJob job = await JobAsync(facts, run, cancellationToken).ConfigureAwait(false);
        await RunLocallyAsync(new FinalizeTask(), job, run, cancellationToken).ConfigureAwait(false);
        FinalizeTask.ClearSyntheticProofs(job);
        return new FilesResult(job.Paths.Cache);
    }
}
