using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Sealing.Tests.FaultWalk;

/// <summary>Two directories of one machine in the layout of a storage path, one to seal in and one to keep sectors in, without an index.</summary>
/// <param name="sealing">Where sectors are sealed.</param>
/// <param name="storage">Where they stay.</param>
/// <param name="moving">Told before each part of a sector moves.</param>
internal sealed class TwoDirectories(string sealing, string storage, Action<SectorFileType> moving) : ISealingStorage
{
    public Task<IReadOnlyCollection<SectorId>> HeldAsync(IReadOnlyList<SectorId> sectors, CancellationToken cancellationToken)
    {
        return Task.FromResult<IReadOnlyCollection<SectorId>>([.. sectors.Where(Holds)]);
    }

    public Task<bool> ExistsAsync(SectorId sector, CancellationToken cancellationToken) => Task.FromResult(Holds(sector));

    public Task<SectorPaths> PathsAsync(SectorId sector, SectorSize size, bool hasData, string? path, CancellationToken cancellationToken)
    {
        foreach (SectorFileType type in Kinds(hasData))
            Directory.CreateDirectory(Path.Combine(sealing, StorageLayout.DirectoryOf(type)));
        return Task.FromResult(SectorPaths.Under(sealing, sector, hasData));
    }

    public Task<Stream> OpenPieceAsync(SectorPiece piece, CancellationToken cancellationToken)
    {
        return Task.FromResult<Stream>(new FileStream(piece.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous));
    }

    public Task RemoveAsync(SectorId sector, CancellationToken cancellationToken)
    {
        string cache = StorageLayout.PathOf(sealing, SectorFileType.Cache, sector);
        if (Directory.Exists(cache))
            Directory.Delete(cache, recursive: true);
        foreach (SectorFileType type in (SectorFileType[])[SectorFileType.Sealed, SectorFileType.Unsealed])
        {
            string file = StorageLayout.PathOf(sealing, type, sector);
            if (Directory.Exists(Path.GetDirectoryName(file)))
                File.Delete(file);
        }

        return Task.CompletedTask;
    }

    public Task<string> StoreAsync(SectorId sector, SectorSize size, bool hasData, CancellationToken cancellationToken)
    {
        foreach (SectorFileType type in Kinds(hasData))
        {
            moving(type);
            Move(StorageLayout.PathOf(sealing, type, sector), StorageLayout.PathOf(storage, type, sector));
        }

        return Task.FromResult(storage);
    }

    private static IEnumerable<SectorFileType> Kinds(bool hasData) =>
        hasData ? [SectorFileType.Sealed, SectorFileType.Cache, SectorFileType.Unsealed] : [SectorFileType.Sealed, SectorFileType.Cache];

    private bool Holds(SectorId sector) =>
        Directory.Exists(StorageLayout.PathOf(sealing, SectorFileType.Cache, sector)) || Directory.Exists(StorageLayout.PathOf(storage, SectorFileType.Cache, sector));

    private static void Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (Directory.Exists(from))
            Directory.Move(from, to);
        else if (File.Exists(from))
            File.Move(from, to);
        else if (!Path.Exists(to))
            throw new FileNotFoundException($"'{from}': expected the sector's files, found none", from);
    }
}
