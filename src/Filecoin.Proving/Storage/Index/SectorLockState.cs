using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Storage.Index;

/// <summary>The locks of a sector (Lotus <c>storiface.SectorLock</c>): how many hold each kind of file, in the order of <see cref="StorageLayout.Types"/>.</summary>
public sealed record SectorLockState
{
    /// <summary>The sector.</summary>
    public required SectorId Sector { get; init; }

    /// <summary>0 or 1 writer for each kind.</summary>
    public required IReadOnlyList<int> Write { get; init; }

    /// <summary>Readers for each kind.</summary>
    public required IReadOnlyList<int> Read { get; init; }
}

/// <summary>All locks (Lotus <c>storiface.SectorLocks</c>).</summary>
/// <param name="Locks">By sector.</param>
public sealed record SectorLocks(IReadOnlyList<SectorLockState> Locks);
