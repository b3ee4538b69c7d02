using Npgsql;

namespace Filecoin.ChainCo.Tests.Availability;

/// <summary>A database of its own for one test, on the server that the environment names; gone with the object.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly string _name = $"test_{Guid.NewGuid():n}";

    public PostgresDatabase()
    {
        OnServer($"CREATE DATABASE {_name}");
        Connection = new NpgsqlConnectionStringBuilder(EachDatabaseAttribute.Server!) { Database = _name, MaxPoolSize = 30 }.ConnectionString;
    }

    public string Connection { get; }

    /// <summary>A connection string by which the sessions of one coordinator are known.</summary>
    public string For(string coordinator) => new NpgsqlConnectionStringBuilder(Connection) { ApplicationName = coordinator }.ConnectionString;

    /// <summary>Ends the sessions of one coordinator, as its death does.</summary>
    public void End(string coordinator) => OnServer(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name}' AND application_name = '{coordinator}'");

    public ValueTask DisposeAsync()
    {
        OnServer($"DROP DATABASE {_name} WITH (FORCE)");
        return ValueTask.CompletedTask;
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

/// <summary>A fact that needs a PostgreSQL server to make databases in.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() =>
        Skip = EachDatabaseAttribute.Server is null ? $"Set {EachDatabaseAttribute.Variable} to the connection string of a server that tests may make databases in." : null;
}

/// <summary>A theory that needs the same.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute() => Skip = new PostgresFactAttribute().Skip;
}
