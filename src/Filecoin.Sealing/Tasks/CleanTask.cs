using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tasks;

/// <summary>Removes what a sector that an operator took out has left on a machine, and goes on to the next machine that has something.</summary>
internal sealed class CleanTask(SealingTaskContext context) : ITask
{
    public const string Name = "Clean";

    public TaskType Type { get; } = new() { Name = Name, Placement = TaskPlacement.LocalData };

    public async ValueTask<IReadOnlyCollection<long>> SelectAsync(IReadOnlyList<TaskCandidate> candidates, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<SectorId> held = await context.Storage.HeldAsync([.. candidates.Select(candidate => SectorId.Parse(candidate.Subject))], cancellationToken).ConfigureAwait(false);
        return [.. candidates.Where(candidate => held.Contains(SectorId.Parse(candidate.Subject))).Select(candidate => candidate.Id)];
    }

    public async Task<TaskOutcome> RunAsync(TaskRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        SectorId sector = SectorId.Parse(run.Subject);
        SectorRow? row = await context.Database.ReadAsync(session => SealStore.FindAsync(session, sector), cancellationToken).ConfigureAwait(false);
        if (row is not { State: SectorState.Removed })
            return TaskOutcome.Done();
        await context.Storage.RemoveAsync(sector, cancellationToken).ConfigureAwait(false);
        bool held = (await context.Storage.HeldAsync([sector], cancellationToken).ConfigureAwait(false)).Count > 0;
        bool elsewhere = !held && await context.Storage.ExistsAsync(sector, cancellationToken).ConfigureAwait(false);
        return TaskOutcome.Done(elsewhere ? session => new TaskQueue().AddAsync(session, Name, run.Subject) : null);
    }
}
