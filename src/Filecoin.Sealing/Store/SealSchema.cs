using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Store;

/// <summary>The tables of sectors and their stages, of numbers and of staged pieces.</summary>
public static class SealSchema
{
    private static readonly SqlMigration[] Steps =
    [
        new(1, _ => """
            CREATE TABLE seal_miners (
                miner BIGINT NOT NULL PRIMARY KEY,
                next_number BIGINT NOT NULL);
            CREATE TABLE seal_sectors (
                miner BIGINT NOT NULL,
                number BIGINT NOT NULL,
                proof BIGINT NOT NULL,
                expiration BIGINT NOT NULL,
                stage TEXT NOT NULL,
                state TEXT NOT NULL,
                version BIGINT NOT NULL,
                attempt BIGINT NOT NULL,
                rounds BIGINT NOT NULL,
                since_run BIGINT NOT NULL,
                run BIGINT NOT NULL,
                due BIGINT,
                ready BIGINT NOT NULL,
                created BIGINT NOT NULL,
                changed BIGINT NOT NULL,
                waits_for TEXT,
                fault TEXT,
                reason TEXT,
                command TEXT,
                PRIMARY KEY (miner, number));
            CREATE INDEX seal_sectors_due ON seal_sectors (due) WHERE due IS NOT NULL;
            CREATE INDEX seal_sectors_batching ON seal_sectors (miner, stage, proof, ready) WHERE state = 'Batching';
            CREATE INDEX seal_sectors_waits_for ON seal_sectors (waits_for) WHERE waits_for IS NOT NULL;
            CREATE INDEX seal_sectors_state ON seal_sectors (state, stage);
            CREATE TABLE seal_stages (
                miner BIGINT NOT NULL,
                number BIGINT NOT NULL,
                run BIGINT NOT NULL,
                stage TEXT NOT NULL,
                attempt BIGINT NOT NULL,
                outcome TEXT NOT NULL,
                machine TEXT,
                started BIGINT NOT NULL,
                ended BIGINT,
                fault TEXT,
                reason TEXT,
                result TEXT,
                superseded BIGINT NOT NULL,
                PRIMARY KEY (miner, number, run));
            CREATE TABLE seal_pieces (
                miner BIGINT NOT NULL,
                number BIGINT NOT NULL,
                position BIGINT NOT NULL,
                piece TEXT NOT NULL,
                PRIMARY KEY (miner, number, position));
            CREATE TABLE piece_staged (
                id TEXT NOT NULL PRIMARY KEY,
                miner BIGINT NOT NULL,
                comm_p TEXT NOT NULL,
                padded_size BIGINT NOT NULL,
                data_bytes BIGINT NOT NULL,
                path TEXT NOT NULL,
                terms TEXT NOT NULL,
                start_epoch BIGINT,
                end_epoch BIGINT,
                state TEXT NOT NULL,
                added BIGINT NOT NULL);
            CREATE INDEX piece_staged_open ON piece_staged (miner, added) WHERE state = 'Open';
            """),
        new(2, _ => "ALTER TABLE seal_sectors ADD COLUMN since_round BIGINT NOT NULL DEFAULT 0"),
    ];

    /// <summary>Brings the tables up to date. Any number of machines may call it at once.</summary>
    /// <exception cref="DatabaseException">The schema is newer than this software, or the database did not answer.</exception>
    public static Task MigrateAsync(SqlDatabase database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.MigrateAsync("seal", Steps, cancellationToken);
    }
}
