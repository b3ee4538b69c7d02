using System.Security.Cryptography;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;
using Microsoft.Extensions.Logging;

namespace Filecoin.Proving.Storage.Paths;

/// <summary>Each path's heart: look, report, and set the index right where something changed.</summary>
public sealed partial class LocalStorage
{
    private async Task BeatAsync(LocalStoragePathState path)
    {
        CancellationToken stop = path.Stop.Token;
        while (!stop.IsCancellationRequested)
        {
            // Spread by a tenth, so that a machine's paths do not all report at once.
            double share = 0.95 + (RandomNumberGenerator.GetInt32(1000) / 10_000.0);
            await Task.Delay(_options.Heartbeat * share, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
            await LookAsync(path, stop).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(LocalStoragePathState path, CancellationToken cancellationToken)
    {
        try
        {
            StoragePathConfig before = path.Config;
            bool outdated = false;
            string? error = null;
            try
            {
                outdated = await ProbeAsync(path, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                error = fault.Message;
            }

            if (error is not null && path.Error is null)
                LogIll(_logger, path.Id, path.Directory, error);
            else if (error is null && path.Error is not null)
                LogWell(_logger, path.Id, path.Directory);
            path.Error = error;
            if (error is null && (path.Forgotten || !ReferenceEquals(before, path.Config)))
                await _index.AttachAsync(path.Config.ToInfo(_options.Urls), path.Stat, cancellationToken).ConfigureAwait(false);
            else
                await _index.ReportHealthAsync(path.Id, new HealthReport { Stat = path.Stat, Error = error ?? "", Urls = Urls }, cancellationToken).ConfigureAwait(false);
            if (error is null && path.Scanning.IsCompleted && (outdated || path.Forgotten || _time.GetElapsedTime(path.ScannedAt) >= RescanOf(path)))
                path.Scanning = ScanSafelyAsync(path, cancellationToken);
        }
        catch (SectorIndexException unknown) when (unknown.Fault == SectorIndexFault.UnknownPath)
        {
            // The index was set up anew, or somebody detached the path: it is there, so it says so.
            path.Forgotten = true;
        }
        catch (Exception error) when (error is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            LogNotReported(_logger, path.Id, error);
        }
        catch (OperationCanceledException)
        {
            // The path is closed.
        }
    }

    /// <summary>A limit on what sectors take means to count it.</summary>
    private TimeSpan RescanOf(LocalStoragePathState path) =>
        path.Config.MaxStorage > 0 && _options.Recount < _options.Rescan ? _options.Recount : _options.Rescan;

    /// <summary>Looks at a path on a thread that may hang; tells whether its entries may have changed.</summary>
    private async Task<bool> ProbeAsync(LocalStoragePathState path, CancellationToken cancellationToken)
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        long timestamp = _time.GetTimestamp();
        bool count = path.CountedAt is not { } counted || _time.GetElapsedTime(counted, timestamp) >= _options.Recount;
        (StoragePathConfig config, StorageStat stat, bool outdated) = await _probes.RunAsync(
            path.Directory,
            _ =>
            {
                StoragePathConfig found = StoragePathConfig.Read(path.Directory);
                if (found.Id != path.Id)
                    throw new StoragePathException(StoragePathFault.Unhealthy, path.Id, $"expected its id in '{path.Directory}', found {found.Id}: another disk is mounted there");
                if (count)
                    path.TakesFiles = (found.CanSeal || found.CanStore) && DiskSpace.TakesFiles(path.Directory);
                return (found, _room.Measure(path), path.Scan?.IsOutdated(path.Directory, now) ?? true);
            },
            cancellationToken).ConfigureAwait(false);
        if (count)
            path.CountedAt = timestamp;
        path.Stat = stat;

        // Records compare lists by reference; what they say is in their text.
        if (!path.Config.SaysTheSameAs(config))
            path.Config = config;
        return outdated;
    }

    /// <summary>Reads all of a path and tells the index what is new; at first, or where the index may have forgotten, all of it.</summary>
    private async Task ScanAsync(LocalStoragePathState path, CancellationToken cancellationToken)
    {
        bool all = path.Forgotten;
        path.ScannedAt = _time.GetTimestamp();
        StoragePathScan scan = await _scans.RunAsync(
            path.Directory,
            _ =>
            {
                StoragePathScan read = StoragePathScan.Read(path.Directory);
                if (path.Config.MaxStorage > 0)
                    path.Used = StorageLayout.Types.Sum(type => DiskSpace.BytesOf(Path.Combine(path.Directory, StorageLayout.DirectoryOf(type))));
                return read;
            },
            cancellationToken).ConfigureAwait(false);
        if (scan.Strange.Count > 0 && !scan.Strange.SequenceEqual(path.Scan?.Strange ?? []))
            LogStrange(_logger, path.Directory, string.Join(", ", scan.Strange.Take(10)), scan.Strange.Count);
        (List<SectorDeclaration> came, List<SectorDeclaration> went) = path.Replace(scan);
        try
        {
            if (all)
            {
                came = [.. scan.Sectors.Select(pair => new SectorDeclaration(pair.Key, pair.Value, path.Config.CanStore))];
                went = await MissingAsync(path.Id, scan, cancellationToken).ConfigureAwait(false);
            }

            if (came.Count > 0)
                await _index.DeclareSectorsAsync(path.Id, came, cancellationToken).ConfigureAwait(false);
            foreach (SectorDeclaration gone in went)
                await _index.DropSectorAsync(path.Id, gone.Sector, gone.Types, cancellationToken).ConfigureAwait(false);
            path.Forgotten = false;
        }
        catch
        {
            path.Forgotten = true;
            throw;
        }

        if (came.Count + went.Count > 0)
            LogDeclared(_logger, path.Id, came.Count, went.Count);
    }

    private async Task ScanSafelyAsync(LocalStoragePathState path, CancellationToken cancellationToken)
    {
        try
        {
            await ScanAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            if (!cancellationToken.IsCancellationRequested)
                LogNotReported(_logger, path.Id, error);
        }
    }

    /// <summary>What the index has of a path and the path has not.</summary>
    private async Task<List<SectorDeclaration>> MissingAsync(StorageId id, StoragePathScan scan, CancellationToken cancellationToken)
    {
        var missing = new List<SectorDeclaration>();
        SectorId? last = null;
        while (true)
        {
            IReadOnlyList<SectorDeclaration> page = await _index.ListSectorsAsync(id, last, SectorIndexOptions.MaxPage, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0)
                return missing;
            missing.AddRange(page.Select(one => one with { Types = one.Types & ~scan.Sectors.GetValueOrDefault(one.Sector) }).Where(one => one.Types != SectorFileType.None));
            last = page[^1].Sector;
        }
    }

    private static async Task StopAsync(LocalStoragePathState path)
    {
        await path.Stop.CancelAsync().ConfigureAwait(false);
        await path.Heart.ConfigureAwait(false);
        await path.Scanning.ConfigureAwait(false);
        path.Stop.Dispose();
    }

    [LoggerMessage(120, LogLevel.Error, "Storage path {Id} at {Directory} cannot be used: {Error}")]
    private static partial void LogIll(ILogger logger, StorageId id, string directory, string error);

    [LoggerMessage(121, LogLevel.Information, "Storage path {Id} at {Directory} can be used again")]
    private static partial void LogWell(ILogger logger, StorageId id, string directory);

    [LoggerMessage(123, LogLevel.Warning, "The index could not be told of storage path {Id} and is told again")]
    private static partial void LogNotReported(ILogger logger, StorageId id, Exception error);

    [LoggerMessage(124, LogLevel.Information, "Storage path {Id}: declared {Came} sectors, dropped {Went}")]
    private static partial void LogDeclared(ILogger logger, StorageId id, int came, int went);

    [LoggerMessage(125, LogLevel.Warning, "{Directory}: {Count} entries are named like no sector: {Names}")]
    private static partial void LogStrange(ILogger logger, string directory, string names, int count);
}
