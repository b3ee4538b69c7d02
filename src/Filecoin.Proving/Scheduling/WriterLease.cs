using Filecoin.Proving.Database;

namespace Filecoin.Proving.Scheduling;

/// <summary>
/// The right to write, of which there is one in a database. Each new holder gets a higher fence, and every write names its fence: a hub that was away
/// while another took over finds its writes refused, whatever its own clock says.
/// </summary>
/// <param name="database">The database, whose clock counts.</param>
/// <param name="name">What the right is for.</param>
/// <param name="duration">How long it lasts without renewal.</param>
internal sealed class WriterLease(SqlDatabase database, string name, TimeSpan duration)
{
    private readonly string _holder = Guid.NewGuid().ToString("N");
    private long _fence;

    public static string Tables => """
        CREATE TABLE post_writers (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, fence BIGINT NOT NULL, until_ms BIGINT NOT NULL)
        """;

    /// <summary>Takes or renews the right.</summary>
    /// <returns>False while another holds it.</returns>
    public async Task<bool> TryHoldAsync(CancellationToken cancellationToken)
    {
        long? fence = await database.WriteAsync(
            session => session.FirstAsync<long?>(
                $"""
                INSERT INTO post_writers (name, holder, fence, until_ms) VALUES (@name, @holder, 1, {session.Dialect.NowMilliseconds} + @duration)
                ON CONFLICT (name) DO UPDATE SET
                    fence = post_writers.fence + CASE WHEN post_writers.holder = excluded.holder THEN 0 ELSE 1 END,
                    holder = excluded.holder, until_ms = excluded.until_ms
                WHERE post_writers.holder = excluded.holder OR post_writers.until_ms <= {session.Dialect.NowMilliseconds}
                RETURNING fence
                """,
                new { name, holder = _holder, duration = (long)duration.TotalMilliseconds }),
            cancellationToken).ConfigureAwait(false);
        if (fence is null)
            return false;
        _fence = fence.Value;
        return true;
    }

    /// <summary>Gives the right back, so that another hub need not wait.</summary>
    public Task ReleaseAsync(CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync("UPDATE post_writers SET until_ms = 0 WHERE name = @name AND holder = @holder", new { name, holder = _holder }),
        cancellationToken);

    /// <summary>Runs a transaction only while the right holds.</summary>
    /// <exception cref="WriterLostException">Another has it.</exception>
    public Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            long fence = await session.ScalarAsync<long?>(
                $"SELECT fence FROM post_writers WHERE name = @name AND holder = @holder AND until_ms > {session.Dialect.NowMilliseconds} {session.Dialect.ForUpdate}",
                new { name, holder = _holder }).ConfigureAwait(false) ?? -1;
            return fence == _fence && fence > 0 ? await work(session).ConfigureAwait(false) : throw new WriterLostException(name);
        },
        cancellationToken);
}

/// <summary>Another hub writes now.</summary>
/// <param name="name">What the right is for.</param>
internal sealed class WriterLostException(string name) : Exception($"the right to write for {name} is another's or has run out");
