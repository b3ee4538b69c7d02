using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Sealing.Pipeline;

/// <summary>
/// Two directories of one machine in the layout of a storage path: one to seal in, one to keep sectors in; they may be the same. For a provider
/// whose machines share an index of storage paths, the index stands in its place.
/// </summary>
public sealed class LocalSealingStorage : ISealingStorage
{
    private readonly string _sealing;
    private readonly string _storage;
    private readonly Func<SectorId, SectorFileType, CancellationToken, Task> _declare;

    /// <summary>Storage under two directories, which are made.</summary>
    /// <param name="sealing">Where sectors are sealed.</param>
    /// <param name="storage">Where they stay.</param>
    /// <param name="declare">Makes a kept sector's files known to those who prove it.</param>
    public LocalSealingStorage(string sealing, string storage, Func<SectorId, SectorFileType, CancellationToken, Task>? declare = null)
    {
        _sealing = Directory.CreateDirectory(sealing).FullName;
        _storage = Directory.CreateDirectory(storage).FullName;
        _declare = declare ?? ((_, _, _) => Task.CompletedTask);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<SectorId>> HeldAsync(IReadOnlyList<SectorId> sectors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        return Task.FromResult<IReadOnlyCollection<SectorId>>([.. sectors.Where(Holds)]);
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(SectorId sector, CancellationToken cancellationToken) => Task.FromResult(Holds(sector));

    /// <inheritdoc/>
    public Task<SectorPaths> PathsAsync(SectorId sector, SectorSize size, bool hasData, string? path, CancellationToken cancellationToken)
    {
        foreach (SectorFileType type in Kinds(hasData))
            Directory.CreateDirectory(Path.Combine(_sealing, StorageLayout.DirectoryOf(type)));
        return Task.FromResult(SectorPaths.Under(_sealing, sector, hasData));
    }

    /// <inheritdoc/>
    public Task<Stream> OpenPieceAsync(SectorPiece piece, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(piece);
        return Task.FromResult<Stream>(new FileStream(piece.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous));
    }

    /// <inheritdoc/>
    public Task RemoveAsync(SectorId sector, CancellationToken cancellationToken)
    {
        string cache = StorageLayout.PathOf(_sealing, SectorFileType.Cache, sector);
        if (Directory.Exists(cache))
            Directory.Delete(cache, recursive: true);
        foreach (SectorFileType type in (SectorFileType[])[SectorFileType.Sealed, SectorFileType.Unsealed])
        {
            string file = StorageLayout.PathOf(_sealing, type, sector);
            if (Directory.Exists(Path.GetDirectoryName(file)))
                File.Delete(file);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<string> StoreAsync(SectorId sector, SectorSize size, bool hasData, CancellationToken cancellationToken)
    {
        SectorFileType kinds = SectorFileType.None;
        foreach (SectorFileType type in Kinds(hasData))
        {
            kinds |= type;
            if (_sealing != _storage)
                await MoveAsync(StorageLayout.PathOf(_sealing, type, sector), StorageLayout.PathOf(_storage, type, sector), cancellationToken).ConfigureAwait(false);
        }

        await _declare(sector, kinds, cancellationToken).ConfigureAwait(false);
        return _storage;
    }

    private static IEnumerable<SectorFileType> Kinds(bool hasData) =>
        hasData ? [SectorFileType.Sealed, SectorFileType.Cache, SectorFileType.Unsealed] : [SectorFileType.Sealed, SectorFileType.Cache];

    private bool Holds(SectorId sector) =>
        Directory.Exists(StorageLayout.PathOf(_sealing, SectorFileType.Cache, sector)) || Directory.Exists(StorageLayout.PathOf(_storage, SectorFileType.Cache, sector));

    /// <summary>Within a file system a rename; else a copy that takes its name when it is whole, and only then the original goes.</summary>
    private static async Task MoveAsync(string from, string to, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        bool isDirectory = Directory.Exists(from);
        if (!isDirectory && !File.Exists(from))
        {
            if (Directory.Exists(to) || File.Exists(to))
                return;
            throw new FileNotFoundException($"'{from}': expected the sector's files, found none", from);
        }

        try
        {
            if (isDirectory)
                Directory.Move(from, to);
            else
                File.Move(from, to, overwrite: true);
            return;
        }
        catch (IOException)
        {
            // Another file system, or half of an earlier copy.
        }

        if (!isDirectory)
        {
            await CopyAsync(from, to, cancellationToken).ConfigureAwait(false);
            File.Delete(from);
            return;
        }

        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
            await CopyAsync(file, Path.Combine(to, Path.GetFileName(file)), cancellationToken).ConfigureAwait(false);
        Directory.Delete(from, recursive: true);
    }

    private static async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous);
        using PendingFile target = PendingFile.Create(to, source.Length);
        byte[] buffer = new byte[1 << 20];
        long at = 0;
        for (int read; (read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0; at += read)
            target.Write(buffer.AsSpan(0, read), at);
        target.Commit();
    }
}
