using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Filecoin.Proving.Database;

/// <summary>An SQLite file in WAL mode: one writer at a time, readers beside it, every commit on disk before it is told.</summary>
internal sealed class SqliteDatabase : SqlDatabase
{
    private const int Busy = 5, Locked = 6, ReadOnly = 8, IoError = 10, Full = 13, CannotOpen = 14;

    private readonly string _connectionString;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private SqliteConnection? _writer;
    private int _disposed;

    static SqliteDatabase() => SQLitePCL.Batteries_V2.Init();

    public SqliteDatabase(string path)
        : base(SqlDialect.Sqlite)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString();
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _writing.WaitAsync().ConfigureAwait(false);
        _writer?.Dispose();
        while (_idle.TryTake(out SqliteConnection? reader))
            reader.Dispose();
    }

    private protected override async Task<T> ReadOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        SqliteConnection reader = _idle.TryTake(out SqliteConnection? idle) ? idle : Open();
        try
        {
            // One snapshot for all of the work's statements.
            using SqliteTransaction transaction = reader.BeginTransaction(deferred: true);
            T result = await work(new SqlSession(Dialect, reader, transaction, cancellationToken)).ConfigureAwait(false);
            await transaction.RollbackAsync(CancellationToken.None).ConfigureAwait(false);
            _idle.Add(reader);
            return result;
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private protected override Task<T> WriteOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken) => WriteOnceAsync(work, int.MaxValue, cancellationToken);

    private protected override Task<T> WriteOneOnceAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken) => WriteOnceAsync(work, 1, cancellationToken);

    private async Task<T> WriteOnceAsync<T>(Func<SqlSession, Task<T>> work, int commands, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _writer ??= Open();
            using SqliteTransaction transaction = _writer.BeginTransaction(deferred: false);
            T result = await work(new SqlSession(Dialect, _writer, transaction, cancellationToken, commands)).ConfigureAwait(false);
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            return result;
        }
        catch (SqliteException)
        {
            // The connection may be left in any state; the next writer opens its own.
            _writer?.Dispose();
            _writer = null;
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    private protected override DatabaseException? Judge(DbException exception) => exception is not SqliteException sqlite ? null : sqlite.SqliteErrorCode switch
    {
        Busy or Locked => new DatabaseException("the database file is locked by another process", isTransient: true, exception),
        Full => new DatabaseException("no space is left for the database file", isTransient: true, exception),
        ReadOnly or CannotOpen => new DatabaseException($"the database file cannot be opened for writing: {exception.Message}", isTransient: false, exception),
        IoError => new DatabaseException($"the database file cannot be read or written: {exception.Message}", isTransient: true, exception),
        _ => new DatabaseException(exception.Message, isTransient: false, exception),
    };

    private protected override Task PrepareMigrationsAsync(CancellationToken cancellationToken) =>
        WriteAsync(session => session.ExecuteAsync(VersionsTable), cancellationToken);

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
