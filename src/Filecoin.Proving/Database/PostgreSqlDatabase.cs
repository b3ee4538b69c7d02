using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Filecoin.Proving.Database;

/// <summary>PostgreSQL or what speaks like it. Transactions are read committed: statements lock the rows that they depend on.</summary>
internal sealed class PostgreSqlDatabase : SqlDatabase
{
    /// <summary>A server that stands by, or that has just become one: after a while the name leads to the one that writes.</summary>
    private const string ReadOnly = "25006";

    /// <summary>
    /// Statements find rows by their keys, for which one plan is as good for every value; a server that weighs the values plans those with a limit each
    /// time. Not every compatible server knows the setting.
    /// </summary>
    private const string OnePlan = "SELECT set_config(name, 'force_generic_plan', false) FROM pg_settings WHERE name = 'plan_cache_mode'";

    private readonly NpgsqlDataSource _source;

    public PostgreSqlDatabase(string connectionString)
        : base(SqlDialect.PostgreSql)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(Tuned(connectionString));
        builder.EnableArrays();
        builder.UsePhysicalConnectionInitializer(Prepare, PrepareAsync);
        _source = builder.Build();
    }

    /// <summary>Npgsql's form of <c>postgres://user:password@host:port/database?Key=Value</c>.</summary>
    public static string ConnectionString(Uri uri)
    {
        string[] user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
        };
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (string pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            builder[Uri.UnescapeDataString(parts[0])] = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        }

        return builder.ConnectionString;
    }

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>
    /// Most of what a quiet cluster costs its server is planning the same statements again and resetting sessions in which nothing was set. What the
    /// description says goes before: a pooler that shares sessions between clients may want <c>Max Auto Prepare=0</c>.
    /// </summary>
    private static string Tuned(string connectionString)
    {
        var given = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var tuned = new NpgsqlConnectionStringBuilder(connectionString);
        if (!given.ContainsKey("Max Auto Prepare") && !given.ContainsKey("MaxAutoPrepare"))
            tuned.MaxAutoPrepare = 64;
        if (!given.ContainsKey("No Reset On Close") && !given.ContainsKey("NoResetOnClose"))
            tuned.NoResetOnClose = true;
        return tuned.ConnectionString;
    }

    private static void Prepare(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(OnePlan, connection);
        command.ExecuteNonQuery();
    }

    private static async Task PrepareAsync(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(OnePlan, connection);
        await using ConfiguredAsyncDisposable _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private protected override async Task<T> ReadOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable _ = connection.ConfigureAwait(false);
        return await work(new SqlSession(Dialect, connection, null, cancellationToken)).ConfigureAwait(false);
    }

    private protected override async Task<T> WriteOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable connected = connection.ConfigureAwait(false);
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable begun = transaction.ConfigureAwait(false);
        T result = await work(new SqlSession(Dialect, connection, transaction, cancellationToken)).ConfigureAwait(false);
        try
        {
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            throw new DatabaseException("the connection broke while committing", isTransient: true, e) { OutcomeUnknown = true };
        }

        return result;
    }

    private protected override async Task<T> WriteOneOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable _ = connection.ConfigureAwait(false);
        try
        {
            return await work(new SqlSession(Dialect, connection, null, cancellationToken, commands: 1)).ConfigureAwait(false);
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            throw new DatabaseException("the connection broke while the server may have committed", isTransient: true, e) { OutcomeUnknown = true };
        }
    }

    private protected override DatabaseException? Judge(DbException exception) =>
        exception is NpgsqlException e ? new DatabaseException(e.Message, e.IsTransient || e.SqlState is "40001" or "40P01" or "55P03" or ReadOnly, e) : null;

    private protected override Task PrepareMigrationsAsync(CancellationToken cancellationToken) => WriteAsync(
        async session =>
        {
            // Two CREATE TABLE IF NOT EXISTS at once can still collide in the catalogue.
            try
            {
                if (!await session.ScalarAsync<bool>("SELECT to_regclass('schema_versions') IS NOT NULL").ConfigureAwait(false))
                    await session.ExecuteAsync(VersionsTable).ConfigureAwait(false);
            }
            catch (PostgresException collision) when (collision.SqlState is "23505" or "42P07" or "42710")
            {
                throw new DatabaseException("another machine is making the schema", isTransient: true, collision);
            }
        },
        cancellationToken);
}
