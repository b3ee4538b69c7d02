using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Filecoin.Proving.Sectors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>
/// Fetches a sector's file or cache directory from machines that have it. It is written below <c>fetching</c> in the directory of its kind, put on the disk,
/// and only then takes its name. A file that broke off goes on where it stood, also after a crash, as long as a machine has the same state of it; a
/// directory begins anew. Machines are asked in turn.
/// </summary>
public sealed partial class SectorFetcher(RemoteStorageClient client, TimeProvider? time = null, ILogger<SectorFetcher>? logger = null)
{
    private const long UnsealedTrailer = 64 << 10;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ILogger _logger = (ILogger?)logger ?? NullLogger.Instance;

    /// <summary>Fetches one kind of file of a sector.</summary>
    /// <param name="baseUrls">The machines, <c>http://host:port/remote</c>, the best first.</param>
    /// <param name="type">The kind.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="size">Its size, by which lengths are judged.</param>
    /// <param name="storage">The storage path where it goes; room was reserved there.</param>
    /// <param name="progress">Told how many bytes came.</param>
    /// <param name="cancellationToken">Ends the transfer; what came stays for the next one.</param>
    /// <returns>Where it lies.</returns>
    /// <exception cref="RemoteStorageException">No machine gave it; the fault of the last.</exception>
    /// <exception cref="DiskFullException">There is no room.</exception>
    public async Task<string> FetchAsync(
        IReadOnlyList<Uri> baseUrls, SectorFileType type, SectorId sector, SectorSize size, string storage, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(baseUrls);
        using var target = new FetchTarget(StorageLayout.PathOf(storage, type, sector));
        Directory.CreateDirectory(target.Directory);
        List<Uri> urls = [.. baseUrls];
        var last = new RemoteStorageException(RemoteFault.NotFound, $"expected a machine that has {StorageLayout.DirectoryOf(type)} of {sector}, found none");
        int fruitless = 0;
        for (int turn = 0; urls.Count > 0 && fruitless < client.Options.Attempts; turn++)
        {
            Uri url = urls[turn % urls.Count];
            long before = target.Came;
            try
            {
                await OnceAsync(url, type, sector, size, target, progress, cancellationToken).ConfigureAwait(false);
                return target.Path;
            }
            catch (Exception error) when (error is RemoteStorageException or HttpRequestException || (error is IOException and not DiskFullException && !IsOurs(error)))
            {
                last = error as RemoteStorageException ?? new RemoteStorageException(RemoteFault.Unavailable, $"{url}: {error.Message}", error);
            }
            catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
            {
                last = new RemoteStorageException(RemoteFault.Unavailable, $"{url}: expected {client.Options.LeastBytesPerSecond} bytes a second, found fewer for {client.Options.StallTimeout}", error);
            }

            LogBroken(_logger, sector, StorageLayout.DirectoryOf(type), url, target.Came, last.Message);
            fruitless = target.Came > before ? 0 : fruitless + 1;
            if (!last.IsTransient)
            {
                urls.Remove(url);
                turn--;
            }
            else if (fruitless >= urls.Count && fruitless < client.Options.Attempts)
            {
                await Task.Delay(Delay(fruitless - urls.Count), _time, cancellationToken).ConfigureAwait(false);
            }
        }

        throw last;
    }

    private async Task OnceAsync(
        Uri url, SectorFileType type, SectorId sector, SectorSize size, FetchTarget target, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = client.Request(url, HttpMethod.Get, $"{StorageLayout.DirectoryOf(type)}/{sector}", RemoteOperations.Read);
        FetchRecord? record = target.Resume();
        if (record is not null)
        {
            request.Headers.Range = new RangeHeaderValue(target.Came, null);
            request.Headers.IfRange = RangeConditionHeaderValue.Parse(record.Tag);
        }

        using HttpResponseMessage response = await client.SendAsync(request, client.Options.StallTimeout, cancellationToken).ConfigureAwait(false);
        bool goesOn = record is not null && response.StatusCode == HttpStatusCode.PartialContent;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            target.Forget();
        await RemoteStorageClient.RequireAsync(response, goesOn ? HttpStatusCode.PartialContent : HttpStatusCode.OK, cancellationToken).ConfigureAwait(false);
        using var stall = new StallGuard(
            client.Options.StallTimeout, (long)(client.Options.LeastBytesPerSecond * client.Options.StallTimeout.TotalSeconds), _time, cancellationToken);
        Stream raw = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (raw.ConfigureAwait(false))
        {
            var body = new WatchedStream(raw, stall);
            bool directory = type is SectorFileType.Cache or SectorFileType.UpdateCache;
            string media = response.Content.Headers.ContentType?.MediaType ?? "";
            if (media != (directory ? CacheTar.ContentType : "application/octet-stream"))
                throw new RemoteStorageException(RemoteFault.Invalid, $"{url}: expected {(directory ? "a tar" : "octets")}, found '{media}'");
            if (directory)
                await target.FillAsync(to => new CacheTarReader(body, StorageLayout.SealingBytes(type, size)).ExtractAsync(to, cancellationToken)).ConfigureAwait(false);
            else
                await FileAsync(response, goesOn, type, size, target, body, progress, stall.Token).ConfigureAwait(false);
        }
    }

    private async Task FileAsync(
        HttpResponseMessage response, bool goesOn, SectorFileType type, SectorSize size, FetchTarget target, Stream body, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        Uri url = response.RequestMessage!.RequestUri!;
        (long length, string tag, long? from) = RemoteFileState.Of(response);
        (long least, long most) = type switch
        {
            SectorFileType.Unsealed => (size.Bytes, size.Bytes + UnsealedTrailer),
            SectorFileType.Piece => (1, size.Bytes),
            _ => (size.Bytes, size.Bytes),
        };
        if (length < least || length > most)
            throw new RemoteStorageException(RemoteFault.Invalid, $"{url}: expected {least} to {most} bytes, found {length}");
        if (goesOn && (from != target.Came || length != target.Length || tag != target.Tag))
        {
            target.Forget();
            throw new RemoteStorageException(RemoteFault.Unavailable, $"{url}: expected the rest from {target.Came}, found {length} bytes of {tag} from {from}");
        }

        if (!goesOn)
            target.Begin(tag, length);
        byte[] buffer = new byte[1 << 20];
        while (target.Came < length)
        {
            int read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - target.Came)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new RemoteStorageException(RemoteFault.Unavailable, $"{url}: expected {length} bytes, found the end after {target.Came}");
            target.Append(buffer.AsSpan(0, read), client.Options.CheckpointBytes);
            progress?.Report(target.Came);
        }

        target.Commit();
    }

    /// <summary>Whether an error is of this machine's disk and not of the connection: no other machine helps.</summary>
    private static bool IsOurs(Exception error) => error is DirectoryNotFoundException or FileNotFoundException or PathTooLongException or LocalFileException;

    private TimeSpan Delay(int tries)
    {
        TimeSpan delay = client.Options.RetryDelay * Math.Pow(2, Math.Min(tries, 10));
        return (delay < LongestDelay ? delay : LongestDelay) * (0.5 + (RandomNumberGenerator.GetInt32(1000) / 2000.0));
    }

    [LoggerMessage(150, LogLevel.Warning, "Fetching {Type} of {Sector} from {Url} broke off after {Bytes} bytes: {Reason}")]
    private static partial void LogBroken(ILogger logger, SectorId sector, string type, Uri url, long bytes, string reason);
}
