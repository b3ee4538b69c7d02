using Filecoin.Proving.Database;
using Npgsql;

namespace Filecoin.Benchmarks;

/// <summary>A database that is gone with the object: a file, or one of a server.</summary>
internal sealed class BenchmarkDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo? _directory;
    private readonly string? _name, _server;

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="connections">How many to a server each user of the description may open.</param>
    /// <param name="server">Its description, for <c>postgresql</c>; the one that <c>FILECOIN_TEST_POSTGRES</c> names when null.</param>
    public BenchmarkDatabase(string kind, int connections = 10, string? server = null)
    {
        if (kind == "sqlite")
        {
            _directory = Directory.CreateTempSubdirectory("filecoin-benchmark-");
            Description = Path.Combine(_directory.FullName, "benchmark.db");
        }
        else
        {
            _server = server ?? Server ?? throw new InvalidOperationException("FILECOIN_TEST_POSTGRES names no server");
            _name = $"benchmark_{Guid.NewGuid():n}";
            Ask(_server, $"CREATE DATABASE {_name}");
            Description = new NpgsqlConnectionStringBuilder(_server) { Database = _name, MaxPoolSize = connections }.ConnectionString;
        }

        Database = SqlDatabase.Open(Description);
    }

    public static IEnumerable<string> Kinds => Server is null ? ["sqlite"] : ["sqlite", "postgresql"];

    public static string? Server => Environment.GetEnvironmentVariable("FILECOIN_TEST_POSTGRES") is { Length: > 0 } server ? server : null;

    /// <summary>For <see cref="SqlDatabase.Open"/>, which gives each caller connections of its own.</summary>
    public string Description { get; }

    public SqlDatabase Database { get; }

    public long Bytes => _directory?.EnumerateFiles().Sum(file => file.Length) ?? (long)AskServer("SELECT pg_database_size(current_database())")!;

    /// <summary>Runs a statement for the server itself, for as long as it takes, outside a transaction.</summary>
    /// <returns>The first value of its answer.</returns>
    public object? AskServer(string sql) => Ask(_server is null ? throw new InvalidOperationException("SQLite has no server") : Description, sql);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_server is not null)
            Ask(_server, $"DROP DATABASE {_name} WITH (FORCE)");
        _directory?.Delete(recursive: true);
    }

    private static object? Ask(string server, string sql)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { CommandTimeout = 0, Pooling = false }.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
