using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Allocation;
using Filecoin.Sealing.Pipeline;
using Microsoft.Extensions.Logging;

namespace Filecoin.Sealing.Data;

/// <summary>Puts waiting pieces into new sectors. A sector, its number and the way of its pieces into it are one transaction.</summary>
internal sealed partial class PiecePacker(SqlDatabase database, SealingOptions sealing, ISealingChain chain, StagingOptions staging, ILogger logger)
{
    private const int MaxRead = 10_000;

    private sealed record Row
    {
        public string Piece { get; init; } = "";

        public long Waited { get; init; }

        public long? StartEpoch { get; init; }
    }

    /// <summary>Looks once at the pieces that wait.</summary>
    /// <returns>The sectors that were begun.</returns>
    public async Task<IReadOnlyList<SectorId>> RoundAsync(ChainEpoch head, CancellationToken cancellationToken)
    {
        (IReadOnlyList<Row> rows, long inSealing) = await database.ReadAsync(
            async session => (
                await session.QueryAsync<Row>(
                    $"""
                    SELECT terms AS Piece, {session.Dialect.NowMilliseconds} - added AS Waited, start_epoch AS StartEpoch FROM piece_staged
                    WHERE miner = @miner AND state = 'Open' ORDER BY added LIMIT @limit
                    """,
                    new { miner = (long)sealing.MinerId, limit = MaxRead }).ConfigureAwait(false),
                await InSealingAsync(session, sealing.MinerId).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        // The latest head at which a precommit would still be sent (SubmitPreCommit): a deal that starts sooner holds up its company for nothing.
        long last = head.Value + sealing.Policy.PreCommitChallengeDelay;
        if (rows.Any(row => row.StartEpoch <= last))
        {
            await ExpireAsync(last, cancellationToken).ConfigureAwait(false);
            rows = [.. rows.Where(row => !(row.StartEpoch <= last))];
        }

        if (rows.Count == 0)
            return [];
        long soon = head.Value + (long)((staging.SealingTime + staging.MaxWaitForSector) / sealing.Policy.EpochDuration);
        var waiting = rows.Select(row => new WaitingPiece(
            PipelineJson.Read<SectorPiece>(row.Piece), TimeSpan.FromMilliseconds(row.Waited), row.StartEpoch is { } start && start <= soon));
        IReadOnlyList<IReadOnlyList<SectorPiece>> plan = PiecePacking.Plan(sealing.Config.SectorSize, waiting, staging.MaxWaitForSector, staging.MaxPieces);
        int room = (int)Math.Clamp(staging.MaxSectors - inSealing, 0, plan.Count);
        if (room == 0)
            return [];
        Bitfield allocated = await chain.AllocatedAsync(sealing.Miner, TipSetKey.Empty, cancellationToken).ConfigureAwait(false);
        var begun = new List<SectorId>();
        foreach (IReadOnlyList<SectorPiece> pieces in plan.Take(room))
        {
            if (await BeginAsync(pieces, allocated, cancellationToken).ConfigureAwait(false) is { } sector)
                begun.Add(sector);
        }

        return begun;
    }

    private async Task ExpireAsync(long last, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> expired = await database.WriteAsync(
            session => session.QueryAsync<string>(
                "UPDATE piece_staged SET state = 'Expired' WHERE miner = @miner AND state = 'Open' AND start_epoch <= @last RETURNING id", new { miner = (long)sealing.MinerId, last }),
            cancellationToken).ConfigureAwait(false);
        foreach (string piece in expired)
            Expired(logger, piece, last);
    }

    public static Task<long> InSealingAsync(SqlSession session, ulong miner) => session.ScalarAsync<long>(
        "SELECT COUNT(*) FROM seal_sectors WHERE miner = @miner AND state IN ('Ready', 'Running', 'Batching', 'Waiting', 'Failed', 'Held')", new { miner = (long)miner });

    private Task<SectorId?> BeginAsync(IReadOnlyList<SectorPiece> pieces, Bitfield allocated, CancellationToken cancellationToken) => database.WriteAsync<SectorId?>(
        async session =>
        {
            // Another hub may have taken one of them meanwhile; then none goes, and the next round plans anew.
            foreach (SectorPiece piece in pieces)
            {
                if (await session.ScalarAsync<string>($"SELECT state FROM piece_staged WHERE id = @Id {session.Dialect.ForUpdate}", new { piece.Id }).ConfigureAwait(false) != "Open")
                    return null;
            }

            ulong number = (await SectorNumbers.ReserveAsync(session, sealing.MinerId, 1, allocated, sealing.FirstSectorNumber).ConfigureAwait(false))[0];
            foreach (SectorPiece piece in pieces)
                await session.ExecuteAsync("UPDATE piece_staged SET state = 'Packed' WHERE id = @Id", new { piece.Id }).ConfigureAwait(false);
            var sector = new SectorId(sealing.MinerId, new SectorNumber(number));
            await SealStore.InsertAsync(session, sector, sealing.Proof, pieces).ConfigureAwait(false);
            return sector;
        },
        cancellationToken);

    [LoggerMessage(160, LogLevel.Warning, "piece {Piece}: its deal starts before epoch {Epoch}, too soon to be sealed; it is dropped")]
    private static partial void Expired(ILogger logger, string piece, long epoch);
}
