using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <summary>
/// Where tasks are put. One instance is shared by those who add tasks and by the engine in the same process, which then looks at once; engines of other
/// machines find the task when they look next. Safe for concurrent use.
/// </summary>
public sealed class TaskQueue
{
    private const int MaxName = 64, MaxSubject = 512;

    private readonly Signal _added = new();

    /// <summary>Adds a task within the caller's transaction: it is there exactly when the rest of the transaction is.</summary>
    /// <param name="session">The caller's transaction.</param>
    /// <param name="type">The type's name.</param>
    /// <param name="subject">What it is about; only one task of a type and subject is live at a time. 1 to 512 characters.</param>
    /// <param name="payload">What the task is given; text.</param>
    /// <param name="priority">Higher goes first, in all types together; equals in the order of adding.</param>
    /// <param name="delay">How long it rests before anyone takes it.</param>
    /// <returns>Its id; null when one of that type and subject is live already, which is left as it is.</returns>
    public async Task<long?> AddAsync(
        SqlSession session, string type, string subject, string payload = "", long priority = 0, TimeSpan delay = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(payload);
        ValidateType(type);
        ArgumentException.ThrowIfNullOrWhiteSpace(subject);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(subject.Length, MaxSubject, nameof(subject));
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        long id = await session.ScalarAsync<long>(
            $"""
            INSERT INTO task_queue (type, subject, payload, priority, ready, not_before, added_at)
            VALUES (@type, @subject, @payload, @priority, @ready, {session.Dialect.NowMilliseconds} + @rest, {session.Dialect.NowMilliseconds})
            ON CONFLICT (type, subject) DO NOTHING RETURNING id
            """,
            new { type, subject, payload, priority, ready = delay == default ? 1L : 0L, rest = (long)Math.Ceiling(delay.TotalMilliseconds) }).ConfigureAwait(false);
        if (id == 0)
            return null;
        Wake();
        return id;
    }

    /// <summary>Withdraws a live task within the caller's transaction. A run of it can write no more, and is cancelled at its machine's next heartbeat.</summary>
    /// <returns>False when there is none.</returns>
    public async Task<bool> WithdrawAsync(SqlSession session, string type, string subject)
    {
        ArgumentNullException.ThrowIfNull(session);
        await session.ExecuteAsync(
            "DELETE FROM task_reservations WHERE task_id IN (SELECT id FROM task_queue WHERE type = @type AND subject = @subject)", new { type, subject }).ConfigureAwait(false);
        bool withdrawn = await session.ExecuteAsync("DELETE FROM task_queue WHERE type = @type AND subject = @subject", new { type, subject }).ConfigureAwait(false) > 0;
        if (withdrawn)
            Wake();
        return withdrawn;
    }

    /// <summary>Whether a task is live: waiting, resting or running.</summary>
    internal static async Task<bool> IsLiveAsync(SqlSession session, string type, string subject) =>
        await session.ScalarAsync<long>("SELECT COUNT(*) FROM task_queue WHERE type = @type AND subject = @subject", new { type, subject }).ConfigureAwait(false) > 0;

    /// <summary>Makes the engine of this process look at the queue now.</summary>
    public void Wake() => _added.Raise();

    /// <summary>Ends at the next <see cref="Wake"/>.</summary>
    internal Task Added => _added.Next;

    internal static void ValidateType(string type)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(type.Length, MaxName, nameof(type));
    }
}
