using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;

namespace Filecoin.Proving.Storage.Paths;

/// <summary>Reckons the room of this machine's paths and what of it is promised. Touches disks: called on threads that may hang.</summary>
internal sealed class StorageRoom
{
    private readonly Lock _lock = new();
    private readonly List<(LocalStoragePathState Path, StorageReservation Reservation)> _reservations = [];
    private readonly Dictionary<string, SemaphoreSlim> _mounts = new(StringComparer.Ordinal);

    /// <summary>Who holds it alone promises room on a mount.</summary>
    public SemaphoreSlim Gate(string mount)
    {
        lock (_lock)
            return _mounts.TryGetValue(mount, out SemaphoreSlim? gate) ? gate : _mounts[mount] = new SemaphoreSlim(1, 1);
    }

    /// <summary>The room of a path now.</summary>
    public StorageStat Measure(LocalStoragePathState path)
    {
        (long capacity, long free) = DiskSpace.Of(path.Directory);
        (LocalStoragePathState Path, StorageReservation Reservation)[] promised;
        lock (_lock)
            promised = [.. _reservations.Where(one => one.Path.Mount == path.Mount)];
        long ofMount = 0, ofPath = 0;
        foreach ((LocalStoragePathState holder, StorageReservation reservation) in promised)
        {
            long open = reservation.Bytes.Sum(kind => Math.Max(0, kind.Value - Written(reservation.Directory, kind.Key, reservation.Sector)));
            ofMount += open;
            if (holder == path)
                ofPath += open;
        }

        long available = Math.Max(0, free - ofMount);
        long most = (long)Math.Min(path.Config.MaxStorage, long.MaxValue);
        if (most > 0)
            available = Math.Min(available, Math.Max(0, most - path.Used - ofPath));
        return new StorageStat
        {
            Capacity = capacity,
            Available = path.TakesFiles ? available : 0,
            FileSystemAvailable = free,
            Reserved = ofPath,
            Max = most,
            Used = most > 0 ? path.Used : 0,
        };
    }

    /// <summary>Promises room. The mount's gate is held.</summary>
    /// <exception cref="StoragePathException">There is not enough.</exception>
    public StorageReservation Reserve(LocalStoragePathState path, SectorId sector, IReadOnlyDictionary<SectorFileType, long> bytes)
    {
        long needed = bytes.Sum(kind => Math.Max(0, kind.Value - Written(path.Directory, kind.Key, sector)));
        StorageStat stat = Measure(path);
        if (needed > stat.Available)
            throw new StoragePathException(StoragePathFault.NoRoom, path.Id, path.TakesFiles
                ? $"expected room for {needed} bytes of {sector}, found {stat.Available}" : $"expected a path that takes files, found '{path.Directory}' read-only");
        var reservation = new StorageReservation(path.Id, path.Directory, sector, bytes, Release);
        lock (_lock)
            _reservations.Add((path, reservation));
        return reservation;
    }

    private void Release(StorageReservation reservation)
    {
        lock (_lock)
            _reservations.RemoveAll(one => one.Reservation == reservation);
    }

    /// <summary>What is on the disk of a kind of file: finished, under construction, or on its way from another machine.</summary>
    private static long Written(string directory, SectorFileType type, SectorId sector)
    {
        string path = StorageLayout.PathOf(directory, type, sector);
        string fetching = Path.Combine(directory, StorageLayout.DirectoryOf(type), StoragePathScan.Fetching, sector.ToString());
        return DiskSpace.BytesOf(path) + DiskSpace.BytesOf(path + PendingFile.TemporarySuffix)
            + DiskSpace.BytesOf(fetching) + DiskSpace.BytesOf(fetching + PendingFile.TemporarySuffix);
    }
}
