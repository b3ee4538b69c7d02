using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Storage.Index;

/// <summary>
/// Where sectors' files are and who works on them: the operations of Lotus' <c>SectorIndex</c>, directly on the database or over RPC. Storage paths
/// that were not heard of for a while, or that report an error, are in no answer of <see cref="FindSectorAsync"/> and <see cref="BestAllocAsync"/>;
/// what they declared stays known until they come back or are detached. Safe for concurrent use.
/// </summary>
/// <remarks>Every method throws <see cref="SectorIndexException"/> where the index refuses, and the error of its transport or database where it is away.</remarks>
public interface ISectorIndex
{
    /// <summary>Makes a storage path known, or changes what is known of it; its URLs are added to those it has.</summary>
    Task AttachAsync(StorageInfo info, StorageStat stat, CancellationToken cancellationToken = default);

    /// <summary>Takes one URL from a storage path; with the last one the path and its declarations go.</summary>
    Task DetachAsync(StorageId id, string url, CancellationToken cancellationToken = default);

    /// <summary>What is known of a storage path, whether it lives or not.</summary>
    Task<StorageInfo> InfoAsync(StorageId id, CancellationToken cancellationToken = default);

    /// <summary>A sign of life of a storage path.</summary>
    Task ReportHealthAsync(StorageId id, HealthReport report, CancellationToken cancellationToken = default);

    /// <summary>Declares files of a sector in a storage path. Declaring again adds kinds and can make them primary, never the other way.</summary>
    Task DeclareSectorAsync(StorageId id, SectorId sector, SectorFileType types, bool primary, CancellationToken cancellationToken = default);

    /// <summary>Declares files of many sectors in a storage path in one go.</summary>
    Task DeclareSectorsAsync(StorageId id, IReadOnlyList<SectorDeclaration> declarations, CancellationToken cancellationToken = default);

    /// <summary>Takes back a declaration of files; nothing happens to kinds that were not declared.</summary>
    Task DropSectorAsync(StorageId id, SectorId sector, SectorFileType types, CancellationToken cancellationToken = default);

    /// <summary>The living storage paths that have files of a sector.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="types">The kinds of files; a path is found that has any of them.</param>
    /// <param name="size">The sector's size, where <paramref name="allowFetch"/> asks for room; else of no matter.</param>
    /// <param name="allowFetch">Adds, with weight 0, sealing paths that have the room to fetch the files and to which the paths that have them allow it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Primary paths first, then by weight.</returns>
    Task<IReadOnlyList<SectorStorageInfo>> FindSectorAsync(
        SectorId sector, SectorFileType types, SectorSize size = default, bool allowFetch = false, CancellationToken cancellationToken = default);

    /// <summary>The living storage paths with room for files of a sector, the largest available × weight first.</summary>
    /// <exception cref="SectorIndexException"><see cref="SectorIndexFault.NoRoom"/>.</exception>
    Task<IReadOnlyList<StorageInfo>> BestAllocAsync(
        SectorFileType types, SectorSize size, PathUse use, ulong miner, CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits until kinds of files of a sector can be locked, all at once, and locks them. A file is held by any number of readers or by one writer.
    /// The lock is a lease: it is renewed until it is disposed, and it runs out when its holder dies.
    /// </summary>
    Task<SectorLease> LockAsync(SectorId sector, SectorFileType read, SectorFileType write, CancellationToken cancellationToken = default);

    /// <summary>Locks as <see cref="LockAsync"/> does, if that is possible at once; else null.</summary>
    Task<SectorLease?> TryLockAsync(SectorId sector, SectorFileType read, SectorFileType write, CancellationToken cancellationToken = default);

    /// <summary>The locks that are held.</summary>
    Task<SectorLocks> GetLocksAsync(CancellationToken cancellationToken = default);

    /// <summary>The storage paths that are known, whether they live or not.</summary>
    Task<IReadOnlyList<StorageId>> ListPathsAsync(CancellationToken cancellationToken = default);

    /// <summary>What is declared in a storage path, by sector, in pages.</summary>
    /// <param name="id">The path.</param>
    /// <param name="after">The last sector of the page before; null for the first page.</param>
    /// <param name="limit">Sectors at most, up to <see cref="SectorIndexOptions.MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<SectorDeclaration>> ListSectorsAsync(StorageId id, SectorId? after, int limit, CancellationToken cancellationToken = default);
}
