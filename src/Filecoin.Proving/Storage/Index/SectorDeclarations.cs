using System.Globalization;
using System.Text;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Storage.Index;

/// <summary>Which files lie in which path: the table of ten million rows.</summary>
internal sealed class SectorDeclarations(SqlDatabase database)
{
    private const int RowsOfStatement = 500;
    private const int RowsOfTransaction = 5000;

    /// <summary>Columns go over the wire as arrays: a fifth of what it takes to parse rows.</summary>
    private const string InsertColumns =
        """
        INSERT INTO storage_sectors (miner, number, path, types, primary_types)
        SELECT miner, number, @path, types, primary_types FROM unnest(@miners, @numbers, @types, @primary) AS came (miner, number, types, primary_types)
        """;

    /// <summary>Rows that would stay as they are stay unwritten.</summary>
    private const string OnConflict =
        """
         ON CONFLICT (miner, number, path) DO UPDATE SET
            types = storage_sectors.types | excluded.types, primary_types = storage_sectors.primary_types | excluded.primary_types
        WHERE (storage_sectors.types | excluded.types) <> storage_sectors.types OR (storage_sectors.primary_types | excluded.primary_types) <> storage_sectors.primary_types
        """;

    /// <summary>No storage id begins so: the rest of a path that was detached.</summary>
    private const string Hidden = "detached:";

    public static SectorIndexException UnknownPath(StorageId id) => new(SectorIndexFault.UnknownPath, $"expected a storage path that is attached, found none with id '{id}'");

    /// <summary>The key of a path, which stays as it is until the transaction ends.</summary>
    public static async Task<long> PathAsync(SqlSession session, StorageId id) =>
        await session.ScalarAsync<long?>($"SELECT path FROM storage_paths WHERE storage_id = @id {session.Dialect.ForUpdate}", new { id = id.Value }).ConfigureAwait(false)
        ?? throw UnknownPath(id);

    /// <summary>Takes a path out of every answer; its declarations are swept later.</summary>
    public static Task HideAsync(SqlSession session, long path) =>
        session.ExecuteAsync("UPDATE storage_paths SET storage_id = @hidden || path, heartbeat = 0, error = 'detached' WHERE path = @path", new { path, hidden = Hidden });

    public async Task AddAsync(StorageId id, IReadOnlyList<SectorDeclaration> declarations, CancellationToken cancellationToken)
    {
        foreach (SectorDeclaration declaration in declarations)
            SectorKey.Checked(declaration.Types);

        // A statement may meet a row only once, and rows in one order meet other transactions without deadlock.
        var rows = declarations
            .GroupBy(declaration => SectorKey.Of(declaration.Sector))
            .OrderBy(sector => sector.Key)
            .Select(sector => (
                sector.Key.Miner, sector.Key.Number,
                Types: sector.Aggregate(SectorFileType.None, (types, one) => types | one.Types),
                Primary: sector.Aggregate(SectorFileType.None, (types, one) => one.Primary ? types | one.Types : types)))
            .ToArray();
        foreach ((long Miner, long Number, SectorFileType Types, SectorFileType Primary)[] part in rows.Chunk(RowsOfTransaction))
        {
            await database.WriteAsync(
                async session =>
                {
                    long path = await PathAsync(session, id).ConfigureAwait(false);
                    if (session.Dialect == SqlDialect.Sqlite)
                    {
                        foreach ((long Miner, long Number, SectorFileType Types, SectorFileType Primary)[] some in part.Chunk(RowsOfStatement))
                            await session.ExecuteAsync(Insert(path, some)).ConfigureAwait(false);
                    }
                    else
                    {
                        var columns = new
                        {
                            path,
                            miners = part.Select(row => row.Miner).ToArray(),
                            numbers = part.Select(row => row.Number).ToArray(),
                            types = part.Select(row => (long)row.Types).ToArray(),
                            primary = part.Select(row => (long)row.Primary).ToArray(),
                        };
                        await session.ExecuteAsync(InsertColumns + OnConflict, columns).ConfigureAwait(false);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    public Task DropAsync(StorageId id, SectorId sector, SectorFileType types, CancellationToken cancellationToken)
    {
        (long miner, long number) = SectorKey.Of(sector);
        SectorKey.Checked(types);
        return database.WriteAsync(
            async session =>
            {
                var row = new { path = await PathAsync(session, id).ConfigureAwait(false), miner, number, types = (long)types };
                const string Row = "WHERE miner = @miner AND number = @number AND path = @path";
                await session.ExecuteAsync($"UPDATE storage_sectors SET types = types & ~@types, primary_types = primary_types & ~@types {Row}", row).ConfigureAwait(false);
                await session.ExecuteAsync($"DELETE FROM storage_sectors {Row} AND types = 0", row).ConfigureAwait(false);
            },
            cancellationToken);
    }

    public async Task<IReadOnlyList<SectorDeclaration>> ListAsync(StorageId id, SectorId? after, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > SectorIndexOptions.MaxPage)
            throw new SectorIndexException(SectorIndexFault.Invalid, $"expected a page of 1 to {SectorIndexOptions.MaxPage} sectors, found {limit}");
        (long miner, long number) = after is { } last ? SectorKey.Of(last) : (-1, -1);
        IReadOnlyList<Row> rows = await database.ReadAsync(
            async session =>
            {
                long path = await session.ScalarAsync<long?>("SELECT path FROM storage_paths WHERE storage_id = @id", new { id = id.Value }).ConfigureAwait(false)
                    ?? throw UnknownPath(id);
                return await session.QueryAsync<Row>(
                    """
                    SELECT miner, number, types, primary_types AS primarytypes FROM storage_sectors
                    WHERE path = @path AND (miner, number) > (@miner, @number) ORDER BY path, miner, number LIMIT @limit
                    """,
                    new { path, miner, number, limit }).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => new SectorDeclaration(SectorKey.From(row.Miner, row.Number), (SectorFileType)row.Types, row.PrimaryTypes == row.Types))];
    }

    /// <summary>Takes away what detached paths have left, a few rows at a time.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<long> paths = await database.ReadAsync(
            session => session.QueryAsync<long>("SELECT path FROM storage_paths WHERE storage_id LIKE @hidden", new { hidden = Hidden + "%" }), cancellationToken).ConfigureAwait(false);
        foreach (long path in paths)
        {
            int swept;
            do
            {
                swept = await database.WriteAsync(
                    session => session.ExecuteAsync(
                        """
                        DELETE FROM storage_sectors WHERE path = @path
                            AND (miner, number) IN (SELECT miner, number FROM storage_sectors WHERE path = @path LIMIT @limit)
                        """,
                        new { path, limit = RowsOfTransaction }),
                    cancellationToken).ConfigureAwait(false);
            }
            while (swept > 0);
            await database.WriteAsync(session => session.ExecuteAsync("DELETE FROM storage_paths WHERE path = @path", new { path }), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Numbers stand in the statement itself: thousands of them are more than a statement has parameters.</summary>
    private static string Insert(long path, (long Miner, long Number, SectorFileType Types, SectorFileType Primary)[] rows)
    {
        var sql = new StringBuilder("INSERT INTO storage_sectors (miner, number, path, types, primary_types) VALUES ");
        for (int i = 0; i < rows.Length; i++)
        {
            sql.Append(i == 0 ? "" : ", ").Append(
                CultureInfo.InvariantCulture, $"({rows[i].Miner}, {rows[i].Number}, {path}, {(int)rows[i].Types}, {(int)rows[i].Primary})");
        }

        return sql.Append(OnConflict).ToString();
    }

    private sealed record Row(long Miner, long Number, long Types, long PrimaryTypes);
}
