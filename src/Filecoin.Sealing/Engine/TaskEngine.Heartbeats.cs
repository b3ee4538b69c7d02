using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <content>The lease: prolonging the own one, noticing its loss, ending others' that have run out.</content>
public sealed partial class TaskEngine
{
    /// <summary>The share of a lease for which it must have been found expired.</summary>
    private const double SuspectedFor = 0.4;

    private static readonly TimeSpan PruneInterval = TimeSpan.FromMinutes(10);

    /// <returns>Alive when the engine ends.</returns>
    private async Task<SessionStanding> HeartbeatLoopAsync(Session session)
    {
        long prolonged = session.Joined;
        long pruned = _time.GetTimestamp();
        TimeSpan pause = Jitter(_options.HeartbeatInterval);
        var suspects = new Dictionary<long, long>();
        HashSet<long> unattended = [];
        while (true)
        {
            TimeSpan left = _options.LeaseDuration - _time.GetElapsedTime(prolonged);
            if (left <= TimeSpan.Zero)
                return SessionStanding.Lost;
            if (!await PauseAsync(pause < left ? pause : left, _ending.Token).ConfigureAwait(false))
                return SessionStanding.Alive;
            long began = _time.GetTimestamp();
            left = _options.LeaseDuration - _time.GetElapsedTime(prolonged, began);
            if (left <= TimeSpan.Zero)
                return SessionStanding.Lost;
            try
            {
                using var inTime = new CancellationTokenSource(left, _time);
                Heartbeat heartbeat = await _machines.HeartbeatAsync(Machine, session.Number, inTime.Token).ConfigureAwait(false);
                if (heartbeat.Standing != SessionStanding.Alive)
                    return heartbeat.Standing;
                prolonged = began;
                pause = Jitter(_options.HeartbeatInterval);
                Follow(heartbeat.State);
                CancelWithdrawn(session, heartbeat.Tasks, began);
                unattended = await ReleaseUnattendedAsync(session, heartbeat.Tasks, unattended, inTime.Token).ConfigureAwait(false);
                await TakeOverAsync(heartbeat.Expired, suspects, inTime.Token).ConfigureAwait(false);
                await WriteNotesAsync(inTime.Token).ConfigureAwait(false);
                if (_time.GetElapsedTime(pruned) > PruneInterval)
                {
                    pruned = _time.GetTimestamp();
                    await _leases.PruneAsync(_options.HistoryEntries, _options.HistoryAge, inTime.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is DatabaseException or OperationCanceledException)
            {
                EngineLog.DatabaseAway(_logger, e.Message);
                pause = RetryPause;
                suspects.Clear();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Rows that this release cannot read: tried again while the lease lasts, and then the runs end as if the database were away.
                EngineLog.Unforeseen(_logger, e);
                pause = RetryPause;
                suspects.Clear();
            }
        }
    }

    private void Follow(MachineState state)
    {
        if (Interlocked.Exchange(ref _state, (int)state) == (int)state)
            return;
        EngineLog.StateChanged(_logger, Machine, state);
        _queue.Wake();
    }

    /// <summary>Cancels runs whose task is no longer the session's. A run that began after the heartbeat did may not be in its answer.</summary>
    private void CancelWithdrawn(Session session, IReadOnlyList<long> tasks, long began)
    {
        HashSet<long> held = [.. tasks];
        foreach (ActiveRun active in _runs.Values)
        {
            if (active.Run.Lease.Owner == session.Number && active.Run.StartedAt < began && !active.IsSettling && !held.Contains(active.Run.Id))
                active.Withdraw();
        }
    }

    /// <summary>
    /// Puts back tasks that are this session's and that nothing here runs, at two heartbeats one after the other: the connection broke while a claim was
    /// committed, or the end of a run could not be written.
    /// </summary>
    /// <returns>Those that nothing runs now.</returns>
    private async Task<HashSet<long>> ReleaseUnattendedAsync(Session session, IReadOnlyList<long> tasks, HashSet<long> before, CancellationToken cancellationToken)
    {
        HashSet<long> now = [.. tasks.Where(id => !_runs.ContainsKey(id))];
        long[] both = [.. now.Intersect(before)];
        if (both.Length > 0)
        {
            await _machines.ReleaseAsync(session.Number, both, "claimed, but nothing ran it", cancellationToken).ConfigureAwait(false);
            _queue.Wake();
        }

        return now;
    }

    /// <summary>
    /// Ends sessions that were expired at an earlier heartbeat already, and still are though their machines would have prolonged them since: a machine's
    /// interval is a third of its lease at most.
    /// </summary>
    private async Task TakeOverAsync(IReadOnlyList<ExpiredSession> expired, Dictionary<long, long> suspects, CancellationToken cancellationToken)
    {
        foreach (long recovered in suspects.Keys.Except(expired.Select(session => session.Session)).ToArray())
            suspects.Remove(recovered);
        foreach (ExpiredSession session in expired)
        {
            if (!suspects.TryGetValue(session.Session, out long since))
            {
                suspects.Add(session.Session, _time.GetTimestamp());
            }
            else if (_time.GetElapsedTime(since) >= TimeSpan.FromMilliseconds(session.Lease) * SuspectedFor)
            {
                int tasks = await _machines.ExpireAsync(session.Session, cancellationToken).ConfigureAwait(false);
                suspects.Remove(session.Session);
                if (tasks < 0)
                    continue;
                EngineLog.TookOver(_logger, session.Session, tasks);
                Metrics.TakenOver(tasks);
                _queue.Wake();
            }
        }
    }

    private async Task WriteNotesAsync(CancellationToken cancellationToken)
    {
        var notes = new List<(TaskLease, string)>();
        foreach (ActiveRun active in _runs.Values)
        {
            if (active.Run.TakeNote() is { } note)
                notes.Add((active.Run.Lease, note));
        }

        if (notes.Count > 0)
            await _leases.NoteAsync(notes, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>False when the token ended the pause.</returns>
    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Up to a fifth less, so that machines which began together do not stay together.</summary>
    private static TimeSpan Jitter(TimeSpan span) =>
        span * (1 - (System.Security.Cryptography.RandomNumberGenerator.GetInt32(1000) / 5000.0));
}
