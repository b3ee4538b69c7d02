using Filecoin.Proving.Database;
using Npgsql;

namespace Filecoin.Tests.Shared;

/// <summary>A database of its own for one test, gone with the object: a file, or a database of the server that the environment names.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly WorkDirectory? _directory;
    private readonly string? _name;

    /// <param name="kind">An argument of <see cref="EachDatabaseAttribute"/>.</param>
    public TestDatabase(string kind)
    {
        if (kind == "sqlite")
        {
            _directory = new WorkDirectory();
            Description = Path.Combine(_directory.Path, "test.db");
        }
        else
        {
            _name = $"test_{Guid.NewGuid():n}";
            OnServer($"CREATE DATABASE {_name}");
            Description = new NpgsqlConnectionStringBuilder(EachDatabaseAttribute.Server!) { Database = _name, MaxPoolSize = 20 }.ConnectionString;
        }

        Database = SqlDatabase.Open(Description);
    }

    /// <summary>For a second machine: <see cref="SqlDatabase.Open"/> again.</summary>
    public string Description { get; }

    public SqlDatabase Database { get; }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_name is not null)
            OnServer($"DROP DATABASE {_name} WITH (FORCE)");
        _directory?.Dispose();
    }

    private static void OnServer(string sql)
    {
        using var connection = new NpgsqlConnection(EachDatabaseAttribute.Server!);
        connection.Open();
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
