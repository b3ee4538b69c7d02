using System.Runtime.CompilerServices;
using Npgsql;

namespace Filecoin.ChainCo.Availability;

/// <summary>
/// Pins in PostgreSQL, shared by any number of coordinators. A claim is one insert that yields to an earlier one, committed with synchronous_commit
/// before it is told; a lock is an advisory lock of a session of its own and ends with it.
/// </summary>
public sealed class PostgresPinStore : IPinStore
{
    private readonly NpgsqlDataSource _source;
    private readonly SemaphoreSlim _preparing = new(1, 1);
    private volatile bool _prepared;

    /// <summary>Creates a store; nothing is connected before the first use.</summary>
    /// <param name="connectionString">Npgsql's connection string.</param>
    public PostgresPinStore(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        _source = new NpgsqlSlimDataSourceBuilder(connectionString).Build();
    }

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public Task<string> ClaimAsync(string kind, string key, string value, CancellationToken cancellationToken = default) => WithAsync(
        async connection =>
        {
            using (NpgsqlCommand insert = Command(
                connection, "INSERT INTO chainco_pins (kind, key, value) VALUES ($1, $2, $3) ON CONFLICT (kind, key) DO NOTHING RETURNING value", kind, key, value))
            {
                if (await insert.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string won)
                    return won;
            }

            // Somebody was first, and pins in use are never deleted.
            using NpgsqlCommand select = Command(connection, "SELECT value FROM chainco_pins WHERE kind = $1 AND key = $2", kind, key);
            return (string)(await select.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new PinStoreException($"the pin {kind} {key} vanished"));
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<string?> FindAsync(string kind, string key, CancellationToken cancellationToken = default) => WithAsync(
        async connection =>
        {
            using NpgsqlCommand select = Command(connection, "SELECT value FROM chainco_pins WHERE kind = $1 AND key = $2", kind, key);
            return await select.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> MoveAsync(string kind, string key, string from, string to, CancellationToken cancellationToken = default) => WithAsync(
        async connection =>
        {
            using NpgsqlCommand update = Command(
                connection, "UPDATE chainco_pins SET value = $4, at = now() WHERE kind = $1 AND key = $2 AND value = $3", kind, key, from, to);
            return await update.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 1;
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> LockAsync(string name, CancellationToken cancellationToken = default)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            using NpgsqlCommand command = Command(connection, "SELECT pg_advisory_lock(hashtextextended($1, 0))", "chainco:" + name);
            // Another coordinator may hold it for as long as a daemon takes to answer.
            command.CommandTimeout = 0;
            await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            return new Held(connection, name);
        }
        catch (NpgsqlException e)
        {
            await DisposeAsync(connection).ConfigureAwait(false);
            throw new PinStoreException($"the lock {name} cannot be taken: {e.Message}", e);
        }
        catch
        {
            await DisposeAsync(connection).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync().ConfigureAwait(false);
        _preparing.Dispose();
    }

    private async Task<T> WithAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken token)
    {
        try
        {
            NpgsqlConnection connection = await OpenAsync(token).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable closing = connection.ConfigureAwait(false);
            return await work(connection).ConfigureAwait(false);
        }
        catch (NpgsqlException e)
        {
            throw new PinStoreException($"the shared pins cannot be used: {e.Message}", e);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken token)
    {
        if (!_prepared)
            await PrepareAsync(token).ConfigureAwait(false);
        return await _source.OpenConnectionAsync(token).ConfigureAwait(false);
    }

    private async Task PrepareAsync(CancellationToken token)
    {
        await _preparing.WaitAsync(token).ConfigureAwait(false);
        try
        {
            if (_prepared)
                return;
            NpgsqlConnection connection = await _source.OpenConnectionAsync(token).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable closing = connection.ConfigureAwait(false);
            // Two coordinators that start together must not both create the table.
            using NpgsqlCommand create = Command(
                connection,
                """
                DO $$ BEGIN
                  PERFORM pg_advisory_xact_lock(hashtextextended('chainco:schema', 0));
                  CREATE TABLE IF NOT EXISTS chainco_pins (
                    kind text NOT NULL, key text NOT NULL, value text NOT NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (kind, key));
                  -- A block of that age cannot be published any more, and a message of that age is in no doubt.
                  DELETE FROM chainco_pins WHERE kind IN ('block', 'parents', 'message') AND at < now() - interval '30 days';
                END $$
                """);
            await create.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            _prepared = true;
        }
        finally
        {
            _preparing.Release();
        }
    }

#pragma warning disable CA2100 // The texts are the constants above.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, params ReadOnlySpan<string> values)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (string value in values)
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        return command;
    }
#pragma warning restore CA2100

    private static ValueTask DisposeAsync(NpgsqlConnection? connection) => connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class Held(NpgsqlConnection connection, string name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                // The connection goes back to the pool, where its session would keep the lock.
                using NpgsqlCommand command = Command(connection, "SELECT pg_advisory_unlock(hashtextextended($1, 0))", "chainco:" + name);
                await command.ExecuteScalarAsync().ConfigureAwait(false);
            }
            catch (NpgsqlException)
            {
                // The session is gone and the lock with it.
            }

            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
