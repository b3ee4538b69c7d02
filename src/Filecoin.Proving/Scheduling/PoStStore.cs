using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;

namespace Filecoin.Proving.Scheduling;

/// <summary>What the cycle keeps on disk: finished proofs and the messages asked for. Writes go through the writer's lease.</summary>
/// <param name="database">The database.</param>
/// <param name="lease">The right to write.</param>
internal sealed class PoStStore(SqlDatabase database, WriterLease lease)
{
    private static readonly SqlMigration[] Migrations =
    [
        new(1, dialect => $"""
            {WriterLease.Tables};
            CREATE TABLE post_proofs (
                miner BIGINT NOT NULL, opened BIGINT NOT NULL, part BIGINT NOT NULL, randomness {dialect.Blob} NOT NULL, sectors {dialect.Blob} NOT NULL,
                skipped {dialect.Blob} NOT NULL, proof {dialect.Blob} NOT NULL, made_ms BIGINT NOT NULL, PRIMARY KEY (miner, opened, part));
            CREATE TABLE post_messages (
                name TEXT NOT NULL PRIMARY KEY, miner BIGINT NOT NULL, opened BIGINT NOT NULL, method BIGINT NOT NULL, params {dialect.Blob} NOT NULL,
                randomness {dialect.Blob} NOT NULL, asked_at BIGINT NOT NULL, asked_ms BIGINT NOT NULL);
            CREATE INDEX post_messages_window ON post_messages (miner, opened)
            """),
    ];

    public Task PrepareAsync(CancellationToken cancellationToken) => database.MigrateAsync("post", Migrations, cancellationToken);

    public async Task<IReadOnlyList<FinishedProof>> ProofsAsync(ulong miner, ChainEpoch opened, CancellationToken cancellationToken)
    {
        IReadOnlyList<ProofRow> rows = await database.ReadAsync(
            session => session.QueryAsync<ProofRow>(
                "SELECT part AS Part, randomness AS Randomness, sectors AS Sectors, skipped AS Skipped, proof AS Proof FROM post_proofs WHERE miner = @miner AND opened = @opened",
                new { miner = (long)miner, opened = opened.Value }),
            cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => new FinishedProof(
            (ulong)row.Part, row.Randomness, FinishedProof.ReadSectors(row.Sectors), Bitfield.FromRlePlus(row.Skipped), row.Proof))];
    }

    public async Task<IReadOnlyList<AskedMessage>> MessagesAsync(ulong miner, ChainEpoch opened, CancellationToken cancellationToken)
    {
        IReadOnlyList<MessageRow> rows = await database.ReadAsync(
            session => session.QueryAsync<MessageRow>(
                "SELECT name AS Name, method AS Method, params AS Params, randomness AS Randomness, asked_at AS AskedAt FROM post_messages WHERE miner = @miner AND opened = @opened ORDER BY asked_ms, name",
                new { miner = (long)miner, opened = opened.Value }),
            cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => new AskedMessage(row.Name, (ulong)row.Method, row.Params, row.Randomness, row.AskedAt))];
    }

    public Task KeepAsync(ulong miner, ChainEpoch opened, FinishedProof proof, CancellationToken cancellationToken) => lease.WriteAsync(
        session => session.ExecuteAsync(
            $"""
            INSERT INTO post_proofs (miner, opened, part, randomness, sectors, skipped, proof, made_ms)
            VALUES (@miner, @opened, @part, @randomness, @sectors, @skipped, @proof, {session.Dialect.NowMilliseconds})
            ON CONFLICT (miner, opened, part) DO UPDATE SET randomness = excluded.randomness, sectors = excluded.sectors, skipped = excluded.skipped,
                proof = excluded.proof, made_ms = excluded.made_ms
            """,
            new
            {
                miner = (long)miner, opened = opened.Value, part = (long)proof.Partition, randomness = proof.Randomness.ToArray(),
                sectors = proof.SectorBytes(), skipped = proof.Skipped.ToRlePlus(), proof = proof.Proof.ToArray(),
            }),
        cancellationToken);

    /// <summary>Keeps that a message is wanted, before the sender hears of it.</summary>
    public Task KeepAsync(ulong miner, ChainEpoch opened, AskedMessage message, CancellationToken cancellationToken) => lease.WriteAsync(
        session => session.ExecuteAsync(
            $"""
            INSERT INTO post_messages (name, miner, opened, method, params, randomness, asked_at, asked_ms)
            VALUES (@name, @miner, @opened, @method, @parameters, @randomness, @askedAt, {session.Dialect.NowMilliseconds})
            ON CONFLICT (name) DO NOTHING
            """,
            new
            {
                name = message.Key, miner = (long)miner, opened = opened.Value, method = (long)message.Method, parameters = message.Params.ToArray(),
                randomness = message.Randomness.ToArray(), askedAt = message.AskedAt.Value,
            }),
        cancellationToken);

    /// <summary>Forgets a message that the sender refused.</summary>
    public Task ForgetAsync(string key, CancellationToken cancellationToken) => lease.WriteAsync(
        session => session.ExecuteAsync("DELETE FROM post_messages WHERE name = @key", new { key }), cancellationToken);

    /// <summary>Forgets windows that opened before an epoch.</summary>
    public Task ForgetAsync(ulong miner, ChainEpoch before, CancellationToken cancellationToken) => lease.WriteAsync(
        async session =>
        {
            var old = new { miner = (long)miner, before = before.Value };
            await session.ExecuteAsync("DELETE FROM post_proofs WHERE miner = @miner AND opened < @before", old).ConfigureAwait(false);
            return await session.ExecuteAsync("DELETE FROM post_messages WHERE miner = @miner AND opened < @before", old).ConfigureAwait(false);
        },
        cancellationToken);

    private sealed record ProofRow
    {
        public long Part { get; init; }

        public byte[] Randomness { get; init; } = [];

        public byte[] Sectors { get; init; } = [];

        public byte[] Skipped { get; init; } = [];

        public byte[] Proof { get; init; } = [];
    }

    private sealed record MessageRow
    {
        public string Name { get; init; } = "";

        public long Method { get; init; }

        public byte[] Params { get; init; } = [];

        public byte[] Randomness { get; init; } = [];

        public long AskedAt { get; init; }
    }
}
