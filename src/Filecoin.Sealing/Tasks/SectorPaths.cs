using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Sealing.Tasks;

/// <summary>Where the parts of a sector lie.</summary>
/// <param name="Unsealed">The padded data, as long as the sector; null for a sector without data (zeros). Sealing does not change it.</param>
/// <param name="Sealed">The replica.</param>
/// <param name="Cache">The directory of layers, trees and aux files.</param>
public sealed record SectorPaths(string? Unsealed, string Sealed, string Cache)
{
    /// <summary>The parts under one storage path in a provider's layout: <c>unsealed/</c>, <c>sealed/</c>, <c>cache/</c> and the sector's name.</summary>
    /// <param name="storage">The storage path.</param>
    /// <param name="sector">Names the sector, <c>s-t01000-1</c>.</param>
    /// <param name="hasData">False for a sector without data.</param>
    public static SectorPaths Under(string storage, SectorId sector, bool hasData = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(storage);
        return new SectorPaths(
            hasData ? StorageLayout.PathOf(storage, SectorFileType.Unsealed, sector) : null,
            StorageLayout.PathOf(storage, SectorFileType.Sealed, sector),
            StorageLayout.PathOf(storage, SectorFileType.Cache, sector));
    }
}
