using Filecoin.Proving.Trees;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tasks;

/// <summary>TreeC, the replica and TreeR: phase 2 of precommit.</summary>
internal sealed class TreesStage(SealingTaskContext context)
    : StageTask<TreesResult>(Require(context), SealStage.Trees, TaskPlacement.LocalData, Cost(context))
{
    protected override async Task<TreesResult> WorkAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken)
    {
        SealJob job = await LabelledJobAsync(facts, run, cancellationToken).ConfigureAwait(false);
        await RunLocallyAsync(new TreesTask(), job, run, cancellationToken).ConfigureAwait(false);
        return new TreesResult(PersistentAux.Read(job.Paths.Cache).CommR.ToString());
    }

    private static TaskCost Cost(SealingTaskContext context) => new()
    {
        Cores = context.Degree,
        MemoryBytes = (context.Options.Config.SectorSize.Bytes / 4) + (256L << 20),
    };
}
