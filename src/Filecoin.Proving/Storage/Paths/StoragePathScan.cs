using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Storage.Paths;

/// <summary>What lies in a storage path: the entries of its directories of kinds. Temporary names are no sectors yet.</summary>
internal sealed class StoragePathScan
{
    /// <summary>Where files are written that other machines send, as Lotus does it (<c>paths.FetchTempSubdir</c>).</summary>
    public const string Fetching = "fetching";

    /// <summary>A file system's times may be this coarse: a change within it may not show.</summary>
    private static readonly TimeSpan Coarse = TimeSpan.FromSeconds(2);

    /// <summary>The time of what is not there.</summary>
    private static readonly DateTime Absent = DateTime.FromFileTimeUtc(0);

    private readonly Dictionary<SectorFileType, DateTime> _changed;

    private StoragePathScan(Dictionary<SectorId, SectorFileType> sectors, Dictionary<SectorFileType, DateTime> changed, IReadOnlyList<string> strange)
    {
        Sectors = sectors;
        _changed = changed;
        Strange = strange;
    }

    /// <summary>The kinds of files of each sector.</summary>
    public Dictionary<SectorId, SectorFileType> Sectors { get; }

    /// <summary>Entries that are named like no sector.</summary>
    public IReadOnlyList<string> Strange { get; }

    /// <summary>Reads all directories, and makes those that are missing where that is possible.</summary>
    public static StoragePathScan Read(string directory)
    {
        var sectors = new Dictionary<SectorId, SectorFileType>();
        var changed = new Dictionary<SectorFileType, DateTime>();
        var strange = new List<string>();
        foreach (SectorFileType type in StorageLayout.Types)
        {
            string kind = Path.Combine(directory, StorageLayout.DirectoryOf(type));

            // Taken before the entries: a change while they are read shows at the next look.
            changed[type] = TimeOf(kind);
            if (!Directory.Exists(kind))
                continue;
            bool isDirectory = type is SectorFileType.Cache or SectorFileType.UpdateCache;
            foreach (FileSystemInfo entry in new DirectoryInfo(kind).EnumerateFileSystemInfos())
            {
                if (entry.Name == Fetching || entry.Name.EndsWith(PendingFile.TemporarySuffix, StringComparison.Ordinal))
                    continue;
                if (TryParse(entry.Name, out SectorId sector) && entry is DirectoryInfo == isDirectory)
                    sectors[sector] = sectors.GetValueOrDefault(sector) | type;
                else
                    strange.Add($"{StorageLayout.DirectoryOf(type)}/{entry.Name}");
            }
        }

        return new StoragePathScan(sectors, changed, strange);
    }

    /// <summary>Whether entries may have come or gone since.</summary>
    public bool IsOutdated(string directory, DateTime utcNow) => StorageLayout.Types.Any(type =>
        TimeOf(Path.Combine(directory, StorageLayout.DirectoryOf(type))) is var now && (now != _changed[type] || (now != Absent && utcNow - now < Coarse && utcNow >= now)));

    private static DateTime TimeOf(string kind) => Directory.GetLastWriteTimeUtc(kind);

    private static bool TryParse(string name, out SectorId sector)
    {
        try
        {
            sector = SectorId.Parse(name);
            return true;
        }
        catch (FormatException)
        {
            sector = default;
            return false;
        }
    }
}
