using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <content>Looking at the queue and claiming what fits. One loop, so that between what fits and what is taken nothing else takes.</content>
public sealed partial class TaskEngine
{
    /// <summary>Where the selection of a type goes on; absent at the start of its queue.</summary>
    private readonly Dictionary<string, TaskCandidate> _cursors = new(StringComparer.Ordinal);

    /// <summary>Tasks, and whole types, for which storage had no room, and since when.</summary>
    private readonly Dictionary<long, long> _homeless = [];
    private readonly Dictionary<string, long> _homelessTypes = new(StringComparer.Ordinal), _crowdedOut = new(StringComparer.Ordinal);

    /// <summary>The last look, which holds for a while if all that happens is that runs end; null when it is used up.</summary>
    private QueueView? _view;
    private long _viewed;

    private async Task ClaimLoopAsync(Session session, CancellationToken cancellationToken)
    {
        TimeSpan pause = _options.MinPoll;
        _view = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            // Taken before the look, so that what is added or ends during the look ends the pause.
            Task added = _queue.Added, freed = _freed.Next;
            TimeSpan? wake = null;
            try
            {
                (bool again, bool claimed, wake) = await LookAndClaimAsync(session, cancellationToken).ConfigureAwait(false);
                if (again)
                {
                    _view = null;
                    pause = _options.MinPoll;
                    continue;
                }

                if (claimed)
                    pause = _options.LookHolds;
                else
                    _view = null;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (DatabaseException e)
            {
                EngineLog.DatabaseAway(_logger, e.Message);
                pause = _options.MaxPoll;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Storage chosen by a host's code, or a row that this release cannot read: the machine must not fall silent over it.
                EngineLog.Unforeseen(_logger, e);
                pause = _options.MaxPoll;
            }

            TimeSpan wait = Jitter(pause);
            if (wake is { } due && due < wait)
                wait = due > _options.MinPoll ? due : _options.MinPoll;
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task over = Task.Delay(wait, _time, waiting.Token);
            Task first = await Task.WhenAny(added, freed, over).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
            if (first != freed || added.IsCompleted)
                _view = null;
            pause = first == over ? TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _options.MaxPoll.Ticks)) : _options.MinPoll;
        }
    }

    /// <returns>Whether to look again at once, whether anything was taken, and when the next resting task wakes.</returns>
    private async Task<(bool Again, bool Claimed, TimeSpan? Wake)> LookAndClaimAsync(Session session, CancellationToken cancellationToken)
    {
        ForgetRested();
        if (!_tasks.Values.Any(IsOpen))
            return (false, false, null);
        (QueueView view, bool isNew) = await ViewAsync(cancellationToken).ConfigureAwait(false);
        if (view.NextWake == TimeSpan.Zero && await _leases.WakeRestingAsync(cancellationToken).ConfigureAwait(false) > 0)
            return (true, false, null);
        bool claimed = false;
        QueueTop[] tops = [.. view.Tops.Where(top => _tasks.TryGetValue(top.Type, out ITask? task) && IsOpen(task))];
        var passedOver = new List<TaskType>();
        for (int i = 0; i < tops.Length; i++)
        {
            ITask task = _tasks[tops[i].Type];
            int limit = Math.Min(_ledger.Fits(task.Type), _options.ClaimBatch);
            if (limit > 0)
            {
                // A run that ended since made the room, and what is more urgent goes first.
                if (passedOver.Any(type => _ledger.Fits(type) > 0))
                    return (true, claimed, view.NextWake);

                _crowdedOut.Remove(task.Type.Name);
                long floor = i + 1 == tops.Length ? long.MinValue : tops[i + 1].Priority;

                // Of the type's tasks that an older look did not show, one as urgent as the next type's may be younger.
                if (!isNew && i + 1 < tops.Length && floor < long.MaxValue)
                    floor++;
                int got = await ClaimTypeAsync(session, task, limit, floor, cancellationToken).ConfigureAwait(false);
                claimed |= got > 0;
                if (got < limit && !isNew)
                    return (true, claimed, view.NextWake);

                // There may be more of this type that goes before the next type's.
                if (got == limit && _ledger.Fits(task.Type) > 0)
                    break;
            }

            if (!_ledger.IsCrowdedOut(task.Type))
                continue;
            if (await HoldsBackAsync(task, cancellationToken).ConfigureAwait(false))
                break;
            passedOver.Add(task.Type);
        }

        return (claimed && tops.Any(top => _ledger.Fits(_tasks[top.Type].Type) > 0), claimed, view.NextWake);
    }

    /// <returns>The queue as it is, or as it was at a look that still holds.</returns>
    private async Task<(QueueView View, bool IsNew)> ViewAsync(CancellationToken cancellationToken)
    {
        TimeSpan age = _time.GetElapsedTime(_viewed);
        if (_view is not { } view || age > _options.LookHolds || view.NextWake <= age)
        {
            Metrics.Looked();
            _viewed = _time.GetTimestamp();
            return (_view = await _leases.LookAsync(cancellationToken).ConfigureAwait(false), true);
        }

        return (view with { NextWake = view.NextWake - age }, false);
    }

    private bool IsOpen(ITask task) =>
        !_draining && State != MachineState.Draining
        && (State != MachineState.Cordoned || task.Type.Placement == TaskPlacement.LocalData)
        && !_homelessTypes.ContainsKey(task.Type.Name)
        && (_ledger.Fits(task.Type) > 0 || _ledger.IsCrowdedOut(task.Type));

    /// <summary>Whether less urgent tasks are held back until a task of this type fits: it has waited long, and one of them is for this machine.</summary>
    private async Task<bool> HoldsBackAsync(ITask task, CancellationToken cancellationToken)
    {
        if (_crowdedOut.TryAdd(task.Type.Name, _time.GetTimestamp()) || _time.GetElapsedTime(_crowdedOut[task.Type.Name]) < _options.HoldAfter)
            return false;
        if (task.Type.Placement == TaskPlacement.Anywhere)
            return true;
        IReadOnlyList<TaskCandidate> page = await _leases.ReadyAsync(task.Type.Name, null, _options.SelectPage, cancellationToken).ConfigureAwait(false);
        return page.Count > 0 && (await SelectAsync(task, page, cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    /// <returns>How many runs began.</returns>
    private async Task<int> ClaimTypeAsync(Session session, ITask task, int limit, long floor, CancellationToken cancellationToken)
    {
        TaskType type = task.Type;
        long began = _time.GetTimestamp();
        List<long>? among = null;
        if (type.Placement != TaskPlacement.Anywhere)
        {
            among = await SelectFromQueueAsync(task, limit, floor, cancellationToken).ConfigureAwait(false);
            if (among.Count == 0)
                return 0;
        }

        ClaimResult result = await _leases.ClaimAsync(
            new ClaimRequest
            {
                Machine = Machine,
                Session = session.Number,
                Type = type.Name,
                Placement = type.Placement,
                Limit = limit,
                Floor = floor,
                Among = among,
                Except = [.. _runs.Keys.Where(id => _runs.TryGetValue(id, out ActiveRun? active) && active.Run.Lease.Owner != session.Number)],
                Scratch = type.Cost.Scratch,
            },
            _storage,
            cancellationToken).ConfigureAwait(false);
        if (result.Homeless.Count > 0)
        {
            EngineLog.NoRoom(_logger, type.Name);
            if (among is null)
                _homelessTypes[type.Name] = _time.GetTimestamp();
            foreach (long id in result.Homeless)
                _homeless[id] = _time.GetTimestamp();
        }

        foreach (TaskLease lease in result.Leases)
            Begin(session, task, lease, began);
        return result.Leases.Count;
    }

    /// <summary>Shows the task its waiting rows page by page until it has chosen enough.</summary>
    private async Task<List<long>> SelectFromQueueAsync(ITask task, int limit, long floor, CancellationToken cancellationToken)
    {
        string type = task.Type.Name;
        var chosen = new List<long>();
        TaskCandidate? after = _cursors.GetValueOrDefault(type);
        _cursors.Remove(type);
        for (int page = 0; page < _options.SelectPages; page++)
        {
            IReadOnlyList<TaskCandidate> rows = await _leases.ReadyAsync(type, after, _options.SelectPage, cancellationToken).ConfigureAwait(false);
            TaskCandidate[] shown = [.. rows.Where(row => row.Priority >= floor && !_homeless.ContainsKey(row.Id) && !_runs.ContainsKey(row.Id))];
            if (shown.Length > 0)
            {
                HashSet<long> selected = [.. await SelectAsync(task, shown, cancellationToken).ConfigureAwait(false)];
                chosen.AddRange(shown.Select(row => row.Id).Where(selected.Contains));
            }

            if (chosen.Count >= limit || rows.Count < _options.SelectPage || rows[^1].Priority < floor)
                return chosen;
            after = rows[^1];
        }

        if (after is not null)
            _cursors[type] = after;
        return chosen;
    }

    private async Task<IReadOnlyCollection<long>> SelectAsync(ITask task, IReadOnlyList<TaskCandidate> candidates, CancellationToken cancellationToken)
    {
        try
        {
            return await task.SelectAsync(candidates, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException and not DatabaseException { IsTransient: true })
        {
            EngineLog.SelectFailed(_logger, task.Type.Name, e);
            return [];
        }
    }

    private void ForgetRested()
    {
        foreach (long id in _homeless.Where(entry => _time.GetElapsedTime(entry.Value) >= _options.StorageRest).Select(entry => entry.Key).ToArray())
            _homeless.Remove(id);
        foreach (string type in _homelessTypes.Where(entry => _time.GetElapsedTime(entry.Value) >= _options.StorageRest).Select(entry => entry.Key).ToArray())
            _homelessTypes.Remove(type);
    }
}
