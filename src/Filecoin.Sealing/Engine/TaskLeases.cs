using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <summary>
/// Tasks in the database: looking, claiming, and writing under the token. The token is the pair of session and fence; a row that has another pair, or
/// is gone, refuses.
/// </summary>
internal sealed class TaskLeases(SqlDatabase database)
{
    private const string Mine = "id = @Id AND fence = @Fence AND owner = @Owner";

    /// <summary>The most urgent ready task of each type that has one, and when the next resting task wakes.</summary>
    public Task<QueueView> LookAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async session =>
        {
            // From the first entry of one type to the first of the next: one probe of the index for each type that waits, however many tasks wait.
            IReadOnlyList<TopRow> tops = await session.QueryAsync<TopRow>(
                $"""
                WITH RECURSIVE tops(id) AS (
                    SELECT id FROM (SELECT id FROM task_queue WHERE owner IS NULL AND ready = 1 ORDER BY type, priority DESC, id LIMIT 1) AS top
                    UNION ALL
                    SELECT (SELECT q.id FROM task_queue q WHERE q.owner IS NULL AND q.ready = 1 AND q.type > (SELECT type FROM task_queue WHERE id = tops.id)
                        ORDER BY q.type, q.priority DESC, q.id LIMIT 1)
                    FROM tops WHERE tops.id IS NOT NULL)
                SELECT type, priority, id FROM task_queue WHERE {session.Dialect.IsOneOfFew("id", "SELECT id FROM tops")}
                UNION ALL
                SELECT NULL, rest, id FROM (
                    SELECT not_before - {session.Dialect.NowMilliseconds} AS rest, id FROM task_queue WHERE owner IS NULL AND ready = 0 ORDER BY not_before LIMIT 1) AS resting
                """).ConfigureAwait(false);
            return new QueueView(
                [.. tops.Where(top => top.Type is not null).Select(top => new QueueTop(top.Type!, top.Priority, top.Id)).OrderByDescending(top => top.Priority).ThenBy(top => top.Id)],
                tops.FirstOrDefault(top => top.Type is null) is { } next ? TimeSpan.FromMilliseconds(Math.Max(0, next.Priority)) : null);
        },
        cancellationToken);

    /// <summary>Makes resting tasks whose time has come ready.</summary>
    public Task<int> WakeRestingAsync(CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync(
            $"""
            UPDATE task_queue SET ready = 1 WHERE id IN (
                SELECT id FROM task_queue WHERE owner IS NULL AND ready = 0 AND not_before <= {session.Dialect.NowMilliseconds}
                ORDER BY not_before LIMIT 1000 {session.Dialect.SkipLocked})
            """),
        cancellationToken);

    /// <summary>A page of ready tasks of one type in the order in which they go, after a position.</summary>
    public Task<IReadOnlyList<TaskCandidate>> ReadyAsync(string type, TaskCandidate? after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QueryAsync<TaskCandidate>(
            $"""
            SELECT id, type, subject, payload, priority, attempts FROM task_queue
            WHERE owner IS NULL AND ready = 1 AND type = @type {(after is null ? "" : "AND (priority < @priority OR (priority = @priority AND id > @id))")}
            ORDER BY type, priority DESC, id LIMIT @limit
            """,
            new { type, limit, priority = after?.Priority ?? 0, id = after?.Id ?? 0 }),
        cancellationToken);

    /// <summary>Claims ready tasks of a type for a session, with their storage.</summary>
    /// <returns>The leases, the most urgent first, none when the machine may no longer take tasks of this placement.</returns>
    public Task<ClaimResult> ClaimAsync(ClaimRequest request, IStorageReservations? storage, CancellationToken cancellationToken)
    {
        return request.Scratch.Count == 0 ? database.WriteOneAsync(ClaimOnceAsync, cancellationToken) : database.WriteAsync(ClaimOnceAsync, cancellationToken);

        async Task<ClaimResult> ClaimOnceAsync(SqlSession session)
        {
            // In one statement, for a hundred machines may claim at once. The machine's row is locked so that a session which someone ends cannot gain a
            // task after its tasks were set free.
            IReadOnlyList<TaskLease> claimed = await session.QueryAsync<TaskLease>(
                $"""
                WITH me AS (
                    SELECT session FROM machine_nodes WHERE name = @Machine AND session = @Session AND alive = 1
                        AND (state = '{MachineStates.Active}' {(request.Placement == TaskPlacement.LocalData ? $"OR state = '{MachineStates.Text(MachineState.Cordoned)}'" : "")})
                    {session.Dialect.ForUpdate}),
                free AS (
                    SELECT id FROM task_queue WHERE owner IS NULL AND ready = 1 AND type = @Type AND priority >= @Floor AND EXISTS (SELECT 1 FROM me)
                    {(request.Among is null ? "" : $"AND {session.Dialect.IsOneOf("id", "@Among")}")} {(request.Except.Count == 0 ? "" : $"AND NOT ({session.Dialect.IsOneOf("id", "@Except")})")}
                    ORDER BY type, priority DESC, id LIMIT @Limit {session.Dialect.SkipLocked})
                UPDATE task_queue SET owner = @Session, machine = @Machine, fence = fence + 1, claimed_at = {session.Dialect.NowMilliseconds}, note = NULL
                WHERE {session.Dialect.IsOneOfFew("id", "SELECT id FROM free")}
                RETURNING id, type, subject, payload, priority, attempts, losses, fence, owner
                """,
                request).ConfigureAwait(false);
            var homeless = new List<long>();
            var kept = new List<TaskLease>(claimed.Count);
            foreach (TaskLease lease in claimed.OrderByDescending(lease => lease.Priority).ThenBy(lease => lease.Id))
            {
                if (request.Scratch.Count == 0)
                {
                    kept.Add(lease);
                }
                else if (storage is not null && await storage.ReserveAsync(session, lease.Candidate, request.Scratch).ConfigureAwait(false) is { } places)
                {
                    await KeepAsync(session, lease, request, places).ConfigureAwait(false);
                    kept.Add(lease with { Reservations = places });
                }
                else
                {
                    homeless.Add(lease.Id);
                }
            }

            if (homeless.Count > 0)
                await session.ExecuteAsync($"UPDATE task_queue SET owner = NULL, machine = NULL, claimed_at = NULL, fence = fence - 1 WHERE {session.Dialect.IsOneOf("id", "@homeless")}", new { homeless }).ConfigureAwait(false);
            return new ClaimResult(kept, homeless);
        }
    }

    /// <summary>Runs a transaction under the token.</summary>
    public Task<T> WriteAsync<T>(TaskLease lease, Func<SqlSession, Task<T>> work, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            if (await session.FirstAsync<long?>($"SELECT id FROM task_queue WHERE {Mine} {session.Dialect.ForUpdate}", lease).ConfigureAwait(false) is null)
                throw new LeaseLostException(lease.Id, lease.Fence);
            return await work(session).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Takes the task out of the queue.</summary>
    /// <param name="lease">The token.</param>
    /// <param name="outcome">For the history.</param>
    /// <param name="reason">For the history.</param>
    /// <param name="last">Runs in the same transaction, after the task has left.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task EndAsync(TaskLease lease, string outcome, string? reason, Func<SqlSession, Task>? last, CancellationToken cancellationToken) => CloseAsync(
        lease,
        _ => $"DELETE FROM task_queue WHERE {Mine}",
        new { lease.Id, lease.Fence, lease.Owner, outcome, reason },
        outcome,
        last,
        cancellationToken);

    /// <summary>Puts the task back into the queue.</summary>
    /// <param name="lease">The token.</param>
    /// <param name="outcome">For the history; null leaves no entry.</param>
    /// <param name="reason">Why, for operators.</param>
    /// <param name="failed">Whether it counts as an attempt.</param>
    /// <param name="rest">How long it rests.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task ReturnAsync(TaskLease lease, string? outcome, string reason, bool failed, TimeSpan rest, CancellationToken cancellationToken)
    {
        long wait = (long)Math.Ceiling(rest.TotalMilliseconds);
        return CloseAsync(
            lease,
            dialect => $"""
                UPDATE task_queue SET owner = NULL, machine = NULL, claimed_at = NULL, ready = @ready, attempts = attempts + @failures, reason = @reason,
                    not_before = {dialect.NowMilliseconds} + @wait WHERE {Mine}
                """,
            new { lease.Id, lease.Fence, lease.Owner, ready = wait == 0 ? 1L : 0L, failures = failed ? 1L : 0L, outcome, reason, wait },
            outcome,
            last: null,
            cancellationToken);
    }

    /// <summary>Writes what runs report about themselves.</summary>
    public Task NoteAsync(IReadOnlyList<(TaskLease Lease, string Note)> notes, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            foreach ((TaskLease lease, string note) in notes)
                await session.ExecuteAsync($"UPDATE task_queue SET note = @note WHERE {Mine}", new { lease.Id, lease.Fence, lease.Owner, note }).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Forgets history over a number of entries or an age.</summary>
    public Task PruneAsync(long entries, TimeSpan age, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync(
            $"DELETE FROM task_history WHERE id <= (SELECT MAX(id) FROM task_history) - @entries OR ended_at < {session.Dialect.NowMilliseconds} - @age",
            new { entries, age = (long)age.TotalMilliseconds }),
        cancellationToken);

    private static async Task KeepAsync(SqlSession session, TaskLease lease, ClaimRequest request, IReadOnlyList<StorageReservation> places)
    {
        if (places.Count != request.Scratch.Count)
            throw new InvalidOperationException($"{request.Type} needs {request.Scratch.Count} reservations of storage, got {places.Count}");
        for (int i = 0; i < places.Count; i++)
        {
            await session.ExecuteAsync(
                "INSERT INTO task_reservations (task_id, position, machine, storage_id, kind, bytes) VALUES (@Id, @position, @Machine, @StorageId, @kind, @Bytes)",
                new { lease.Id, position = (long)i, request.Machine, places[i].StorageId, kind = places[i].Kind == StorageKind.Sealing ? "sealing" : "storage", places[i].Bytes }).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a lease by a statement on the task's row, after what the history keeps of it; neither happens when the token is not the row's.</summary>
    private async Task CloseAsync(
        TaskLease lease, Func<SqlDialect, string> end, object parameters, string? outcome, Func<SqlSession, Task>? last, CancellationToken cancellationToken)
    {
        if (last is null && lease.Reservations.Count == 0)
        {
            await database.WriteOneAsync(CloseOnceAsync, cancellationToken).ConfigureAwait(false);
            return;
        }

        await database.WriteAsync(
            async session =>
            {
                await CloseOnceAsync(session).ConfigureAwait(false);
                if (lease.Reservations.Count > 0)
                    await session.ExecuteAsync("DELETE FROM task_reservations WHERE task_id = @Id", lease).ConfigureAwait(false);
                if (last is not null)
                    await last(session).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);

        // In one command, which is most often the whole transaction. The first statement locks the row, so the second finds it as the first did.
        async Task<bool> CloseOnceAsync(SqlSession session)
        {
            string entry = outcome is null ? "" : $"""
                INSERT INTO task_history (task_id, type, subject, machine, fence, outcome, reason, added_at, claimed_at, ended_at)
                SELECT id, type, subject, machine, fence, @outcome, @reason, added_at, claimed_at, {session.Dialect.NowMilliseconds} FROM task_queue
                WHERE {Mine} {session.Dialect.ForUpdate};
                """;
            if (await session.ExecuteAsync($"{entry} {end(session.Dialect)}", parameters).ConfigureAwait(false) != (outcome is null ? 1 : 2))
                throw new LeaseLostException(lease.Id, lease.Fence);
            return true;
        }
    }

    /// <summary>The top of a type; without a type, the task that rests least, with the milliseconds that it still rests.</summary>
    private sealed class TopRow
    {
        public string? Type { get; init; }

        public long Priority { get; init; }

        public long Id { get; init; }
    }
}
