namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>How a PoSt worker works.</summary>
public sealed record PoStWorkerOptions
{
    /// <summary>What it is called in reports.</summary>
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>Window PoSts made at once; each takes all of the prover's threads and memory.</summary>
    public int WindowSlots { get; init; } = 1;

    /// <summary>Winning PoSts made at once, beside the window PoSts.</summary>
    public int WinningSlots { get; init; } = 1;

    /// <summary>How often it reports; several times within the hub's lease.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it waits for a job with one call.</summary>
    public TimeSpan PollWait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long it waits after a call that failed.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public PoStWorkerOptions Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentOutOfRangeException.ThrowIfNegative(WindowSlots);
        ArgumentOutOfRangeException.ThrowIfNegative(WinningSlots);
        foreach (TimeSpan interval in new[] { ReportInterval, PollWait, RetryDelay })
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return this;
    }
}
