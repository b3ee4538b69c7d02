using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tasks;

/// <summary>
/// Brings the sector to where it stays, and makes it known to those who prove it. Where the machine that sealed it keeps no sectors, one that does
/// takes the task and fetches the files.
/// </summary>
internal sealed class MoveStage(SealingTaskContext context)
    : StageTask<FilesResult>(Require(context), SealStage.Move, TaskPlacement.LocalData, new TaskCost { Cores = 1, MemoryBytes = 64L << 20 })
{
    protected override Task<IReadOnlyCollection<SectorId>> TakesAsync(IReadOnlyList<SectorId> sectors, CancellationToken cancellationToken) =>
        Context.Storage.StorableAsync(sectors, Context.Options.Config.SectorSize, cancellationToken);

    protected override async Task<FilesResult> WorkAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken) => new(
        await Context.Storage.StoreAsync(facts.Row.Id, facts.Row.Config.SectorSize, facts.Pieces.Count > 0, cancellationToken).ConfigureAwait(false));
}
