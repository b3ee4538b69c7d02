using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Sealing.Pipeline;

/// <summary>Where a machine keeps sectors while they are sealed, and where they stay.</summary>
public interface ISealingStorage
{
    /// <summary>Of some sectors, those whose sealing files lie on this machine.</summary>
    Task<IReadOnlyCollection<SectorId>> HeldAsync(IReadOnlyList<SectorId> sectors, CancellationToken cancellationToken);

    /// <summary>Whether any living machine has the sector's files.</summary>
    Task<bool> ExistsAsync(SectorId sector, CancellationToken cancellationToken);

    /// <summary>Where a sector's files are on this machine; for a sector that is new here, where they will be.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="size">Its size.</param>
    /// <param name="hasData">Whether it holds data.</param>
    /// <param name="path">The storage path that the engine reserved, or null for the best one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<SectorPaths> PathsAsync(SectorId sector, SectorSize size, bool hasData, string? path, CancellationToken cancellationToken);

    /// <summary>The data of a staged piece.</summary>
    /// <exception cref="FileNotFoundException">It is nowhere.</exception>
    Task<Stream> OpenPieceAsync(SectorPiece piece, CancellationToken cancellationToken);

    /// <summary>Removes what lies of a sector in this machine's sealing paths.</summary>
    Task RemoveAsync(SectorId sector, CancellationToken cancellationToken);

    /// <summary>Of some finalized sectors, those that this machine is to bring to where they stay. Default: those whose files lie on it.</summary>
    Task<IReadOnlyCollection<SectorId>> StorableAsync(IReadOnlyList<SectorId> sectors, SectorSize size, CancellationToken cancellationToken) =>
        HeldAsync(sectors, cancellationToken);

    /// <summary>
    /// Brings a finalized sector to where it stays and makes it known as the lasting copy. Running again after a kill goes on; readers find the sector
    /// the whole time.
    /// </summary>
    /// <returns>Where it is, in words for an operator.</returns>
    Task<string> StoreAsync(SectorId sector, SectorSize size, bool hasData, CancellationToken cancellationToken);
}
