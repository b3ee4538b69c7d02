using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;

namespace Filecoin.Proving.Storage.Paths;

/// <summary>A storage path of this machine as it was last seen.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Directory">Where it lies.</param>
/// <param name="Config">What it is for.</param>
/// <param name="Stat">Its room.</param>
/// <param name="Sectors">How many sectors have files in it.</param>
/// <param name="Error">Why it cannot be used now; null when it can.</param>
public sealed record LocalStoragePath(StorageId Id, string Directory, StoragePathConfig Config, StorageStat Stat, int Sectors, string? Error);

/// <summary>What lives of a storage path.</summary>
internal sealed class LocalStoragePathState(string directory, StoragePathConfig config, CancellationTokenSource stop)
{
    private readonly Lock _lock = new();
    private Dictionary<SectorId, SectorFileType> _sectors = [];

    public string Directory { get; } = directory;

    public StorageId Id { get; } = config.Id;

    /// <summary>Paths of one mount share its room.</summary>
    public string Mount { get; } = DiskSpace.MountOf(directory);

    public CancellationTokenSource Stop { get; } = stop;

    public Task Heart { get; set; } = Task.CompletedTask;

    /// <summary>Reads all of the path, at most one at a time.</summary>
    public Task Scanning { get; set; } = Task.CompletedTask;

    public StoragePathConfig Config { get; set; } = config;

    public StorageStat Stat { get; set; } = new();

    public StoragePathScan? Scan { get; set; }

    /// <summary>When all was read last, a timestamp.</summary>
    public long ScannedAt { get; set; }

    /// <summary>When what changes slowly was looked at last, a timestamp; null for never.</summary>
    public long? CountedAt { get; set; }

    public bool TakesFiles { get; set; }

    public long Used { get; set; }

    public string? Error { get; set; }

    /// <summary>Whether the index may not know what it was told.</summary>
    public bool Forgotten { get; set; } = true;

    public LocalStoragePath Snapshot
    {
        get
        {
            lock (_lock)
                return new LocalStoragePath(Id, Directory, Config, Stat, _sectors.Count, Error);
        }
    }

    public SectorFileType TypesOf(SectorId sector)
    {
        lock (_lock)
            return _sectors.GetValueOrDefault(sector);
    }

    /// <summary>Sets what lies here to what was read.</summary>
    /// <returns>What came, and what went.</returns>
    public (List<SectorDeclaration> Came, List<SectorDeclaration> Went) Replace(StoragePathScan scan)
    {
        lock (_lock)
        {
            Dictionary<SectorId, SectorFileType> before = _sectors;
            _sectors = new(scan.Sectors);
            Scan = scan;
            return (Except(_sectors, before), Except(before, _sectors));
        }
    }

    public void Add(SectorId sector, SectorFileType types)
    {
        lock (_lock)
            _sectors[sector] = _sectors.GetValueOrDefault(sector) | types;
    }

    public void Remove(SectorId sector, SectorFileType types)
    {
        lock (_lock)
        {
            SectorFileType left = _sectors.GetValueOrDefault(sector) & ~types;
            if (left == SectorFileType.None)
                _sectors.Remove(sector);
            else
                _sectors[sector] = left;
        }
    }

    private List<SectorDeclaration> Except(Dictionary<SectorId, SectorFileType> left, Dictionary<SectorId, SectorFileType> right) =>
        [.. left.Select(pair => new SectorDeclaration(pair.Key, pair.Value & ~right.GetValueOrDefault(pair.Key), Config.CanStore)).Where(one => one.Types != SectorFileType.None)];
}
