using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;

namespace Filecoin.Proving.Storage.Paths;

/// <summary>Room in a storage path that is promised to files of a sector. What of them is written already does not count twice. Disposing gives it back.</summary>
public sealed class StorageReservation : IDisposable
{
    private readonly Action<StorageReservation> _release;
    private int _disposed;

    internal StorageReservation(StorageId storage, string directory, SectorId sector, IReadOnlyDictionary<SectorFileType, long> bytes, Action<StorageReservation> release)
    {
        Storage = storage;
        Directory = directory;
        Sector = sector;
        Bytes = bytes;
        _release = release;
    }

    /// <summary>The storage path.</summary>
    public StorageId Storage { get; }

    /// <summary>Where it lies on this machine.</summary>
    public string Directory { get; }

    /// <summary>The sector.</summary>
    public SectorId Sector { get; }

    /// <summary>Bytes for each kind of file.</summary>
    public IReadOnlyDictionary<SectorFileType, long> Bytes { get; }

    /// <summary>Where a kind of file of the sector goes.</summary>
    public string PathOf(SectorFileType type) => StorageLayout.PathOf(Directory, type, Sector);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _release(this);
    }
}
