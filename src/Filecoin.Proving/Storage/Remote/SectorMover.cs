using System.Security.Cryptography;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Proving.Trees;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>
/// Brings a sector's files into a storage path of this machine, out of its other paths or from other machines. A copy is whole, declared and proven
/// readable before an original goes, so that the sector is found the whole time; a move that was cut off is gone on with by moving again.
/// </summary>
/// <param name="index">Where sectors lie.</param>
/// <param name="local">This machine's paths.</param>
/// <param name="client">Asks other machines; null to move between this machine's paths only.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Where to report.</param>
public sealed partial class SectorMover(ISectorIndex index, LocalStorage local, RemoteStorageClient? client = null, TimeProvider? time = null, ILoggerFactory? loggers = null)
{
    private readonly SectorFetcher? _fetcher = client is null ? null : new SectorFetcher(client, time, loggers?.CreateLogger<SectorFetcher>());
    private readonly ILogger _logger = (ILogger?)loggers?.CreateLogger<SectorMover>() ?? NullLogger.Instance;

    /// <summary>Moves files of a finalized sector. Copies in other paths where sectors stay are left as they are, all others go.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="size">Its size.</param>
    /// <param name="types">The kinds of files, all of which must be somewhere.</param>
    /// <param name="to">A path of this machine where sectors stay.</param>
    /// <param name="cancellationToken">Ends the move; what came stays for the next one.</param>
    /// <exception cref="StoragePathException">
    /// The path is not there, has no room, or does not take such files; or what came cannot be read as a sector: it is removed again, and the original stays.
    /// </exception>
    /// <exception cref="RemoteStorageException">No living machine gave a file, or one could not delete its own.</exception>
    /// <exception cref="DiskFullException">There is no room.</exception>
    public async Task MoveAsync(SectorId sector, SectorSize size, SectorFileType types, StorageId to, CancellationToken cancellationToken = default)
    {
        SectorLease held = await index.LockAsync(sector, SectorFileType.None, types, cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, held.Lost);
            SectorFileType copied = await BringAsync(sector, size, types, to, either.Token).ConfigureAwait(false);
            await CheckAsync(sector, size, types, copied, to, either.Token).ConfigureAwait(false);
            await RemoveOthersAsync(sector, types, to, either.Token).ConfigureAwait(false);
        }
    }

    private async Task<SectorFileType> BringAsync(SectorId sector, SectorSize size, SectorFileType types, StorageId to, CancellationToken cancellationToken)
    {
        string directory = DirectoryOf(to), mount = DiskSpace.MountOf(directory);
        LocalSectorFile[] here = [.. local.Find(sector, types)];
        SectorFileType[] missing = [.. StorageLayout.Each(types).Where(type => !here.Any(file => file.Type == type && file.Storage == to))];
        Dictionary<SectorFileType, LocalSectorFile> beside = missing
            .Select(type => here.FirstOrDefault(file => file.Type == type)).OfType<LocalSectorFile>().ToDictionary(file => file.Type);
        SectorFileType renamed = missing.Where(type => beside.TryGetValue(type, out LocalSectorFile? file) && DiskSpace.MountOf(file.Path) == mount)
            .Aggregate(SectorFileType.None, (all, type) => all | type);
        SectorFileType copied = missing.Aggregate(SectorFileType.None, (all, type) => all | type) & ~renamed;
        using StorageReservation? room = copied == SectorFileType.None
            ? null : await local.ReserveAsync(to, sector, copied, size, PathUse.Storage, cancellationToken).ConfigureAwait(false);
        foreach (SectorFileType type in missing)
        {
            string path = StorageLayout.PathOf(directory, type, sector);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string from;
            if (!beside.TryGetValue(type, out LocalSectorFile? file))
                from = await FetchAsync(sector, size, type, to, directory, cancellationToken).ConfigureAwait(false);
            else if (renamed.HasFlag(type))
                Rename(from = file.Path, path);
            else
                await CopyAsync(from = file.Path, path, cancellationToken).ConfigureAwait(false);
            await local.DeclareAsync(to, sector, type, cancellationToken).ConfigureAwait(false);
            LogBrought(_logger, sector, type, from, path);
        }

        return copied;
    }

    private async Task<string> FetchAsync(SectorId sector, SectorSize size, SectorFileType type, StorageId to, string directory, CancellationToken cancellationToken)
    {
        IReadOnlyList<SectorStorageInfo> known = await index.FindSectorAsync(sector, type, cancellationToken: cancellationToken).ConfigureAwait(false);
        Uri[] urls = [.. known.Where(path => path.Id != to).SelectMany(path => path.BaseUrls).Distinct(StringComparer.Ordinal).Select(url => new Uri(url))];
        if (_fetcher is null || urls.Length == 0)
            throw new RemoteStorageException(RemoteFault.Unavailable, $"expected a living path with {StorageLayout.DirectoryOf(type)} of {sector}, found none");
        await _fetcher.FetchAsync(urls, type, sector, size, directory, cancellationToken: cancellationToken).ConfigureAwait(false);
        return string.Join(' ', (object[])urls);
    }

    /// <summary>Reads a few nodes of the copy as a window PoSt does: lengths alone do not show what a bad disk or cable did.</summary>
    private async Task CheckAsync(SectorId sector, SectorSize size, SectorFileType types, SectorFileType copied, StorageId to, CancellationToken cancellationToken)
    {
        const SectorFileType Proven = SectorFileType.Sealed | SectorFileType.Cache;
        if ((types & Proven) != Proven || (copied & Proven) == SectorFileType.None)
            return;
        string directory = DirectoryOf(to);
        var files = new ReplicaFiles(StorageLayout.PathOf(directory, SectorFileType.Cache, sector), StorageLayout.PathOf(directory, SectorFileType.Sealed, sector));
        try
        {
            await Task.Run(
                () =>
                {
                    var found = new PoStSector(sector.Number, PersistentAux.Read(files.CacheDirectory).CommR);
                    SectorReadability look = SectorReadability.Check(
                        size, files, found, PoStRandomness.FromChain(RandomNumberGenerator.GetBytes(32)), PoStConfig.WindowChallenges, cancellationToken);
                    if (!look.IsReadable)
                        throw look.Error!;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (SectorFileException error)
        {
            await local.RemoveAsync(sector, copied, [.. local.Paths.Select(path => path.Id).Where(id => id != to)], CancellationToken.None).ConfigureAwait(false);
            throw new StoragePathException(StoragePathFault.Unhealthy, to, $"expected {sector} to be readable after its move, found: {error.Message}", error);
        }
    }

    private async Task RemoveOthersAsync(SectorId sector, SectorFileType types, StorageId to, CancellationToken cancellationToken)
    {
        StorageId[] stay = [to, .. local.Paths.Where(path => path.Config.CanStore).Select(path => path.Id)];
        await local.RemoveAsync(sector, types, stay, cancellationToken).ConfigureAwait(false);
        if (client is null)
            return;
        foreach (SectorFileType type in StorageLayout.Each(types))
        {
            IReadOnlyList<SectorStorageInfo> known = await index.FindSectorAsync(sector, type, cancellationToken: cancellationToken).ConfigureAwait(false);
            StorageId[] keep = [to, .. known.Where(path => path.CanStore).Select(path => path.Id)];
            foreach (string url in known.Where(path => !keep.Contains(path.Id)).SelectMany(path => path.BaseUrls).Distinct(StringComparer.Ordinal))
                await client.DeleteAsync(new Uri(url), type, sector, keep, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Rename(string from, string to)
    {
        if (Directory.Exists(from))
            Directory.Move(from, to);
        else
            File.Move(from, to);
    }

    private static async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        using var target = new FetchTarget(to);
        Directory.CreateDirectory(target.Directory);
        if (Directory.Exists(from))
        {
            await target.FillAsync(async temporary =>
            {
                Directory.CreateDirectory(temporary);
                foreach (string file in Directory.EnumerateFiles(from).Where(file => CacheTar.IsCacheFile(Path.GetFileName(file))))
                {
                    using var source = new FileStream(SectorFile.Open(file), FileAccess.Read, bufferSize: 0);
                    using PendingFile copy = PendingFile.Create(Path.Combine(temporary, Path.GetFileName(file)), source.Length);
                    long at = 0;
                    await EachAsync(source, bytes => at = Write(copy, bytes, at), cancellationToken).ConfigureAwait(false);
                    copy.Commit();
                }
            }).ConfigureAwait(false);
            return;
        }

        using var whole = new FileStream(SectorFile.Open(from), FileAccess.Read, bufferSize: 0);
        target.Begin("", whole.Length);
        await EachAsync(whole, bytes => target.Append(bytes, long.MaxValue), cancellationToken).ConfigureAwait(false);
        target.Commit();
    }

    private static long Write(PendingFile file, ReadOnlySpan<byte> bytes, long at)
    {
        file.Write(bytes, at);
        return at + bytes.Length;
    }

    /// <summary>Reads a file to the end that it had at the start.</summary>
    private static async Task EachAsync(FileStream file, Action<ReadOnlySpan<byte>> take, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 20];
        for (long left = file.Length; left > 0;)
        {
            int read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw SectorFileException.WrongLength(file.Name, file.Position + left, file.Position);
            take(buffer.AsSpan(0, read));
            left -= read;
        }
    }

    private string DirectoryOf(StorageId id) =>
        local.Paths.FirstOrDefault(path => path.Id == id)?.Directory
            ?? throw new StoragePathException(StoragePathFault.Unknown, id, "expected a path of this machine, found none");

    [LoggerMessage(160, LogLevel.Information, "{Sector}: {Type} came from {From} to {Path}")]
    private static partial void LogBrought(ILogger logger, SectorId sector, SectorFileType type, string from, string path);
}
