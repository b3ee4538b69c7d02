using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <summary>One run of a task under a lease. Safe for concurrent use.</summary>
public sealed class TaskRun
{
    private readonly TaskLeases _leases;
    private volatile string? _note;

    internal TaskRun(TaskLeases leases, TaskLease lease, string machine, IReadOnlyList<int> gpus, long startedAt)
    {
        _leases = leases;
        Lease = lease;
        Machine = machine;
        Gpus = gpus;
        StartedAt = startedAt;
    }

    /// <summary>The task's id, unique for ever.</summary>
    public long Id => Lease.Id;

    /// <summary>The type's name.</summary>
    public string Type => Lease.Type;

    /// <summary>What it is about.</summary>
    public string Subject => Lease.Subject;

    /// <summary>What was given with it.</summary>
    public string Payload => Lease.Payload;

    /// <summary>1 for the first try; failed runs and lost machines count.</summary>
    public long Attempt => Lease.Attempts + Lease.Losses + 1;

    /// <summary>The lease's token: every later lease on the same task has a higher one.</summary>
    public long Fence => Lease.Fence;

    /// <summary>The machine that runs it.</summary>
    public string Machine { get; }

    /// <summary>The GPUs that are this run's alone, by number from 0.</summary>
    public IReadOnlyList<int> Gpus { get; }

    /// <summary>The space that is kept for this run, in the order of the cost's scratch.</summary>
    public IReadOnlyList<StorageReservation> Reservations => Lease.Reservations;

    internal TaskLease Lease { get; }

    /// <summary>When it began, by the machine's monotonic clock.</summary>
    internal long StartedAt { get; }

    /// <summary>
    /// Runs a transaction that is kept only while the lease is this run's; the check and the writes are one transaction. As with every transaction, the
    /// work may run again from its start.
    /// </summary>
    /// <exception cref="LeaseLostException">The task was taken over or withdrawn: end the run.</exception>
    /// <exception cref="DatabaseException">It did not happen, or its outcome is unknown.</exception>
    public Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken = default) =>
        _leases.WriteAsync(Lease, work, cancellationToken);

    /// <inheritdoc cref="WriteAsync{T}(Func{SqlSession, Task{T}}, CancellationToken)"/>
    public Task WriteAsync(Func<SqlSession, Task> work, CancellationToken cancellationToken = default) =>
        WriteAsync(
            async session =>
            {
                await work(session).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>Says what the run is at, for operators. It reaches the database with the machine's next heartbeat.</summary>
    public void Report(string note) => _note = note;

    /// <summary>What was reported since the last call; null when nothing was.</summary>
    internal string? TakeNote() => Interlocked.Exchange(ref _note, null);

    /// <inheritdoc/>
    public override string ToString() => $"{Type} {Subject} (task {Id}, token {Fence})";
}
