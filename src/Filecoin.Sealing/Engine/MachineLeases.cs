using System.Security.Cryptography;
using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <summary>
/// Machines in the database. A machine's session is one lease for all its tasks: it is prolonged by one heartbeat, ended by the machine that leaves, by
/// another process of the same name, or by any machine that finds it expired. Who ends a session sets its tasks free in the same transaction.
/// </summary>
internal sealed class MachineLeases(SqlDatabase database, TimeSpan lease)
{
    private readonly long _lease = (long)lease.TotalMilliseconds;

    /// <summary>
    /// A lease has run out; or it was prolonged further in the future than it is long, by a clock that has been set back since: a machine that lives
    /// prolongs it anew.
    /// </summary>
    private static string IsExpired(SqlDialect dialect) =>
        $"(expires_at < {dialect.NowMilliseconds} OR heartbeat_at - {dialect.NowMilliseconds} > expires_at - heartbeat_at)";

    /// <summary>Begins a session. An older one of the same name ends, and its process can write no more.</summary>
    /// <returns>The session's number.</returns>
    public Task<long> JoinAsync(string name, string address, MachineResources resources, string types, CancellationToken cancellationToken)
    {
        long session = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
        return database.WriteAsync(
            async sql =>
            {
                // Whoever comes first has the row, and everybody else of the name finds it and its session.
                var row = new { name, address, session, state = MachineStates.Active, resources.Cores, resources.MemoryBytes, resources.Gpus, types, lease = _lease };
                long held = await sql.ScalarAsync<long>(
                    $"""
                    INSERT INTO machine_nodes (name, address, session, alive, state, cores, memory_bytes, gpus, types, joined_at, heartbeat_at, expires_at)
                    VALUES (@name, @address, @session, 1, @state, @Cores, @MemoryBytes, @Gpus, @types, {sql.Dialect.NowMilliseconds}, {sql.Dialect.NowMilliseconds}, {sql.Dialect.NowMilliseconds} + @lease)
                    ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING session
                    """,
                    row).ConfigureAwait(false);
                if (held == session)
                    return session;
                await FreeTasksAsync(sql, held, $"{name} was started anew", lost: true).ConfigureAwait(false);
                await sql.ExecuteAsync(
                    $"""
                    UPDATE machine_nodes SET address = @address, session = @session, alive = 1, cores = @Cores, memory_bytes = @MemoryBytes, gpus = @Gpus, types = @types,
                        joined_at = {sql.Dialect.NowMilliseconds}, heartbeat_at = {sql.Dialect.NowMilliseconds}, expires_at = {sql.Dialect.NowMilliseconds} + @lease
                    WHERE name = @name
                    """,
                    row).ConfigureAwait(false);
                return session;
            },
            cancellationToken);
    }

    /// <summary>Prolongs the session, and then reads what a machine must know. Between the two the machine's row is free for its claims.</summary>
    public async Task<Heartbeat> HeartbeatAsync(string name, long session, CancellationToken cancellationToken)
    {
        string? state = await database.WriteOneAsync(
            sql => sql.FirstAsync<string>(
                $"""
                UPDATE machine_nodes SET heartbeat_at = {sql.Dialect.NowMilliseconds}, expires_at = {sql.Dialect.NowMilliseconds} + @lease
                WHERE name = @name AND session = @session AND alive = 1 RETURNING state
                """,
                new { name, session, lease = _lease }),
            cancellationToken).ConfigureAwait(false);
        return await database.ReadAsync(
            async sql =>
            {
                if (state is null)
                {
                    long current = await sql.ScalarAsync<long>("SELECT session FROM machine_nodes WHERE name = @name", new { name }).ConfigureAwait(false);
                    return new Heartbeat(current != session && current != 0 ? SessionStanding.Superseded : SessionStanding.Lost, MachineState.Active, [], []);
                }

                IReadOnlyList<long> tasks = await sql.QueryAsync<long>("SELECT id FROM task_queue WHERE owner = @session", new { session }).ConfigureAwait(false);
                IReadOnlyList<ExpiredSession> expired = await sql.QueryAsync<ExpiredSession>(
                    $"SELECT session, expires_at - heartbeat_at AS lease FROM machine_nodes WHERE alive = 1 AND {IsExpired(sql.Dialect)}").ConfigureAwait(false);
                return new Heartbeat(SessionStanding.Alive, MachineStates.Parse(state), tasks, expired);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a session that is still expired, and sets its tasks free.</summary>
    /// <returns>How many tasks; -1 when the session was prolonged or ended meanwhile.</returns>
    public Task<int> ExpireAsync(long session, CancellationToken cancellationToken) => database.WriteAsync(
        async sql =>
        {
            string? name = await sql.FirstAsync<string>(
                $"UPDATE machine_nodes SET alive = 0 WHERE session = @session AND alive = 1 AND {IsExpired(sql.Dialect)} RETURNING name",
                new { session }).ConfigureAwait(false);
            return name is null ? -1 : await FreeTasksAsync(sql, session, $"{name} was lost", lost: true).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Ends the own session; what it still holds goes back into the queue and counts no loss.</summary>
    public Task LeaveAsync(long session, CancellationToken cancellationToken) => database.WriteAsync(
        async sql =>
        {
            string? name = await sql.FirstAsync<string>("UPDATE machine_nodes SET alive = 0 WHERE session = @session AND alive = 1 RETURNING name", new { session }).ConfigureAwait(false);
            if (name is not null)
                await FreeTasksAsync(sql, session, $"{name} left", lost: false).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Puts tasks back that the session holds and nobody runs.</summary>
    public Task<int> ReleaseAsync(long session, long[] tasks, string reason, CancellationToken cancellationToken) =>
        database.WriteAsync(sql => FreeAsync(sql, new { session, reason, tasks, outcome = "released", losses = 0L }, $"owner = @session AND {sql.Dialect.IsOneOf("id", "@tasks")}"), cancellationToken);

    /// <summary>Sets a session's tasks free. The machine's row is locked by the caller, so no claim of that session can follow.</summary>
    private static Task<int> FreeTasksAsync(SqlSession sql, long session, string reason, bool lost) =>
        FreeAsync(sql, new { session, reason, outcome = lost ? "lost" : "released", losses = lost ? 1L : 0L }, "owner = @session");

    private static async Task<int> FreeAsync(SqlSession sql, object parameters, string which)
    {
        await sql.ExecuteAsync($"DELETE FROM task_reservations WHERE task_id IN (SELECT id FROM task_queue WHERE {which})", parameters).ConfigureAwait(false);
        await sql.ExecuteAsync(
            $"""
            INSERT INTO task_history (task_id, type, subject, machine, fence, outcome, reason, added_at, claimed_at, ended_at)
            SELECT id, type, subject, machine, fence, @outcome, @reason, added_at, claimed_at, {sql.Dialect.NowMilliseconds} FROM task_queue WHERE {which}
            """,
            parameters).ConfigureAwait(false);
        return await sql.ExecuteAsync(
            $"UPDATE task_queue SET owner = NULL, machine = NULL, claimed_at = NULL, ready = 1, losses = losses + @losses, reason = @reason WHERE {which}",
            parameters).ConfigureAwait(false);
    }
}

/// <summary>What a heartbeat brought.</summary>
/// <param name="Standing">Whether the session goes on.</param>
/// <param name="State">What the operator wants of the machine.</param>
/// <param name="Tasks">Ids of the session's tasks.</param>
/// <param name="Expired">Sessions that have run out and that nobody has ended.</param>
internal sealed record Heartbeat(SessionStanding Standing, MachineState State, IReadOnlyList<long> Tasks, IReadOnlyList<ExpiredSession> Expired);

/// <summary>A session that has run out.</summary>
internal sealed class ExpiredSession
{
    /// <summary>Its number.</summary>
    public long Session { get; init; }

    /// <summary>How long its machine may be silent, in milliseconds.</summary>
    public long Lease { get; init; }
}

/// <summary>Whether a session goes on.</summary>
internal enum SessionStanding
{
    /// <summary>It goes on.</summary>
    Alive,

    /// <summary>Another machine ended it; a new one may be begun.</summary>
    Lost,

    /// <summary>Another process goes by this machine's name.</summary>
    Superseded,
}
