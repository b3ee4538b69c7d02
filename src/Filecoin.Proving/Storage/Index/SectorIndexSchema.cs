using Filecoin.Proving.Database;

namespace Filecoin.Proving.Storage.Index;

/// <summary>
/// The tables of the sector index. A row of <c>storage_sectors</c> is a sector in a path; it is found by sector in one look at the key, and by path
/// in order of sectors by the second index. Times are the database's milliseconds.
/// </summary>
internal static class SectorIndexSchema
{
    public const string Component = "storage";

    /// <summary>Rows that whoever takes a lock locks first, chosen by sector, so that two machines never judge one sector at once.</summary>
    public const int LockShards = 64;

    public static SqlMigration[] Steps { get; } = [new(1, Tables)];

    private static string Tables(SqlDialect dialect)
    {
        bool sqlite = dialect == SqlDialect.Sqlite;
        return $"""
            CREATE TABLE storage_paths (
                path {(sqlite ? "INTEGER PRIMARY KEY" : "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")},
                storage_id TEXT NOT NULL UNIQUE,
                info TEXT NOT NULL,
                stat TEXT NOT NULL,
                error TEXT NOT NULL,
                heartbeat BIGINT NOT NULL);
            CREATE TABLE storage_urls (
                path BIGINT NOT NULL REFERENCES storage_paths (path) ON DELETE CASCADE,
                url TEXT NOT NULL,
                heartbeat BIGINT NOT NULL,
                PRIMARY KEY (path, url));
            CREATE TABLE storage_sectors (
                miner BIGINT NOT NULL,
                number BIGINT NOT NULL,
                path BIGINT NOT NULL,
                types BIGINT NOT NULL,
                primary_types BIGINT NOT NULL,
                PRIMARY KEY (miner, number, path)){(sqlite ? " WITHOUT ROWID" : "")};
            CREATE INDEX storage_sectors_path ON storage_sectors (path, miner, number);
            CREATE TABLE storage_locks (
                lock_id TEXT NOT NULL PRIMARY KEY,
                miner BIGINT NOT NULL,
                number BIGINT NOT NULL,
                read_types BIGINT NOT NULL,
                write_types BIGINT NOT NULL,
                expires BIGINT NOT NULL);
            CREATE INDEX storage_locks_sector ON storage_locks (miner, number);
            CREATE TABLE storage_lock_shards (shard BIGINT NOT NULL PRIMARY KEY);
            INSERT INTO storage_lock_shards (shard) VALUES {string.Join(", ", Enumerable.Range(0, LockShards).Select(shard => $"({shard})"))};
            """;
    }
}
