namespace Filecoin.Proving.Database;

/// <summary>Which SQL a database speaks, and the few fragments in which the two differ. All other statements are written once for both.</summary>
public sealed class SqlDialect
{
    private SqlDialect(string name, string nowMilliseconds, string skipLocked, string forUpdate, string blob)
    {
        Name = name;
        NowMilliseconds = nowMilliseconds;
        SkipLocked = skipLocked;
        ForUpdate = forUpdate;
        Blob = blob;
    }

    /// <summary>SQLite, embedded: one file, one writer at a time.</summary>
    public static SqlDialect Sqlite { get; } =
        new("sqlite", "CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)", "", "", "BLOB");

    /// <summary>PostgreSQL 15 and later, and what is compatible with it.</summary>
    public static SqlDialect PostgreSql { get; } =
        new("postgresql", "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)", "FOR UPDATE SKIP LOCKED", "FOR UPDATE", "BYTEA");

    /// <summary><c>sqlite</c> or <c>postgresql</c>.</summary>
    public string Name { get; }

    /// <summary>The database's own clock in milliseconds since 1970, a 64-bit integer: what leases are measured by, whatever a machine's clock says.</summary>
    public string NowMilliseconds { get; }

    /// <summary>Ends a select that takes rows nobody else has locked; empty where a write transaction excludes every other.</summary>
    public string SkipLocked { get; }

    /// <summary>Ends a select that locks what it reads; empty where a write transaction excludes every other.</summary>
    public string ForUpdate { get; }

    /// <summary>The column type of bytes. Text is TEXT, integers are BIGINT, truth is BIGINT 0 or 1, in both.</summary>
    public string Blob { get; }

    /// <summary>The condition that a column's value is one of a list.</summary>
    /// <param name="column">The column.</param>
    /// <param name="parameter">The parameter's name with its <c>@</c>; its value is an array or a list.</param>
    public string IsOneOf(string column, string parameter) => this == Sqlite ? $"{column} IN {parameter}" : $"{column} = ANY({parameter})";

    /// <summary>The condition that a column's value is one of few that a select gives: the server looks each up by the column's index, whatever it knows of the table.</summary>
    /// <param name="column">The column.</param>
    /// <param name="select">A select of one column.</param>
    public string IsOneOfFew(string column, string select) => this == Sqlite ? $"{column} IN ({select})" : $"{column} = ANY(ARRAY({select}))";

    /// <inheritdoc/>
    public override string ToString() => Name;
}
