using System.Numerics;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Storage.Index;

/// <summary>Locks as rows with an end. A row that has ended counts as none and is taken away by whoever comes next.</summary>
internal sealed class SectorLocksTable(SqlDatabase database, TimeSpan lease)
{
    /// <summary>Takes a lock; null when another's stands in the way.</summary>
    public async Task<string?> TryTakeAsync(SectorId sector, SectorFileType read, SectorFileType write, CancellationToken cancellationToken)
    {
        (long miner, long number) = SectorKey.Of(sector);

        // A writer reads as well: that it also asked for the reader's lock must not set it against itself.
        long reads = (long)(read & ~write), writes = (long)write;
        string id = Guid.NewGuid().ToString("n");
        long shard = (long)(BitOperations.RotateLeft((ulong)miner * 0x9E3779B97F4A7C15, 17) + (ulong)number) & (SectorIndexSchema.LockShards - 1);
        bool taken = await database.WriteAsync(
            async session =>
            {
                string now = session.Dialect.NowMilliseconds;
                await session.ExecuteAsync($"SELECT shard FROM storage_lock_shards WHERE shard = @shard {session.Dialect.ForUpdate}", new { shard }).ConfigureAwait(false);
                await session.ExecuteAsync($"DELETE FROM storage_locks WHERE miner = @miner AND number = @number AND expires <= {now}", new { miner, number }).ConfigureAwait(false);
                return await session.ExecuteAsync(
                    $"""
                    INSERT INTO storage_locks (lock_id, miner, number, read_types, write_types, expires)
                    SELECT @id, @miner, @number, @reads, @writes, {now} + @lease
                    WHERE NOT EXISTS (
                        SELECT 1 FROM storage_locks
                        WHERE miner = @miner AND number = @number AND (((read_types | write_types) & @writes) <> 0 OR (write_types & @reads) <> 0))
                    """,
                    new { id, miner, number, reads, writes, lease = Milliseconds }).ConfigureAwait(false) == 1;
            },
            cancellationToken).ConfigureAwait(false);
        return taken ? id : null;
    }

    /// <summary>Begins a lease anew; false when it had ended.</summary>
    public Task<bool> RenewAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(
        async session => await session.ExecuteAsync(
            $"UPDATE storage_locks SET expires = {session.Dialect.NowMilliseconds} + @lease WHERE lock_id = @id AND expires > {session.Dialect.NowMilliseconds}",
            new { id, lease = Milliseconds }).ConfigureAwait(false) == 1,
        cancellationToken);

    /// <summary>Ends a lease; false when it had ended.</summary>
    public Task<bool> ReleaseAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(
        async session => await session.ExecuteAsync("DELETE FROM storage_locks WHERE lock_id = @id", new { id }).ConfigureAwait(false) == 1,
        cancellationToken);

    /// <summary>The locks that are held.</summary>
    public async Task<SectorLocks> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Row> rows = await database.ReadAsync(
            session => session.QueryAsync<Row>(
                $"SELECT miner, number, read_types AS read, write_types AS write FROM storage_locks WHERE expires > {session.Dialect.NowMilliseconds} ORDER BY miner, number"),
            cancellationToken).ConfigureAwait(false);
        return new SectorLocks([.. rows.GroupBy(row => (row.Miner, row.Number)).Select(sector => new SectorLockState
        {
            Sector = SectorKey.From(sector.Key.Miner, sector.Key.Number),
            Read = [.. StorageLayout.Types.Select(type => sector.Count(row => (row.Read & (long)type) != 0))],
            Write = [.. StorageLayout.Types.Select(type => sector.Count(row => (row.Write & (long)type) != 0))],
        })]);
    }

    private long Milliseconds => (long)lease.TotalMilliseconds;

    private sealed record Row(long Miner, long Number, long Read, long Write);
}
