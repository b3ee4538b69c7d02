using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;

namespace Filecoin.Proving.Database;

/// <summary>
/// A relational database: an embedded SQLite file, or PostgreSQL shared by many machines. The same statements run on both. Safe for concurrent use.
/// </summary>
public abstract class SqlDatabase : IAsyncDisposable
{
    private const int Attempts = 12;

    private protected SqlDatabase(SqlDialect dialect) => Dialect = dialect;

    /// <summary>The fragments in which databases differ.</summary>
    public SqlDialect Dialect { get; }

    /// <summary>
    /// Opens a database by its description. Nothing is connected before the first use.
    /// </summary>
    /// <param name="description">
    /// <c>postgres://user:password@host:port/database</c> or Npgsql's <c>Host=…;Database=…</c>; anything else is the path of an SQLite file, made when it
    /// is missing.
    /// </param>
    public static SqlDatabase Open(string description)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(description);
        if (description.StartsWith("postgres://", StringComparison.Ordinal) || description.StartsWith("postgresql://", StringComparison.Ordinal))
            return new PostgreSqlDatabase(PostgreSqlDatabase.ConnectionString(new Uri(description)));
        return description.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? new PostgreSqlDatabase(description) : new SqliteDatabase(description);
    }

    /// <summary>Reads. The work may run again from its start when the database was busy or away, so it keeps nothing outside itself.</summary>
    /// <exception cref="DatabaseException">The database did not answer.</exception>
    public Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken = default) =>
        WithRetryAsync(work, ReadOnceAsync, cancellationToken);

    /// <summary>
    /// Runs a transaction: all of it or nothing. It may run again from its start when the database chose another transaction or was away before the
    /// commit, so it keeps nothing outside itself.
    /// </summary>
    /// <exception cref="DatabaseException">It did not happen, or its outcome is unknown.</exception>
    public Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken = default) =>
        WithRetryAsync(work, WriteOnceAsync, cancellationToken);

    /// <inheritdoc cref="WriteAsync{T}(Func{SqlSession, Task{T}}, CancellationToken)"/>
    public Task WriteAsync(Func<SqlSession, Task> work, CancellationToken cancellationToken = default) =>
        WriteAsync(
            async session =>
            {
                await work(session).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>
    /// Runs a transaction that is one command, of one statement or several: a server makes it a transaction by itself, which spares it a round trip.
    /// </summary>
    /// <exception cref="DatabaseException">It did not happen, or its outcome is unknown.</exception>
    /// <exception cref="InvalidOperationException">The work runs a second command.</exception>
    public Task<T> WriteOneAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken = default) =>
        WithRetryAsync(work, WriteOneOnceAsync, cancellationToken);

    /// <summary>Brings a component's tables up to date. Any number of machines may call it at once; each step runs once.</summary>
    /// <param name="component">Whose tables; its versions are counted apart from others'.</param>
    /// <param name="migrations">All steps, the oldest first.</param>
    /// <param name="cancellationToken">Gives up between steps.</param>
    /// <exception cref="DatabaseException">The schema is newer than these steps, or the database did not answer.</exception>
    public async Task MigrateAsync(string component, IReadOnlyList<SqlMigration> migrations, CancellationToken cancellationToken = default)
    {
        await PrepareMigrationsAsync(cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].Version != i + 1)
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{component}: step {i} has version {migrations[i].Version}, expected {i + 1}"), nameof(migrations));
        }

        while (await StepAsync(component, migrations, cancellationToken).ConfigureAwait(false))
        {
        }
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    private protected abstract Task<T> ReadOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken);

    private protected abstract Task<T> WriteOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken);

    private protected abstract Task<T> WriteOneOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>What the provider's exception means; null when it is not the database's.</summary>
    private protected abstract DatabaseException? Judge(DbException exception);

    /// <summary>Makes the table of versions, and keeps other machines from making it at the same time.</summary>
    private protected abstract Task PrepareMigrationsAsync(CancellationToken cancellationToken);

    private protected const string VersionsTable =
        "CREATE TABLE IF NOT EXISTS schema_versions (component TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL)";

    private Task<bool> StepAsync(string component, IReadOnlyList<SqlMigration> migrations, CancellationToken cancellationToken) => WriteAsync(
        async session =>
        {
            await session.ExecuteAsync("INSERT INTO schema_versions (component, version) VALUES (@component, 0) ON CONFLICT (component) DO NOTHING", new { component }).ConfigureAwait(false);
            long version = await session.ScalarAsync<long>($"SELECT version FROM schema_versions WHERE component = @component {session.Dialect.ForUpdate}", new { component }).ConfigureAwait(false);
            if (version > migrations.Count)
                throw new DatabaseException($"the tables of {component} have version {version}, this software knows {migrations.Count}: a newer release has used this database", isTransient: false);
            if (version == migrations.Count)
                return false;
            SqlMigration next = migrations[(int)version];
            await session.ExecuteAsync(next.Statements(session.Dialect)).ConfigureAwait(false);
            await session.ExecuteAsync("UPDATE schema_versions SET version = @Version WHERE component = @component", new { next.Version, component }).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private async Task<T> WithRetryAsync<T>(
        Func<SqlSession, Task<T>> work, Func<Func<SqlSession, Task<T>>, CancellationToken, Task<T>> once, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await once(work, cancellationToken).ConfigureAwait(false);
            }
            catch (DbException e) when (Judge(e) is { } fault)
            {
                if (!fault.IsTransient || fault.OutcomeUnknown || attempt == Attempts)
                    throw fault;
            }
            catch (DatabaseException e) when (e.IsTransient && !e.OutcomeUnknown && attempt < Attempts)
            {
                // The provider's door already said what it means.
            }

            // From 2 ms to half a second, with jitter, about two seconds in all.
            double ceiling = Math.Min(500, 2 * Math.Pow(2, attempt - 1));
            double share = 0.5 + (RandomNumberGenerator.GetInt32(1 << 16) / (double)(1 << 17));
            await Task.Delay(TimeSpan.FromMilliseconds(ceiling * share), cancellationToken).ConfigureAwait(false);
        }
    }
}
