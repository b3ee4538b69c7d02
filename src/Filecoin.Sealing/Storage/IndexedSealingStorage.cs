using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Proving.Storage.Remote;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Tasks;
using Microsoft.Extensions.Logging;

namespace Filecoin.Sealing.Storage;

/// <summary>
/// Sealing in this machine's storage paths, with the index that all machines share: what is begun here is declared at once, so that everybody knows who
/// has a sector's only copy. What lies on other machines, a piece's data or a sector that was sealed where none stay, is fetched from them.
/// </summary>
/// <param name="index">The index of all machines.</param>
/// <param name="local">This machine's storage paths.</param>
/// <param name="client">Asks other machines; null where there are none.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Where to report.</param>
public sealed class IndexedSealingStorage(
    ISectorIndex index, LocalStorage local, RemoteStorageClient? client = null, TimeProvider? time = null, ILoggerFactory? loggers = null) : ISealingStorage
{
    private const SectorFileType SealingTypes = SectorFileType.Unsealed | SectorFileType.Sealed | SectorFileType.Cache;
    private readonly SectorMover _mover = new(index, local, client, time, loggers);

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
    /// <exception cref="RemoteStorageException">No living machine has it now.</exception>
    public async Task<Stream> OpenPieceAsync(SectorPiece piece, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(piece);
        if (client is null || File.Exists(piece.Path))
            return new FileStream(piece.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous);
        SectorId name = SectorId.Parse(piece.Id);
        IReadOnlyList<SectorStorageInfo> known = await index.FindSectorAsync(name, SectorFileType.Piece, cancellationToken: cancellationToken).ConfigureAwait(false);
        Uri[] urls = [.. known.SelectMany(path => path.BaseUrls).Distinct(StringComparer.Ordinal).Select(url => new Uri(url))];
        return urls.Length > 0
            ? await client.OpenAsync(urls, SectorFileType.Piece, name, cancellationToken).ConfigureAwait(false)
            : throw new RemoteStorageException(RemoteFault.Unavailable, $"expected a living storage path with piece {piece.Id}, found none, and no file '{piece.Path}' here");
    }

    /// <inheritdoc/>
    public Task RemoveAsync(SectorId sector, CancellationToken cancellationToken) =>
        local.RemoveAsync(sector, SealingTypes, cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyCollection<SectorId>> StorableAsync(IReadOnlyList<SectorId> sectors, SectorSize size, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        var storable = new List<SectorId>();
        foreach (IGrouping<ulong, SectorId> miner in sectors.GroupBy(sector => sector.Miner))
        {
            IReadOnlyList<StorageInfo> room = await RoomAsync(SectorFileType.Sealed | SectorFileType.Cache, size, miner.Key, cancellationToken).ConfigureAwait(false);
            bool here = room.Any(IsHere);
            foreach (SectorId sector in miner)
            {
                IReadOnlyList<LocalSectorFile> held = local.Find(sector, SectorFileType.Cache);
                bool takes = held.Count > 0

                    // Without room anywhere the task is taken all the same, so that it says why it cannot go on.
                    ? held.Any(file => file.CanStore) || here || room.Count == 0
                    : here && client is not null && await IsAdriftAsync(sector, room, cancellationToken).ConfigureAwait(false);
                if (takes)
                    storable.Add(sector);
            }
        }

        return storable;
    }

    /// <inheritdoc/>
    public async Task<string> StoreAsync(SectorId sector, SectorSize size, bool hasData, CancellationToken cancellationToken)
    {
        SectorFileType types = SectorFileType.Sealed | SectorFileType.Cache | (hasData ? SectorFileType.Unsealed : SectorFileType.None);

        // Where an earlier run began, or where it was sealed.
        StorageId to = local.Find(sector, types).FirstOrDefault(file => file.CanStore)?.Storage
            ?? (await RoomAsync(types, size, sector.Miner, cancellationToken).ConfigureAwait(false)).FirstOrDefault(IsHere)?.Id
            ?? throw new SectorIndexException(SectorIndexFault.NoRoom, $"expected a path of this machine where {sector} can stay, found none");
        await _mover.MoveAsync(sector, size, types, to, cancellationToken).ConfigureAwait(false);
        return DirectoryOf(to);
    }

    /// <summary>Whether a sector lies on other machines none of which could keep it: then it is for whoever comes first.</summary>
    private async Task<bool> IsAdriftAsync(SectorId sector, IReadOnlyList<StorageInfo> room, CancellationToken cancellationToken)
    {
        IReadOnlyList<SectorStorageInfo> known = await index.FindSectorAsync(sector, SectorFileType.Cache, cancellationToken: cancellationToken).ConfigureAwait(false);
        string[] urls = [.. known.SelectMany(path => path.BaseUrls)];
        return urls.Length > 0 && !known.Any(path => path.CanStore) && !room.Any(path => path.Urls.Intersect(urls).Any());
    }

    private bool IsHere(StorageInfo info) => local.Paths.Any(path => path.Id == info.Id && path.Error is null);

    private async Task<IReadOnlyList<StorageInfo>> RoomAsync(SectorFileType types, SectorSize size, ulong miner, CancellationToken cancellationToken)
    {
        try
        {
            return await index.BestAllocAsync(types, size, PathUse.Storage, miner, cancellationToken).ConfigureAwait(false);
        }
        catch (SectorIndexException error) when (error.Fault == SectorIndexFault.NoRoom)
        {
            return [];
        }
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
