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

    /// <summary>
    /// Of two own blocks, the later is built on a tipset that the earlier could have been in, and is not: whichever of the two is made first.
    /// </summary>
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
        new(2, _ => """
            ALTER TABLE mine_blocks ADD COLUMN parent_epoch BIGINT NOT NULL DEFAULT -1;
            ALTER TABLE mine_blocks ADD COLUMN grandparents TEXT NOT NULL DEFAULT '';
            CREATE INDEX mine_blocks_grandparents ON mine_blocks (miner, parent_epoch, grandparents);
            CREATE TABLE mine_miners (miner BIGINT NOT NULL PRIMARY KEY)
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
        var row = new
        {
            miner,
            epoch = block.Height.Value,
            parents = string.Join(',', block.Parents),
            cid,
            parentEpoch = parent.Height.Value,
            grandparents = string.Join(',', parent.Parents.Cids),
        };
        return database.WriteAsync<SlashableFault?>(
            async session =>
            {
                // One claim of a miner after the other, so that each sees all before it.
                await session.ExecuteAsync("INSERT INTO mine_miners (miner) VALUES (@miner) ON CONFLICT (miner) DO UPDATE SET miner = excluded.miner", row).ConfigureAwait(false);
                string? atEpoch = await session.FirstAsync<string>("SELECT block FROM mine_blocks WHERE miner = @miner AND epoch = @epoch", row).ConfigureAwait(false);
                if (atEpoch is not null)
                    return atEpoch == cid ? null : SlashableFault.DoubleFork;
                if (await session.FirstAsync<string>("SELECT block FROM mine_blocks WHERE miner = @miner AND parents = @parents", row).ConfigureAwait(false) is not null)
                    return SlashableFault.TimeOffset;
                string? beside = await session.FirstAsync<string>(
                    "SELECT block FROM mine_blocks WHERE miner = @miner AND epoch = @parentEpoch AND parents = @grandparents", row).ConfigureAwait(false);
                IReadOnlyList<string> after = await session.QueryAsync<string>(
                    "SELECT parents FROM mine_blocks WHERE miner = @miner AND parent_epoch = @epoch AND grandparents = @parents", row).ConfigureAwait(false);
                if ((beside is not null && !Has(row.parents, beside)) || after.Any(parents => !Has(parents, cid)))
                    return SlashableFault.ParentGrinding;
                await session.ExecuteAsync(
                    "INSERT INTO mine_blocks (miner, epoch, parents, block, parent_epoch, grandparents) VALUES (@miner, @epoch, @parents, @cid, @parentEpoch, @grandparents)", row)
                    .ConfigureAwait(false);
                return null;
            },
            cancellationToken);
    }

    private static bool Has(string parents, string block) => parents.Split(',').Contains(block);
}
