using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tasks;

/// <summary>Makes and stores the proofs of all synthetic challenges (FIP-0059).</summary>
internal sealed class SyntheticStage(SealingTaskContext context) : StageTask<FilesResult>(
    Require(context), SealStage.Synthetic, TaskPlacement.LocalData, new TaskCost { Cores = context.Degree, MemoryBytes = 1L << 30 })
{
    protected override async Task<FilesResult> WorkAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken)
    {
        SealJob job = await LabelledJobAsync(facts, run, cancellationToken).ConfigureAwait(false);
        var inputs = new PoRepPublicInputs(job.ReplicaId, job.CommD, facts.CommR, default(Seed));
        await Task.Run(
            () => SyntheticProofs.Generate(job.Config, new ReplicaFiles(job.Paths.Cache, job.Paths.Sealed), inputs, Context.Degree, null, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return new FilesResult(job.Paths.Cache);
    }
}
