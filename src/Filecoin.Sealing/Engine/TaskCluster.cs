using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <summary>The cluster as an operator sees and steers it, from any machine, with or without an engine of its own.</summary>
public sealed class TaskCluster(SqlDatabase database)
{
    private const int MaxRows = 100_000;

    /// <summary>All machines that ever joined and were not removed, by name.</summary>
    public Task<IReadOnlyList<MachineStatus>> MachinesAsync(CancellationToken cancellationToken = default) => database.ReadAsync(
        async session =>
        {
            IReadOnlyList<MachineRow> rows = await session.QueryAsync<MachineRow>(
                $"""
                SELECT name, address, alive, state, cores, memory_bytes AS MemoryBytes, gpus, types, joined_at AS JoinedAt, heartbeat_at AS HeartbeatAt,
                    {session.Dialect.NowMilliseconds} - expires_at AS Overdue,
                    (SELECT COUNT(*) FROM task_queue WHERE owner = session) AS Running
                FROM machine_nodes ORDER BY name
                """).ConfigureAwait(false);
            return (IReadOnlyList<MachineStatus>)[.. rows.Select(row => row.Status)];
        },
        cancellationToken);

    /// <summary>Live tasks: running ones first, then by urgency.</summary>
    /// <param name="type">Only of this type.</param>
    /// <param name="subject">Only about this.</param>
    /// <param name="limit">At most so many, 1 to 100,000.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<LiveTask>> TasksAsync(string? type = null, string? subject = null, int limit = 1000, CancellationToken cancellationToken = default)
    {
        ValidateLimit(limit);
        return database.ReadAsync(
            async session =>
            {
                IReadOnlyList<TaskRow> rows = await session.QueryAsync<TaskRow>(
                    $"""
                    SELECT id, type, subject, payload, priority, ready, not_before - {session.Dialect.NowMilliseconds} AS Wait, added_at AS AddedAt, attempts, losses, machine,
                        claimed_at AS ClaimedAt, note, reason
                    FROM task_queue WHERE 1 = 1 {(type is null ? "" : "AND type = @type")} {(subject is null ? "" : "AND subject = @subject")}
                    ORDER BY CASE WHEN owner IS NULL THEN 1 ELSE 0 END, priority DESC, id LIMIT @limit
                    """,
                    new { type, subject, limit }).ConfigureAwait(false);
                return (IReadOnlyList<LiveTask>)[.. rows.Select(row => row.Live)];
            },
            cancellationToken);
    }

    /// <summary>How many tasks of each type are running, ready and resting.</summary>
    public Task<IReadOnlyList<TaskCounts>> CountsAsync(CancellationToken cancellationToken = default) => database.ReadAsync(
        session => session.QueryAsync<TaskCounts>(
            """
            SELECT type AS Type, COUNT(owner) AS Running, COUNT(CASE WHEN owner IS NULL AND ready = 1 THEN 1 END) AS Ready,
                COUNT(CASE WHEN owner IS NULL AND ready = 0 THEN 1 END) AS Resting
            FROM task_queue GROUP BY type ORDER BY type
            """),
        cancellationToken);

    /// <summary>Runs that ended, the latest first.</summary>
    /// <param name="subject">Only about this.</param>
    /// <param name="limit">At most so many, 1 to 100,000.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<TaskHistoryEntry>> HistoryAsync(string? subject = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ValidateLimit(limit);
        return database.ReadAsync(
            async session =>
            {
                IReadOnlyList<HistoryRow> rows = await session.QueryAsync<HistoryRow>(
                    $"""
                    SELECT task_id AS TaskId, type, subject, machine, outcome, reason, added_at AS AddedAt, claimed_at AS ClaimedAt, ended_at AS EndedAt
                    FROM task_history {(subject is null ? "" : "WHERE subject = @subject")} ORDER BY id DESC LIMIT @limit
                    """,
                    new { subject, limit }).ConfigureAwait(false);
                return (IReadOnlyList<TaskHistoryEntry>)[.. rows.Select(row => row.Entry)];
            },
            cancellationToken);
    }

    /// <summary>Says what a machine shall do. Claims heed it at once, what the machine shows within a heartbeat.</summary>
    /// <returns>False when there is no machine of that name.</returns>
    public Task<bool> SetStateAsync(string machine, MachineState state, CancellationToken cancellationToken = default) => database.WriteAsync(
        async session => await session.ExecuteAsync(
            "UPDATE machine_nodes SET state = @state WHERE name = @machine", new { machine, state = MachineStates.Text(state) }).ConfigureAwait(false) > 0,
        cancellationToken);

    /// <summary>Forgets a machine that has left or was lost.</summary>
    /// <returns>False when there is none of that name, or it is alive.</returns>
    public Task<bool> RemoveMachineAsync(string machine, CancellationToken cancellationToken = default) => database.WriteAsync(
        async session => await session.ExecuteAsync("DELETE FROM machine_nodes WHERE name = @machine AND alive = 0", new { machine }).ConfigureAwait(false) > 0,
        cancellationToken);

    /// <summary>Ends a resting task's rest.</summary>
    /// <returns>False when it does not rest, or is not there.</returns>
    public Task<bool> RetryNowAsync(long id, CancellationToken cancellationToken = default) => database.WriteAsync(
        async session => await session.ExecuteAsync("UPDATE task_queue SET ready = 1 WHERE id = @id AND owner IS NULL AND ready = 0", new { id }).ConfigureAwait(false) > 0,
        cancellationToken);

    /// <summary>Changes how urgent a live task is.</summary>
    /// <returns>False when it is not there.</returns>
    public Task<bool> SetPriorityAsync(long id, long priority, CancellationToken cancellationToken = default) => database.WriteAsync(
        async session => await session.ExecuteAsync("UPDATE task_queue SET priority = @priority WHERE id = @id", new { id, priority }).ConfigureAwait(false) > 0,
        cancellationToken);

    private static void ValidateLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxRows);
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed class MachineRow
    {
        public string Name { get; init; } = "";

        public string Address { get; init; } = "";

        public long Alive { get; init; }

        public string State { get; init; } = "";

        public long Cores { get; init; }

        public long MemoryBytes { get; init; }

        public long Gpus { get; init; }

        public string Types { get; init; } = "";

        public long JoinedAt { get; init; }

        public long HeartbeatAt { get; init; }

        public long Overdue { get; init; }

        public long Running { get; init; }

        public MachineStatus Status => new()
        {
            Name = Name,
            Address = Address,
            State = MachineStates.Parse(State),
            Presence = Alive == 0 ? MachinePresence.Gone : Overdue > 0 ? MachinePresence.Silent : MachinePresence.Here,
            Resources = new MachineResources { Cores = (int)Cores, MemoryBytes = MemoryBytes, Gpus = (int)Gpus },
            Types = Types.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            JoinedAt = Time(JoinedAt),
            HeartbeatAt = Time(HeartbeatAt),
            Running = (int)Running,
        };
    }

    private sealed class TaskRow
    {
        public long Id { get; init; }

        public string Type { get; init; } = "";

        public string Subject { get; init; } = "";

        public string Payload { get; init; } = "";

        public long Priority { get; init; }

        public long Ready { get; init; }

        public long Wait { get; init; }

        public long AddedAt { get; init; }

        public long Attempts { get; init; }

        public long Losses { get; init; }

        public string? Machine { get; init; }

        public long? ClaimedAt { get; init; }

        public string? Note { get; init; }

        public string? Reason { get; init; }

        public LiveTask Live => new()
        {
            Id = Id,
            Type = Type,
            Subject = Subject,
            Payload = Payload,
            Priority = Priority,
            AddedAt = Time(AddedAt),
            Attempts = Attempts,
            Losses = Losses,
            Machine = Machine,
            ClaimedAt = ClaimedAt is { } claimed ? Time(claimed) : null,
            Rests = Machine is null && Ready == 0 ? TimeSpan.FromMilliseconds(Math.Max(0, Wait)) : null,
            Note = Note,
            Reason = Reason,
        };
    }

    private sealed class HistoryRow
    {
        public long TaskId { get; init; }

        public string Type { get; init; } = "";

        public string Subject { get; init; } = "";

        public string Machine { get; init; } = "";

        public string Outcome { get; init; } = "";

        public string? Reason { get; init; }

        public long AddedAt { get; init; }

        public long ClaimedAt { get; init; }

        public long EndedAt { get; init; }

        public TaskHistoryEntry Entry => new(TaskId, Type, Subject, Machine, Outcome, Reason, Time(AddedAt), Time(ClaimedAt), Time(EndedAt));
    }
}
