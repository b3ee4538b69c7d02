namespace Filecoin.Sealing.Engine;

/// <summary>How often a task is tried, and how long it rests between tries: exponential with a cap, and up to a fifth less by chance.</summary>
public sealed record RetryPolicy
{
    /// <summary>Failed runs before the task is given up, at least 1.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>
    /// Machines that may be lost under the task before it is given up, at least 1. They are counted apart from failures: a task that brings down
    /// every machine that takes it must end too.
    /// </summary>
    public int MaxLosses { get; init; } = 10;

    /// <summary>Rest after the first failure; it doubles with each further one.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest rest.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The rest after so many failures.</summary>
    /// <param name="failures">At least 1.</param>
    /// <param name="chance">0 to 1: how much of the jitter is taken off.</param>
    public TimeSpan DelayAfter(int failures, double chance = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        double ticks = Math.Min(MaxDelay.Ticks, FirstDelay.Ticks * Math.Pow(2, Math.Min(failures - 1, 62)));
        return TimeSpan.FromTicks((long)(ticks * (1 - (0.2 * chance))));
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLosses, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, FirstDelay);
    }
}
