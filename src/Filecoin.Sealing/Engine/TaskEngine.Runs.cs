using System.Security.Cryptography;
using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <content>Runs: their beginning, and the one place where each of their ends is written.</content>
public sealed partial class TaskEngine
{
    private const int MaxReason = 2000;

    private void Begin(Session session, ITask task, TaskLease lease, long claimBegan)
    {
        IReadOnlyList<int> gpus = _ledger.Take(task.Type);
        var active = new ActiveRun(new TaskRun(_leases, lease, Machine, gpus, _time.GetTimestamp()), task, session.Lost.Token, _stopping.Token);
        if (!_runs.TryAdd(lease.Id, active))
            throw new InvalidOperationException($"task {lease.Id} was claimed twice by one machine");

        // What keeps cores busy gets a thread of its own: a pool full of sealing would let heartbeats wait.
        TaskCreationOptions thread = task.Type.Cost.Cores > 0 ? TaskCreationOptions.LongRunning : TaskCreationOptions.None;
        _ = Task.Factory.StartNew(() => ExecuteAsync(active, claimBegan), CancellationToken.None, thread, TaskScheduler.Default);
    }

    private async Task ExecuteAsync(ActiveRun active, long claimBegan)
    {
        string outcome = "unknown";
        Task added = Task.CompletedTask;
        try
        {
            Metrics.Started(active.Run.Type, _time.GetElapsedTime(claimBegan));
            (TaskOutcome? result, Exception? error) = await RunAsync(active).ConfigureAwait(false);
            active.Settling();
            added = _queue.Added;
            outcome = await SettleAsync(active, result, error).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            EngineLog.Unforeseen(_logger, e);
        }
        finally
        {
            Metrics.Ended(active.Run.Type, outcome, _time.GetElapsedTime(active.Run.StartedAt));
            _ledger.Release(active.Task.Type, active.Run.Gpus);
            _runs.TryRemove(active.Run.Id, out _);
            active.Dispose();

            // What the end itself added is there only now that it is written.
            if (added.IsCompleted)
                _queue.Wake();
            else
                _freed.Raise();
        }
    }

    /// <returns>How the run ended, and what was thrown; without an outcome it was cancelled or has lost its lease.</returns>
    private async Task<(TaskOutcome? Outcome, Exception? Error)> RunAsync(ActiveRun active)
    {
        TaskRun run = active.Run;
        RetryPolicy retry = active.Task.Type.Retry;
        if (run.Lease.Losses >= retry.MaxLosses)
            return (TaskOutcome.Failed($"{run.Lease.Losses} machines were lost while they ran it", retry: false), null);
        EngineLog.RunStarts(_logger, run, run.Attempt);
        try
        {
            return (await active.Task.RunAsync(run, active.Token).ConfigureAwait(false), null);
        }
        catch (LeaseLostException)
        {
            return default;
        }
        catch (OperationCanceledException) when (active.Token.IsCancellationRequested)
        {
            return default;
        }
        catch (DatabaseException e) when (e.IsTransient)
        {
            return (TaskOutcome.Postponed(retry.FirstDelay, e.Message), e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (TaskOutcome.Failed($"{e.GetType().Name}: {e.Message}"), e);
        }
        catch (OutOfMemoryException e)
        {
            return (TaskOutcome.Failed($"out of memory: {e.Message}"), e);
        }
    }

    /// <summary>Writes the end of a run, for as long as its lease lasts.</summary>
    /// <returns>Its name in the history and in metrics.</returns>
    private async Task<string> SettleAsync(ActiveRun active, TaskOutcome? outcome, Exception? error)
    {
        TaskRun run = active.Run;
        if (active.IsWithdrawn)
        {
            EngineLog.Withdrawn(_logger, run);
            return "withdrawn";
        }

        while (!active.LeaseLost.IsCancellationRequested)
        {
            try
            {
                return await WriteEndAsync(active, outcome, error, active.LeaseLost).ConfigureAwait(false);
            }
            catch (LeaseLostException)
            {
                break;
            }
            catch (OperationCanceledException) when (active.LeaseLost.IsCancellationRequested)
            {
                break;
            }
            catch (DatabaseException e) when (e.IsTransient)
            {
                EngineLog.DatabaseAway(_logger, e.Message);
            }
            catch (Exception e) when (outcome is TaskOutcome.Completed)
            {
                // The result could not be written with the end: then the run has failed.
                error = e;
                outcome = TaskOutcome.Failed($"the result could not be written: {e.GetType().Name}: {e.Message}");
                continue;
            }
            catch (Exception e) when (outcome is TaskOutcome.Failure)
            {
                // Nobody could be told that it is given up, so it is not: it rests, and an operator finds the reason.
                EngineLog.Unforeseen(_logger, e);
                outcome = TaskOutcome.Postponed(active.Task.Type.Retry.MaxDelay, Short($"giving up failed: {e.GetType().Name}: {e.Message}"));
                continue;
            }

            if (!await PauseAsync(RetryPause, active.LeaseLost).ConfigureAwait(false) || _ending.IsCancellationRequested)
                break;
        }

        EngineLog.RunFailed(_logger, run, "no longer this machine's", "the lease is lost", error);
        return "lost";
    }

    /// <inheritdoc cref="SettleAsync"/>
    private async Task<string> WriteEndAsync(ActiveRun active, TaskOutcome? outcome, Exception? error, CancellationToken cancellationToken)
    {
        TaskRun run = active.Run;
        TaskLease lease = run.Lease;
        RetryPolicy retry = active.Task.Type.Retry;
        switch (outcome)
        {
            case TaskOutcome.Completed done:
                await _leases.EndAsync(lease, "done", null, done.Commit, cancellationToken).ConfigureAwait(false);
                EngineLog.RunEnded(_logger, run, "done");
                return "done";
            case TaskOutcome.Postponement postponed:
                await _leases.ReturnAsync(lease, null, Short(postponed.Reason), failed: false, postponed.Delay, cancellationToken).ConfigureAwait(false);
                EngineLog.RunEnded(_logger, run, "postponed");
                return "postponed";
            case TaskOutcome.Failure failure when failure.Retry && lease.Attempts + 1 < retry.MaxAttempts:
                TimeSpan rest = retry.DelayAfter((int)Math.Min(int.MaxValue, lease.Attempts + 1), RandomNumberGenerator.GetInt32(1001) / 1000.0);
                await _leases.ReturnAsync(lease, "failed", Short(failure.Reason), failed: true, rest, cancellationToken).ConfigureAwait(false);
                EngineLog.RunFailed(_logger, run, "failed", failure.Reason, error);
                return "failed";
            case TaskOutcome.Failure failure:
                var failed = new FailedTask(run.Id, run.Type, run.Subject, run.Payload, lease.Attempts + 1, lease.Losses, failure.Reason);
                await _leases.EndAsync(lease, "gave up", Short(failure.Reason), session => active.Task.GiveUpAsync(session, failed), cancellationToken).ConfigureAwait(false);
                EngineLog.RunFailed(_logger, run, "given up", failure.Reason, error);
                return "gave up";
            default:
                await _leases.ReturnAsync(lease, "released", $"{Machine} stopped", failed: false, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                EngineLog.RunEnded(_logger, run, "released");
                return "released";
        }
    }

    private static string Short(string reason) => reason.Length <= MaxReason ? reason : reason[..MaxReason];
}
