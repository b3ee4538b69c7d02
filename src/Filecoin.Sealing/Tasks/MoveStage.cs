using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tasks;

/// <summary>Brings the sector to where it stays, and makes it known to those who prove it.</summary>
internal sealed class MoveStage(SealingTaskContext context)
    : StageTask<FilesResult>(Require(context), SealStage.Move, TaskPlacement.LocalData, new TaskCost { Cores = 1, MemoryBytes = 64L << 20 })
{
    protected override async Task<FilesResult> WorkAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken) => new(
        await Context.Storage.StoreAsync(facts.Row.Id, facts.Row.Config.SectorSize, facts.Pieces.Count > 0, cancellationToken).ConfigureAwait(false));
}
