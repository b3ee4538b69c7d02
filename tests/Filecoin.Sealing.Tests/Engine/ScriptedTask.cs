using Filecoin.Proving.Database;
using Filecoin.Sealing.Engine;

namespace Filecoin.Sealing.Tests.Engine;

/// <summary>A task that a test writes.</summary>
internal sealed class ScriptedTask(TaskType type, Func<TaskRun, CancellationToken, Task<TaskOutcome>> run) : ITask
{
    public ScriptedTask(string name, Func<TaskRun, CancellationToken, Task<TaskOutcome>> run)
        : this(new TaskType { Name = name }, run)
    {
    }

    public Func<IReadOnlyList<TaskCandidate>, IReadOnlyCollection<long>>? Select { get; init; }

    public Func<SqlSession, FailedTask, Task>? GiveUp { get; init; }

    public TaskType Type => type;

    public ValueTask<IReadOnlyCollection<long>> SelectAsync(IReadOnlyList<TaskCandidate> candidates, CancellationToken cancellationToken) =>
        new(Select?.Invoke(candidates) ?? [.. candidates.Select(candidate => candidate.Id)]);

    public Task<TaskOutcome> RunAsync(TaskRun run1, CancellationToken cancellationToken) => run(run1, cancellationToken);

    public Task GiveUpAsync(SqlSession session, FailedTask task) => GiveUp?.Invoke(session, task) ?? Task.CompletedTask;
}
