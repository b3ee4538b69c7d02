using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <summary>How a run ended.</summary>
public abstract record TaskOutcome
{
    private TaskOutcome()
    {
    }

    /// <summary>The task is done and leaves the queue.</summary>
    /// <param name="commit">Writes the result in the same transaction, so that neither can be there without the other.</param>
    public static TaskOutcome Done(Func<SqlSession, Task>? commit = null) => new Completed(commit);

    /// <summary>The run failed. It is tried again as the type's <see cref="RetryPolicy"/> says.</summary>
    /// <param name="reason">What an operator reads.</param>
    /// <param name="retry">False when trying again cannot help: the task is given up at once.</param>
    public static TaskOutcome Failed(string reason, bool retry = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new Failure(reason, retry);
    }

    /// <summary>Nothing to do yet: the task goes back into the queue and counts no attempt.</summary>
    /// <param name="delay">How long it rests. A span, since machines' clocks differ.</param>
    /// <param name="reason">What it waits for, as an operator reads it.</param>
    public static TaskOutcome Postponed(TimeSpan delay, string reason)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new Postponement(delay, reason);
    }

    internal sealed record Completed(Func<SqlSession, Task>? Commit) : TaskOutcome;

    internal sealed record Failure(string Reason, bool Retry) : TaskOutcome;

    internal sealed record Postponement(TimeSpan Delay, string Reason) : TaskOutcome;
}
