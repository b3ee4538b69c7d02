using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;

namespace Filecoin.Proving.Mining;

/// <summary>Why a block must not be published: it would be a consensus fault.</summary>
public enum SlashableFault
{
    /// <summary>Another block of the miner at the same epoch.</summary>
    DoubleFork,

    /// <summary>Another block of the miner on the same parents.</summary>
    TimeOffset,

    /// <summary>The miner's own block of the parent epoch is not among the parents, though its parents are the same.</summary>
    ParentGrinding,
}

/// <summary>
/// Remembers every block before it is published, on disk and for all hubs on one database, so that none is published that would be a consensus fault
/// (builtin-actors <c>report_consensus_fault</c>).
/// </summary>
/// <param name="database">The database; a claim is on disk when the call returns.</param>
public sealed class SlashFilter(SqlDatabase database)
{
    private static readonly SqlMigration[] Migrations =
    [
        new(1, _ => """
            CREATE TABLE mine_blocks (miner BIGINT NOT NULL, epoch BIGINT NOT NULL, parents TEXT NOT NULL, block TEXT NOT NULL,
                PRIMARY KEY (miner, epoch));
            CREATE UNIQUE INDEX mine_blocks_parents ON mine_blocks (miner, parents)
            """),
    ];

    /// <summary>Makes the tables.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken = default) => database.MigrateAsync("mine", Migrations, cancellationToken);

    /// <summary>Claims the right to publish a block. Claiming the same block again is allowed.</summary>
    /// <param name="block">The block.</param>
    /// <param name="parent">Its parent tipset.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when it may be published, else why not.</returns>
    /// <exception cref="DatabaseException">It is not known whether the block is claimed: do not publish it.</exception>
    public Task<SlashableFault?> ClaimAsync(BlockHeader block, TipSet parent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(parent);
        long miner = block.Miner.TryGetId(out ulong id) ? (long)id : throw new ArgumentException($"Expected an f0 address, found {block.Miner}.", nameof(block));
        string cid = block.Cid.ToString();
        string parents = string.Join(',', block.Parents);
        string grandparents = string.Join(',', parent.Parents.Cids);
        return database.WriteAsync<SlashableFault?>(
            async session =>
            {
                int inserted = await session.ExecuteAsync(
                    "INSERT INTO mine_blocks (miner, epoch, parents, block) VALUES (@miner, @epoch, @parents, @cid) ON CONFLICT DO NOTHING",
                    new { miner, epoch = block.Height.Value, parents, cid }).ConfigureAwait(false);
                if (inserted == 0)
                {
                    string? atEpoch = await session.FirstAsync<string>(
                        "SELECT block FROM mine_blocks WHERE miner = @miner AND epoch = @epoch", new { miner, epoch = block.Height.Value }).ConfigureAwait(false);
                    return atEpoch == cid ? null : atEpoch is null ? SlashableFault.TimeOffset : SlashableFault.DoubleFork;
                }

                string? own = await session.FirstAsync<string>(
                    "SELECT block FROM mine_blocks WHERE miner = @miner AND epoch = @epoch AND parents = @grandparents",
                    new { miner, epoch = parent.Height.Value, grandparents }).ConfigureAwait(false);
                if (own is null || block.Parents.Any(known => known.ToString() == own))
                    return null;
                await session.ExecuteAsync("DELETE FROM mine_blocks WHERE miner = @miner AND epoch = @epoch", new { miner, epoch = block.Height.Value }).ConfigureAwait(false);
                return SlashableFault.ParentGrinding;
            },
            cancellationToken);
    }
}
