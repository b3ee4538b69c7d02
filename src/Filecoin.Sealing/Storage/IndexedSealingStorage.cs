using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Sealing.Storage;

/// <summary>
/// Sealing in this machine's storage paths, with the index that all machines share: what is begun here is declared at once, so that everybody knows who
/// has a sector's only copy.
/// </summary>
/// <param name="index">The index of all machines.</param>
/// <param name="local">This machine's storage paths.</param>
public sealed class IndexedSealingStorage(ISectorIndex index, LocalStorage local) : ISealingStorage
{
    private const SectorFileType SealingTypes = SectorFileType.Unsealed | SectorFileType.Sealed | SectorFileType.Cache;

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<SectorId>> HeldAsync(IReadOnlyList<SectorId> sectors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        return Task.FromResult<IReadOnlyCollection<SectorId>>([.. sectors.Where(sector => local.Find(sector, SectorFileType.Cache).Count > 0)]);
    }

    /// <inheritdoc/>
    public async Task<bool> ExistsAsync(SectorId sector, CancellationToken cancellationToken) =>
        (await index.FindSectorAsync(sector, SectorFileType.Cache, cancellationToken: cancellationToken).ConfigureAwait(false)).Count > 0;

    /// <inheritdoc/>
    public async Task<SectorPaths> PathsAsync(SectorId sector, SectorSize size, bool hasData, string? path, CancellationToken cancellationToken)
    {
        if (local.Find(sector, SectorFileType.Cache) is [{ } held, ..])
            return SectorPaths.Under(DirectoryOf(held.Storage), sector, hasData);
        StorageId id = path is null ? await BestAsync(sector, size, cancellationToken).ConfigureAwait(false) : StorageId.Parse(path);
        string directory = DirectoryOf(id);
        foreach (SectorFileType type in StorageLayout.Each(SealingTypes))
            Directory.CreateDirectory(Path.Combine(directory, StorageLayout.DirectoryOf(type)));
        Directory.CreateDirectory(StorageLayout.PathOf(directory, SectorFileType.Cache, sector));
        await local.DeclareAsync(id, sector, SectorFileType.Cache, cancellationToken).ConfigureAwait(false);
        return SectorPaths.Under(directory, sector, hasData);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenPieceAsync(SectorPiece piece, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(piece);
        return Task.FromResult<Stream>(new FileStream(piece.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous));
    }

    /// <inheritdoc/>
    public Task RemoveAsync(SectorId sector, CancellationToken cancellationToken) =>
        local.RemoveAsync(sector, SealingTypes, cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public async Task<string> StoreAsync(SectorId sector, SectorSize size, bool hasData, CancellationToken cancellationToken)
    {
        SectorFileType types = SectorFileType.Sealed | SectorFileType.Cache | (hasData ? SectorFileType.Unsealed : SectorFileType.None);
        LocalSectorFile held = local.Find(sector, SectorFileType.Cache) is [{ } found, ..]
            ? found : throw new FileNotFoundException($"{sector}: expected its cache in a storage path of this machine, found none");
        if (!held.CanStore)
            throw new StoragePathException(StoragePathFault.NoRoom, held.Storage, "expected a path where sectors stay, found one that only seals");
        await local.DeclareAsync(held.Storage, sector, types, cancellationToken).ConfigureAwait(false);
        return DirectoryOf(held.Storage);
    }

    private async Task<StorageId> BestAsync(SectorId sector, SectorSize size, CancellationToken cancellationToken)
    {
        IReadOnlyList<StorageInfo> best = await index.BestAllocAsync(SealingTypes, size, PathUse.Sealing, sector.Miner, cancellationToken).ConfigureAwait(false);
        return best.FirstOrDefault(info => local.Paths.Any(path => path.Id == info.Id))?.Id
            ?? throw new StoragePathException(StoragePathFault.NoRoom, best[0].Id, "expected a path of this machine with the room to seal, found those of others");
    }

    private string DirectoryOf(StorageId id) =>
        local.Paths.FirstOrDefault(path => path.Id == id)?.Directory
            ?? throw new StoragePathException(StoragePathFault.Unknown, id, "expected a path of this machine, found none");
}
