using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Store;

/// <summary>The tables of outgoing messages.</summary>
public static class MessageSchema
{
    private static readonly SqlMigration[] Steps =
    [
        new(1, dialect => $"""
            CREATE TABLE message_senders (
                sender TEXT NOT NULL PRIMARY KEY,
                next_nonce BIGINT NOT NULL);
            CREATE TABLE message_outgoing (
                id TEXT NOT NULL PRIMARY KEY,
                kind TEXT NOT NULL,
                sender TEXT NOT NULL,
                recipient TEXT NOT NULL,
                method BIGINT NOT NULL,
                params {dialect.Blob} NOT NULL,
                value TEXT NOT NULL,
                max_fee TEXT NOT NULL,
                state TEXT NOT NULL,
                version BIGINT NOT NULL,
                created BIGINT NOT NULL,
                due BIGINT,
                nonce BIGINT,
                attempt BIGINT NOT NULL,
                renumbered BIGINT NOT NULL,
                more_gas BIGINT NOT NULL,
                refused BIGINT NOT NULL,
                first_epoch BIGINT,
                pushed_epoch BIGINT,
                landed_cid TEXT,
                landed_epoch BIGINT,
                landed_tipset {dialect.Blob},
                exit_code BIGINT,
                returned {dialect.Blob},
                gas_used BIGINT,
                reason TEXT);
            CREATE INDEX message_outgoing_due ON message_outgoing (due) WHERE due IS NOT NULL;
            CREATE INDEX message_outgoing_nonce ON message_outgoing (sender, nonce);
            CREATE TABLE message_attempts (
                message TEXT NOT NULL REFERENCES message_outgoing (id),
                attempt BIGINT NOT NULL,
                nonce BIGINT NOT NULL,
                unsigned {dialect.Blob} NOT NULL,
                signed {dialect.Blob},
                cid TEXT,
                PRIMARY KEY (message, attempt));
            """),
        new(2, _ => "ALTER TABLE message_outgoing ADD COLUMN useless_from BIGINT"),
    ];

    /// <summary>Brings the tables up to date. Any number of machines may call it at once.</summary>
    /// <exception cref="DatabaseException">The schema is newer than this software, or the database did not answer.</exception>
    public static Task MigrateAsync(SqlDatabase database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.MigrateAsync("message", Steps, cancellationToken);
    }
}
