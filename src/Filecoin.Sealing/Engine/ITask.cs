using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <summary>
/// How tasks of one type are done. One file a task. Any number of machines may hold the same type; the engine sees to it that one of them runs a task,
/// and that only that one can write.
/// </summary>
/// <remarks>
/// A run may be cut off anywhere and the task run again from its start, here or elsewhere. So a run looks first at what is done, goes on from its
/// checkpoints, and writes what it decides by <see cref="TaskRun.WriteAsync{T}"/> alone.
/// </remarks>
public interface ITask
{
    /// <summary>Name, cost, limits, retries, placement. The same value every time.</summary>
    TaskType Type { get; }

    /// <summary>
    /// Of some waiting tasks, those that this machine can take now. Asked only where the placement is not <see cref="TaskPlacement.Anywhere"/>. It may
    /// read a database or a directory; it must not begin anything, for another machine may be faster.
    /// </summary>
    /// <param name="candidates">At least one, the most urgent first.</param>
    /// <param name="cancellationToken">The engine stops.</param>
    /// <returns>Ids out of <paramref name="candidates"/>; others are ignored.</returns>
    ValueTask<IReadOnlyCollection<long>> SelectAsync(IReadOnlyList<TaskCandidate> candidates, CancellationToken cancellationToken) =>
        new([.. candidates.Select(candidate => candidate.Id)]);

    /// <summary>
    /// Does the task, or what is left of it. An exception counts as a failure to try again, except that a database that is away for a while only
    /// postpones.
    /// </summary>
    /// <param name="run">Which task, and the door for its writes.</param>
    /// <param name="cancellationToken">
    /// The lease is lost, the task was withdrawn, or the engine stops: end soon. What was written by <paramref name="run"/> stays.
    /// </param>
    Task<TaskOutcome> RunAsync(TaskRun run, CancellationToken cancellationToken);

    /// <summary>
    /// The task will not be tried again. Runs in the transaction that takes it out of the queue, so that whoever waits for it learns of its end for
    /// certain. It only writes rows.
    /// </summary>
    Task GiveUpAsync(SqlSession session, FailedTask task) => Task.CompletedTask;
}
