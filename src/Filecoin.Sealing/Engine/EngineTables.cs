using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <summary>The engine's tables: <c>machine_nodes</c>, <c>task_queue</c>, <c>task_reservations</c>, <c>task_history</c>.</summary>
public static class EngineTables
{
    private static readonly SqlMigration[] Steps =
    [
        new(1, dialect =>
        {
            string id = dialect == SqlDialect.Sqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
            return $"""
                CREATE TABLE machine_nodes (
                    name TEXT NOT NULL PRIMARY KEY,
                    address TEXT NOT NULL,
                    session BIGINT NOT NULL,
                    alive BIGINT NOT NULL,
                    state TEXT NOT NULL,
                    cores BIGINT NOT NULL,
                    memory_bytes BIGINT NOT NULL,
                    gpus BIGINT NOT NULL,
                    types TEXT NOT NULL,
                    joined_at BIGINT NOT NULL,
                    heartbeat_at BIGINT NOT NULL,
                    expires_at BIGINT NOT NULL);
                CREATE TABLE task_queue (
                    id {id},
                    type TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    payload TEXT NOT NULL,
                    priority BIGINT NOT NULL,
                    ready BIGINT NOT NULL,
                    not_before BIGINT NOT NULL,
                    added_at BIGINT NOT NULL,
                    attempts BIGINT NOT NULL DEFAULT 0,
                    losses BIGINT NOT NULL DEFAULT 0,
                    fence BIGINT NOT NULL DEFAULT 0,
                    owner BIGINT,
                    machine TEXT,
                    claimed_at BIGINT,
                    note TEXT,
                    reason TEXT,
                    UNIQUE (type, subject));
                CREATE INDEX task_queue_ready ON task_queue (type, priority DESC, id) WHERE owner IS NULL AND ready = 1;
                CREATE INDEX task_queue_resting ON task_queue (not_before) WHERE owner IS NULL AND ready = 0;
                CREATE INDEX task_queue_owned ON task_queue (owner) WHERE owner IS NOT NULL;
                CREATE TABLE task_reservations (
                    task_id BIGINT NOT NULL,
                    position BIGINT NOT NULL,
                    machine TEXT NOT NULL,
                    storage_id TEXT NOT NULL,
                    kind TEXT NOT NULL,
                    bytes BIGINT NOT NULL,
                    PRIMARY KEY (task_id, position));
                CREATE INDEX task_reservations_storage ON task_reservations (storage_id);
                CREATE TABLE task_history (
                    id {id},
                    task_id BIGINT NOT NULL,
                    type TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    machine TEXT NOT NULL,
                    fence BIGINT NOT NULL,
                    outcome TEXT NOT NULL,
                    reason TEXT,
                    added_at BIGINT NOT NULL,
                    claimed_at BIGINT NOT NULL,
                    ended_at BIGINT NOT NULL);
                CREATE INDEX task_history_subject ON task_history (subject, id);
                CREATE INDEX task_history_ended ON task_history (ended_at)
                """;
        }),
    ];

    /// <summary>Makes the tables or brings them up to date. Any number of machines may call it at once.</summary>
    /// <exception cref="DatabaseException">A newer release has used this database, or it did not answer.</exception>
    public static Task MigrateAsync(SqlDatabase database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.MigrateAsync("engine", Steps, cancellationToken);
    }
}
