using Filecoin.Proving.Database;

namespace Filecoin.Proving.Tests.Database;

/// <summary>One suite for both databases.</summary>
public sealed class SqlDatabaseTests
{
    private static readonly SqlMigration[] Schema =
    [
        new(1, _ => "CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL)"),
        new(2, dialect => $"ALTER TABLE counters ADD COLUMN note {dialect.Blob}; CREATE INDEX counters_value ON counters (value)"),
    ];

    [Theory, EachDatabase]
    public async Task Migrations_run_once_whoever_starts_them(string kind)
    {
        await using var test = new TestDatabase(kind);
        await using SqlDatabase second = SqlDatabase.Open(test.Description);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? test.Database : second).MigrateAsync("test", Schema))));
        Assert.Equal(2, await test.Database.ReadAsync(session => session.ScalarAsync<long>("SELECT version FROM schema_versions WHERE component = 'test'")));
    }

    [Theory, EachDatabase]
    public async Task A_newer_schema_is_refused(string kind)
    {
        await using var test = new TestDatabase(kind);
        await test.Database.MigrateAsync("test", Schema);
        DatabaseException e = await Assert.ThrowsAsync<DatabaseException>(() => test.Database.MigrateAsync("test", Schema[..1]));
        Assert.False(e.IsTransient);
    }

    [Theory, EachDatabase]
    public async Task A_failed_transaction_leaves_nothing(string kind)
    {
        await using var test = new TestDatabase(kind);
        await test.Database.MigrateAsync("test", Schema);
        await Assert.ThrowsAsync<InvalidDataException>(() => test.Database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("INSERT INTO counters (name, value) VALUES ('a', 1)");
            throw new InvalidDataException();
        }));
        DatabaseException twice = await Assert.ThrowsAsync<DatabaseException>(() => test.Database.WriteAsync(
            session => session.ExecuteAsync("INSERT INTO counters (name, value) VALUES ('a', 1), ('a', 2)")));
        Assert.False(twice.IsTransient);
        Assert.Equal(0, await test.Database.ReadAsync(session => session.ScalarAsync<long>("SELECT COUNT(*) FROM counters")));
    }

    [Theory, EachDatabase]
    public async Task Writers_of_two_machines_lose_no_update(string kind)
    {
        await using var test = new TestDatabase(kind);
        await using SqlDatabase second = SqlDatabase.Open(test.Description);
        await test.Database.MigrateAsync("test", Schema);
        await test.Database.WriteAsync(session => session.ExecuteAsync("INSERT INTO counters (name, value) VALUES ('a', 0)"));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < 25; i++)
            {
                await (writer % 2 == 0 ? test.Database : second).WriteAsync(async session =>
                {
                    long value = await session.ScalarAsync<long>($"SELECT value FROM counters WHERE name = 'a' {session.Dialect.ForUpdate}");
                    await session.ExecuteAsync("UPDATE counters SET value = @next WHERE name = 'a'", new { next = value + 1 });
                });
            }
        })));
        Assert.Equal(100, await second.ReadAsync(session => session.ScalarAsync<long>("SELECT value FROM counters")));
    }

    [Theory, EachDatabase]
    public async Task The_clock_is_the_databases_in_milliseconds(string kind)
    {
        await using var test = new TestDatabase(kind);
        long now = await test.Database.ReadAsync(session => session.ScalarAsync<long>($"SELECT {session.Dialect.NowMilliseconds}"));
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - now, -60_000, 60_000);
    }

    [Fact]
    public async Task A_server_that_is_away_is_a_transient_error()
    {
        await using SqlDatabase database = SqlDatabase.Open("postgres://nobody@127.0.0.1:1/none?Timeout=1");
        DatabaseException e = await Assert.ThrowsAsync<DatabaseException>(() => database.ReadAsync(session => session.ScalarAsync<long>("SELECT 1")));
        Assert.True(e.IsTransient);
    }
}
