using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>
/// Shares PoSt jobs out to workers: the job whose time runs out first goes first, winning jobs have a queue and slots of their own, a job whose worker
/// is gone or failed goes to another, and a job whose time runs out goes to two. No proof leaves the pool that does not verify. Safe for concurrent use.
/// </summary>
/// <remarks>The pool keeps nothing on disk: whoever asks for a proof asks again after a restart, and workers say what they hold.</remarks>
public sealed partial class PoStWorkerPool : IPoStHub, IDisposable
{
    private const int RememberedIds = 1024;

    private readonly IPoStVerifier _verifier;
    private readonly PoStWorkerPoolOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PoolJob> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PoolWorker> _workers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _local = new(StringComparer.Ordinal);
    private readonly List<PoolWaiter> _waiters = [];
    private readonly Dictionary<string, byte[]?> _over = new(StringComparer.Ordinal);
    private readonly Queue<string> _overInOrder = new();
    private DateTimeOffset _remoteSeen;

    /// <summary>An empty pool.</summary>
    /// <param name="verifier">Checks every proof before it counts.</param>
    /// <param name="options">How jobs are shared out.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where workers that come, go and fail are told.</param>
    public PoStWorkerPool(IPoStVerifier verifier, PoStWorkerPoolOptions? options = null, TimeProvider? time = null, ILogger<PoStWorkerPool>? logger = null)
    {
        _verifier = verifier;
        _options = (options ?? new()).Validate();
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<PoStWorkerPool>.Instance;
        _remoteSeen = _time.GetUtcNow();
        TimeSpan interval = TimeSpan.FromMilliseconds(Math.Min(1000, _options.Lease.TotalMilliseconds / 4));
        _timer = _time.CreateTimer(_ => Tick(), null, interval, interval);
    }

    /// <summary>Jobs and workers now.</summary>
    public PoStPoolState State
    {
        get
        {
            lock (_lock)
            {
                return new PoStPoolState(
                    [.. _jobs.Values.OrderBy(job => job.Job.Deadline).Select(job => job.State(_workers))],
                    [.. _workers.Values.OrderBy(worker => worker.Report.Name, StringComparer.Ordinal)
                        .Select(worker => worker.State([.. _jobs.Values.Where(job => job.Leases.ContainsKey(worker.Report.Worker)).Select(job => job.Job.Id)]))]);
            }
        }
    }

    /// <summary>Has a job's proof made by some worker. Asking for the same job twice has it made once.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">
    /// Gives up waiting. A worker that is at it goes on, for whoever asks again after a restart; see <see cref="Withdraw"/>.
    /// </param>
    /// <returns>192 bytes; verified.</returns>
    /// <exception cref="PoStJobFailedException">Several provers failed at it.</exception>
    /// <exception cref="TimeoutException">Its time ran out.</exception>
    public async Task<byte[]> ProveAsync(PoStJob job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        PoolJob entry;
        lock (_lock)
        {
            if (_over.GetValueOrDefault(job.Id) is { } made)
                return [.. made];
            if (!_jobs.TryGetValue(job.Id, out entry!))
            {
                entry = new PoolJob(job);
                _jobs.Add(job.Id, entry);
                _over.Remove(job.Id);
                foreach (PoolWorker worker in _workers.Values.Where(worker => worker.Holds(job.Id)))
                    entry.Leases[worker.Report.Worker] = _time.GetUtcNow();
            }

            entry.Callers++;
            Dispatch();
        }

        try
        {
            return await entry.Done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                if (--entry.Callers == 0 && _jobs.GetValueOrDefault(job.Id) == entry)
                    _jobs.Remove(job.Id);
            }
        }
    }

    /// <summary>Says that a job's proof is of no use any more: whoever is at it stops.</summary>
    public void Withdraw(string job)
    {
        lock (_lock)
        {
            if (_jobs.Remove(job, out PoolJob? entry))
                entry.Done.TrySetCanceled();
            Remember(job, null);
        }
    }

    /// <summary>Lets this machine take jobs, as far as the options allow. Ends when cancelled.</summary>
    /// <param name="snarks">The prover.</param>
    /// <param name="options">Its slots.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task RunLocalAsync(IPoStSnarks snarks, PoStWorkerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PoStWorkerOptions { Name = "hub" };
        var worker = new PoStWorker(
            this, snarks,
            options with
            {
                WindowSlots = _options.LocalWindow == LocalProving.Never ? 0 : options.WindowSlots,
                WinningSlots = _options.LocalWinning == LocalProving.Never ? 0 : options.WinningSlots,
            },
            _time, _logger);
        lock (_lock)
            _local.Add(worker.Id);
        try
        {
            await worker.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                Forget(worker.Id);
                _local.Remove(worker.Id);
                Dispatch();
            }
        }
    }

    /// <inheritdoc/>
    public Task<PoStWorkerOrders> ReportAsync(PoStWorkerReport report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            bool isLocal = _local.Contains(report.Worker);
            if (!_workers.TryGetValue(report.Worker, out PoolWorker? worker))
            {
                _workers.Add(report.Worker, worker = new PoolWorker(report, isLocal));
                if (!isLocal)
                    Joined(_logger, report.Name, report.WindowSlots, report.WinningSlots);
            }

            worker.Seen(report, now);
            if (!isLocal)
                _remoteSeen = now;
            foreach (PoolJob job in _jobs.Values)
            {
                if (worker.Holds(job.Job.Id))
                    job.Leases.TryAdd(report.Worker, now);
                else if (job.Leases.TryGetValue(report.Worker, out DateTimeOffset since) && now - since > _options.Lease / 3)
                    job.Leases.Remove(report.Worker);
            }

            Dispatch();
            return Task.FromResult(new PoStWorkerOrders(
                [.. worker.Held.Where(_over.ContainsKey)], [.. report.Finished.Where(_jobs.ContainsKey)]));
        }
    }

    /// <inheritdoc/>
    public async Task<PoStJobOffer?> NextJobAsync(string worker, PoStKind kind, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        var waiter = new PoolWaiter(worker, kind);
        lock (_lock)
        {
            if (!_workers.TryGetValue(worker, out PoolWorker? known))
                throw new PoStWorkerUnknownException(worker);
            known.LastSeen = _time.GetUtcNow();
            _waiters.Add(waiter);
            Dispatch();
        }

        try
        {
            TimeSpan bounded = wait < _options.MaxWait ? wait : _options.MaxWait;
            return await waiter.Offer.Task.WaitAsync(bounded > TimeSpan.Zero ? bounded : TimeSpan.FromTicks(1), _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lock (_lock)
                _waiters.Remove(waiter);
            return waiter.Offer.Task.IsCompletedSuccessfully ? await waiter.Offer.Task.ConfigureAwait(false) : null;
        }
        finally
        {
            lock (_lock)
                _waiters.Remove(waiter);
        }
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> JobProofsAsync(string job, int first, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        PoolJob? entry;
        lock (_lock)
            entry = _jobs.GetValueOrDefault(job);
        return Task.FromResult(entry is null ? default : entry.Vanilla(first, _options.AnswerBytes));
    }

    /// <inheritdoc/>
    public async Task<PoStReceipt> ReturnAsync(string worker, string job, ReadOnlyMemory<byte> proof, CancellationToken cancellationToken = default)
    {
        PoolJob? entry;
        lock (_lock)
        {
            entry = _jobs.GetValueOrDefault(job);
            if (entry is null)
                return _over.ContainsKey(job) ? PoStReceipt.Taken : PoStReceipt.NotAsked;
        }

        bool valid = await Task.Run(() => IsValid(entry.Job, proof.Span), cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            if (!valid)
            {
                Invalid(_logger, NameOf(worker), entry.Job.Title);
                Failed(entry, worker, "made a proof that does not verify");
                return PoStReceipt.Invalid;
            }

            entry.Done.TrySetResult(proof.ToArray());
            _jobs.Remove(job);
            Remember(job, proof.ToArray());
            return PoStReceipt.Taken;
        }
    }

    /// <inheritdoc/>
    public Task FailAsync(string worker, string job, string reason, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_jobs.TryGetValue(job, out PoolJob? entry))
                Failed(entry, worker, reason);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            foreach (PoolJob job in _jobs.Values)
                job.Done.TrySetCanceled();
            foreach (PoolWaiter waiter in _waiters)
                waiter.Offer.TrySetResult(null);
        }
    }

    private bool IsValid(PoStJob job, ReadOnlySpan<byte> proof)
    {
        try
        {
            return _verifier.Verify(job.Proof, job.PublicInputs, proof);
        }
        catch (MalformedProofException)
        {
            return false;
        }
    }

    // Everything below holds the lock.
    private void Failed(PoolJob job, string worker, string reason)
    {
        if (!_jobs.ContainsKey(job.Job.Id))
            return;
        job.Leases.Remove(worker);
        job.FailedOn[worker] = _time.GetUtcNow();
        job.Failures.Add($"{NameOf(worker)}: {reason}");
        JobFailed(_logger, NameOf(worker), job.Job.Title, reason);
        if (job.Failures.Count >= _options.Attempts)
        {
            job.Done.TrySetException(new PoStJobFailedException(job.Job.Title, [.. job.Failures]));
            _jobs.Remove(job.Job.Id);
        }

        Dispatch();
    }

    private void Tick()
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            foreach (PoolWorker gone in _workers.Values.Where(worker => now - worker.LastSeen > _options.Lease).ToArray())
            {
                Forget(gone.Report.Worker);
                Gone(_logger, gone.Report.Name, _options.Lease);
            }

            foreach (PoolJob late in _jobs.Values.Where(job => job.Job.Deadline <= now).ToArray())
            {
                late.Done.TrySetException(new TimeoutException($"{late.Job.Title}: no proof until {late.Job.Deadline:O}"));
                _jobs.Remove(late.Job.Id);
                Remember(late.Job.Id, null);
            }

            Dispatch();
        }
    }

    private void Forget(string worker)
    {
        _workers.Remove(worker);
        foreach (PoolJob job in _jobs.Values)
            job.Leases.Remove(worker);
    }

    // What was made lately is kept, so that asking again for it costs nothing; what was withdrawn, so that whoever is at it hears of it.
    private void Remember(string job, byte[]? proof)
    {
        if (!_over.ContainsKey(job))
            _overInOrder.Enqueue(job);
        _over[job] = proof ?? _over.GetValueOrDefault(job);
        while (_overInOrder.Count > RememberedIds)
            _over.Remove(_overInOrder.Dequeue());
    }

    private void Dispatch()
    {
        if (_jobs.Count == 0 || _waiters.Count == 0)
            return;
        DateTimeOffset now = _time.GetUtcNow();

        // The hub's own slots come last: workers are what they are kept free for.
        foreach (PoolWaiter waiter in _waiters.OrderBy(waiter => _local.Contains(waiter.Worker)).ToArray())
        {
            if (!_workers.TryGetValue(waiter.Worker, out PoolWorker? worker))
                continue;
            PoolJob? job = _jobs.Values
                .Where(job => job.Job.Proof.Kind == waiter.Kind && MayTake(worker, job, now))
                .OrderBy(job => job.Leases.Count).ThenBy(job => job.Job.Deadline).ThenBy(job => job.Job.Id, StringComparer.Ordinal)
                .FirstOrDefault();
            if (job is null || !waiter.Offer.TrySetResult(job.Offer(now)))
                continue;
            job.Leases[waiter.Worker] = now;
            _waiters.Remove(waiter);
        }
    }

    private bool MayTake(PoolWorker worker, PoolJob job, DateTimeOffset now)
    {
        PoStKind kind = job.Job.Proof.Kind;
        bool rescue = job.Job.Deadline - now <= _options.Rescue(kind);
        if (job.Done.Task.IsCompleted || job.Leases.ContainsKey(worker.Report.Worker) || job.Leases.Count > (rescue ? 1 : 0))
            return false;
        if (job.FailedOn.TryGetValue(worker.Report.Worker, out DateTimeOffset failed)
            && (job.Leases.Count > 0 || now - failed < _options.RetryAfter
                || _workers.Values.Any(other => other.Slots(kind) > 0 && !job.FailedOn.ContainsKey(other.Report.Worker))))
            return false;
        if (!worker.IsLocal || _options.Local(kind) == LocalProving.Always || rescue)
            return true;
        return _options.Local(kind) == LocalProving.WhenNeeded && now - _remoteSeen >= _options.WorkerGrace
            && !_workers.Values.Any(other => !other.IsLocal && other.Slots(kind) > 0);
    }

    private string NameOf(string worker) => _workers.TryGetValue(worker, out PoolWorker? known) ? known.Report.Name : worker;

    [LoggerMessage(300, LogLevel.Information, "PoSt worker {Name} joined with {Window} window and {Winning} winning slots")]
    private static partial void Joined(ILogger logger, string name, int window, int winning);

    [LoggerMessage(301, LogLevel.Warning, "PoSt worker {Name} was not heard of for {Lease}; its jobs go to others")]
    private static partial void Gone(ILogger logger, string name, TimeSpan lease);

    [LoggerMessage(302, LogLevel.Warning, "PoSt worker {Name} failed at {Job}: {Reason}")]
    private static partial void JobFailed(ILogger logger, string name, string job, string reason);

    [LoggerMessage(303, LogLevel.Error, "PoSt worker {Name} made an invalid proof of {Job}")]
    private static partial void Invalid(ILogger logger, string name, string job);
}
