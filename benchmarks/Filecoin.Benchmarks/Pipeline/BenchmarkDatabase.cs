using Filecoin.Proving.Database;
using Npgsql;

namespace Filecoin.Benchmarks.Pipeline;

/// <summary>A database of its own: a file, or one of the server that <c>FILECOIN_TEST_POSTGRES</c> names.</summary>
internal sealed class BenchmarkDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo? _directory;
    private readonly string? _name;

    public BenchmarkDatabase(string kind)
    {
        string description;
        if (kind == "sqlite")
        {
            _directory = Directory.CreateTempSubdirectory("filecoin-benchmark-");
            description = Path.Combine(_directory.FullName, "benchmark.db");
        }
        else
        {
            _name = $"benchmark_{Guid.NewGuid():n}";
            OnServer($"CREATE DATABASE {_name}");
            description = new NpgsqlConnectionStringBuilder(Server!) { Database = _name, MaxPoolSize = 10 }.ConnectionString;
        }

        Database = SqlDatabase.Open(description);
    }

    public static IEnumerable<string> Kinds => Server is null ? ["sqlite"] : ["sqlite", "postgresql"];

    public SqlDatabase Database { get; }

    private static string? Server => Environment.GetEnvironmentVariable("FILECOIN_TEST_POSTGRES") is { Length: > 0 } server ? server : null;

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_name is not null)
            OnServer($"DROP DATABASE {_name} WITH (FORCE)");
        _directory?.Delete(recursive: true);
    }

    private static void OnServer(string sql)
    {
        using var connection = new NpgsqlConnection(Server!);
        connection.Open();
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
