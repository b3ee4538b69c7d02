using System.Data.Common;
using Dapper;

namespace Filecoin.Proving.Database;

/// <summary>One open transaction, or one reading connection. Parameters are the properties of an object, <c>@Name</c> in the SQL.</summary>
public sealed class SqlSession
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;
    private readonly CancellationToken _cancellationToken;
    private int _commands;

    internal SqlSession(SqlDialect dialect, DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken, int commands = int.MaxValue)
    {
        Dialect = dialect;
        _connection = connection;
        _transaction = transaction;
        _cancellationToken = cancellationToken;
        _commands = commands;
    }

    /// <summary>The fragments in which databases differ.</summary>
    public SqlDialect Dialect { get; }

    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it changed.</returns>
    public Task<int> ExecuteAsync(string sql, object? parameters = null) => _connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>Reads rows; <typeparamref name="T"/> is a scalar or has a constructor or properties named like the columns.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await _connection.QueryAsync<T>(Command(sql, parameters)).ConfigureAwait(false)).AsList();

    /// <summary>The first row, or the default value when there is none.</summary>
    public Task<T?> FirstAsync<T>(string sql, object? parameters = null) => _connection.QueryFirstOrDefaultAsync<T?>(Command(sql, parameters));

    /// <summary>The one value that a statement gives.</summary>
    public Task<T?> ScalarAsync<T>(string sql, object? parameters = null) => _connection.ExecuteScalarAsync<T?>(Command(sql, parameters));

    /// <summary>Reads rows one by one, without holding them all.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(string sql, object? parameters = null)
    {
        using DbDataReader reader = await _connection.ExecuteReaderAsync(Command(sql, parameters)).ConfigureAwait(false) as DbDataReader
            ?? throw new InvalidOperationException("the provider gave no reader");
        Func<DbDataReader, T> parse = reader.GetRowParser<T>();
        while (await reader.ReadAsync(_cancellationToken).ConfigureAwait(false))
            yield return parse(reader);
    }

    private CommandDefinition Command(string sql, object? parameters)
    {
        if (_commands-- == 0)
            throw new InvalidOperationException("a second command where one is the whole transaction");
        return new(sql, parameters, _transaction, cancellationToken: _cancellationToken);
    }
}
