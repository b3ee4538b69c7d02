using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>When the hub makes proofs itself.</summary>
public enum LocalProving
{
    /// <summary>Never: without a worker, jobs wait.</summary>
    Never,

    /// <summary>Where no worker lives, and where a job's time runs out.</summary>
    WhenNeeded,

    /// <summary>Like any worker.</summary>
    Always,
}

/// <summary>How jobs are shared out.</summary>
public sealed record PoStWorkerPoolOptions
{
    /// <summary>When the hub's own prover takes window jobs.</summary>
    public LocalProving LocalWindow { get; init; } = LocalProving.WhenNeeded;

    /// <summary>When the hub's own prover takes winning jobs, which are small and cannot wait.</summary>
    public LocalProving LocalWinning { get; init; } = LocalProving.WhenNeeded;

    /// <summary>A worker that has not reported for this long is gone, and its jobs go to others.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after its start, or after the last worker was seen, the hub waits for workers before it proves itself.</summary>
    public TimeSpan WorkerGrace { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>A window job with less time left is given to a second prover as well, and to the hub's own.</summary>
    public TimeSpan RescueAt { get; init; } = TimeSpan.FromMinutes(8);

    /// <summary>The same of a winning job.</summary>
    public TimeSpan WinningRescueAt { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often provers may fail at a job before the job fails.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>How long a worker that failed at a job is not given it again; others are asked at once.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for a job that a worker may ask for.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of vanilla proofs in one answer.</summary>
    public int AnswerBytes { get; init; } = 4 << 20;

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public PoStWorkerPoolOptions Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Lease, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MaxWait, TimeSpan.Zero);
        foreach (TimeSpan interval in new[] { WorkerGrace, RescueAt, WinningRescueAt, RetryAfter })
            ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Attempts);
        ArgumentOutOfRangeException.ThrowIfLessThan(AnswerBytes, 1 << 10);
        return this;
    }

    internal LocalProving Local(PoStKind kind) => kind == PoStKind.Winning ? LocalWinning : LocalWindow;

    internal TimeSpan Rescue(PoStKind kind) => kind == PoStKind.Winning ? WinningRescueAt : RescueAt;
}
