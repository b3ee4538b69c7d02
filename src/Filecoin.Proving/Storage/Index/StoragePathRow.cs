using System.Text.Json;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Storage.Index;

/// <summary>One URL of a storage path as it is read, with what the path has of a sector.</summary>
internal sealed class StoragePathRow
{
    public long Path { get; init; }

    public required string Storage { get; init; }

    public required string InfoJson { get; init; }

    public required string StatJson { get; init; }

    public string? Url { get; init; }

    /// <summary>Zero where no sector was asked for.</summary>
    public long Types { get; init; }

    public long PrimaryTypes { get; init; }

    private const string Columns = "p.path AS path, p.storage_id AS storage, p.info AS infojson, p.stat AS statjson, u.url AS url";

    private const string Order = " ORDER BY p.path, u.heartbeat DESC, u.url";

    /// <summary>The living paths that have any of some kinds of files of a sector.</summary>
    public static string SelectHolding(SqlDialect dialect) =>
        $"""
        SELECT {Columns}, s.types AS types, s.primary_types AS primarytypes
        FROM storage_sectors s JOIN storage_paths p ON p.path = s.path LEFT JOIN storage_urls u ON {UrlLives(dialect)}
        WHERE s.miner = @miner AND s.number = @number AND (s.types & @types) <> 0 AND {Lives(dialect)}
        """ + Order;

    /// <summary>The living paths.</summary>
    public static string SelectLiving(SqlDialect dialect) =>
        $"""
        SELECT {Columns}
        FROM storage_paths p LEFT JOIN storage_urls u ON {UrlLives(dialect)}
        WHERE {Lives(dialect)}
        """ + Order;

    /// <summary>The rows of each path together.</summary>
    public static IEnumerable<PathState> Group(IReadOnlyList<StoragePathRow> rows) =>
        rows.GroupBy(row => row.Path).Select(path =>
        {
            StoragePathRow first = path.First();
            return new PathState(
                StorageId.Parse(first.Storage), Info(first.InfoJson), JsonSerializer.Deserialize(first.StatJson, StorageJsonContext.Default.StorageStat)!,
                [.. path.Where(row => row.Url is not null).Select(row => row.Url!)], (SectorFileType)first.Types, (SectorFileType)first.PrimaryTypes);
        });

    /// <summary>What a path said of itself.</summary>
    public static StorageInfo Info(string json) => JsonSerializer.Deserialize(json, StorageJsonContext.Default.StorageInfo)!;

    private static string UrlLives(SqlDialect dialect) => $"u.path = p.path AND u.heartbeat > {dialect.NowMilliseconds} - @stale";

    private static string Lives(SqlDialect dialect) =>
        $"""
        (u.url IS NOT NULL OR (p.error = '' AND p.heartbeat > {dialect.NowMilliseconds} - @stale
            AND NOT EXISTS (SELECT 1 FROM storage_urls x WHERE x.path = p.path)))
        """;
}

/// <summary>A living path, and what it has of a sector.</summary>
internal sealed record PathState(StorageId Id, StorageInfo Info, StorageStat Stat, IReadOnlyList<string> Urls, SectorFileType Types, SectorFileType PrimaryTypes)
{
    /// <summary>As it is answered to who looks for kinds of files of a sector.</summary>
    public SectorStorageInfo Answer(SectorId sector, SectorFileType types)
    {
        SectorFileType[] kinds = [.. StorageLayout.Each(types)];
        return new SectorStorageInfo
        {
            Id = Id,
            Urls = kinds.Length == 1 ? [.. Urls.Select(url => $"{url}/{StorageLayout.DirectoryOf(types)}/{sector}")] : [],
            BaseUrls = Urls,
            Weight = Info.Weight * (ulong)kinds.Count(kind => Types.HasFlag(kind)),
            CanSeal = Info.CanSeal,
            CanStore = Info.CanStore,
            Primary = (PrimaryTypes & types) != SectorFileType.None,
            AllowTypes = Info.AllowTypes,
            DenyTypes = Info.DenyTypes,
            AllowMiners = Info.AllowMiners,
            DenyMiners = Info.DenyMiners,
            SectorFileType = Types & types,
        };
    }
}
