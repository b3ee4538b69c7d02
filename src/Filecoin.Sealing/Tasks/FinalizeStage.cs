using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tasks;

/// <summary>Removes layers and trees that a proven sector no longer needs.</summary>
internal sealed class FinalizeStage(SealingTaskContext context)
    : StageTask<FilesResult>(Require(context), SealStage.Finalize, TaskPlacement.LocalData, new TaskCost { MemoryBytes = 64L << 20 })
{
    protected override async Task<FilesResult> WorkAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken)
    {
        // What is removed here cannot be made again quickly: the chain is asked once more.
        ChainView view = (await ChainView.TakeAsync(Context.Chain, Context.Options, cancellationToken).ConfigureAwait(false)).Covering(facts);
        if (await view.SectorAsync(facts.Row.Id, cancellationToken).ConfigureAwait(false) is not { } found)
            throw new StageFailure(StageFault.SectorMissing, "the chain holds no such sector any more");
        if (facts.Differs(found))
            throw new StageFailure(StageFault.PreCommitForeign, $"the chain proves {found.SealedCID} under the number");
        SealJob job = await JobAsync(facts, run, cancellationToken).ConfigureAwait(false);
        await RunLocallyAsync(new FinalizeTask(), job, run, cancellationToken).ConfigureAwait(false);
        FinalizeTask.ClearSyntheticProofs(job);
        return new FilesResult(job.Paths.Cache);
    }
}
