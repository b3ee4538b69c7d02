using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Proving.Storage.Paths;

/// <summary>
/// The storage paths of this machine: reads what lies in them, tells the index at the start and when something changes, and reports each path's health
/// by itself. A path that hangs, loses its disk or its description is reported as ill within a heartbeat and its probe's time limit, and holds up no
/// other. Safe for concurrent use.
/// </summary>
public sealed partial class LocalStorage : ISectorFiles, IAsyncDisposable
{
    private static readonly TimeSpan ScanTimeout = TimeSpan.FromMinutes(30);
    private readonly ISectorIndex _index;
    private readonly LocalStorageOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StorageReads _probes;
    private readonly StorageReads _scans;
    private readonly StorageRoom _room = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<StorageId, LocalStoragePathState> _paths = [];

    /// <summary>Storage without paths. The index belongs to the caller.</summary>
    public LocalStorage(ISectorIndex index, LocalStorageOptions? options = null, TimeProvider? time = null, ILogger<LocalStorage>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(index);
        _index = index;
        _options = options ?? new LocalStorageOptions();
        _options.Validate();
        _time = time ?? TimeProvider.System;
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        _probes = new StorageReads(new StorageReadOptions { ParallelPerPath = 4, ParallelPerMachine = 256, ReadTimeout = _options.ProbeTimeout }, _time);
        _scans = new StorageReads(new StorageReadOptions { ParallelPerPath = 4, ParallelPerMachine = 256, ReadTimeout = ScanTimeout }, _time);
    }

    /// <summary>The paths as they were last seen.</summary>
    public IReadOnlyList<LocalStoragePath> Paths => [.. All().Select(path => path.Snapshot).OrderBy(path => path.Id)];

    /// <summary>Takes in a storage path: attaches it, declares what lies in it, drops what the index has of it and it has not, and begins its heartbeat.</summary>
    /// <param name="directory">Where it lies; it holds <c>sectorstore.json</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="SectorFileException">It has no description.</exception>
    /// <exception cref="InvalidDataException">Its description is of another form.</exception>
    /// <exception cref="StoragePathException">A path of the same id is open.</exception>
    /// <exception cref="VanillaReadException">It does not answer.</exception>
    public async Task<StorageId> OpenPathAsync(string directory, CancellationToken cancellationToken = default)
    {
        directory = Path.GetFullPath(directory);
        StoragePathConfig config = await _probes.RunAsync(directory, _ => StoragePathConfig.Read(directory), cancellationToken).ConfigureAwait(false);
        var path = new LocalStoragePathState(directory, config, new CancellationTokenSource());
        lock (_lock)
        {
            if (!_paths.TryAdd(config.Id, path))
                throw new StoragePathException(StoragePathFault.Unknown, config.Id, $"expected a new id at '{directory}', found that of '{_paths[config.Id].Directory}'");
        }

        try
        {
            await ProbeAsync(path, cancellationToken).ConfigureAwait(false);
            await _index.AttachAsync(path.Config.ToInfo(_options.Urls), path.Stat, cancellationToken).ConfigureAwait(false);
            await ScanAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_lock)
                _paths.Remove(config.Id);
            path.Stop.Dispose();
            throw;
        }

        path.Heart = BeatAsync(path);
        return config.Id;
    }

    /// <summary>Ends the heartbeat of a storage path and detaches it: the index forgets it, unless another machine serves it too.</summary>
    /// <exception cref="StoragePathException">This machine has no such path.</exception>
    public async Task ClosePathAsync(StorageId id, CancellationToken cancellationToken = default)
    {
        LocalStoragePathState path = Require(id);
        await StopAsync(path).ConfigureAwait(false);
        lock (_lock)
            _paths.Remove(id);
        foreach (string url in _options.Urls.DefaultIfEmpty(""))
            await _index.DetachAsync(id, url.TrimEnd('/'), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads all of a storage path anew and sets the index right.</summary>
    /// <exception cref="StoragePathException">This machine has no such path.</exception>
    public async Task RedeclareAsync(StorageId id, CancellationToken cancellationToken = default)
    {
        LocalStoragePathState path = Require(id);
        path.Forgotten = true;
        await ProbeAsync(path, cancellationToken).ConfigureAwait(false);
        await _index.AttachAsync(path.Config.ToInfo(_options.Urls), path.Stat, cancellationToken).ConfigureAwait(false);
        await ScanAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The room of a storage path now.</summary>
    /// <exception cref="StoragePathException">This machine has no such path.</exception>
    /// <exception cref="VanillaReadException">It does not answer.</exception>
    /// <exception cref="IOException">It answers with an error.</exception>
    public async Task<StorageStat> StatAsync(StorageId id, CancellationToken cancellationToken = default)
    {
        LocalStoragePathState path = Require(id);
        return await _probes.RunAsync(path.Directory, _ => _room.Measure(path), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Promises room in a storage path to files of a sector.</summary>
    /// <exception cref="StoragePathException">There is no such path, it has not the room, or does not take such files.</exception>
    /// <exception cref="VanillaReadException">It does not answer.</exception>
    public async Task<StorageReservation> ReserveAsync(
        StorageId id, SectorId sector, SectorFileType types, SectorSize size, PathUse use, CancellationToken cancellationToken = default)
    {
        LocalStoragePathState path = Require(id);
        StorageInfo info = path.Config.ToInfo([]);
        if (info.Allowed(types) != types || !info.AllowsMiner(sector.Miner) || !(use == PathUse.Sealing ? info.CanSeal : info.CanStore))
            throw new StoragePathException(StoragePathFault.NoRoom, id, $"expected a path for {use} that takes {types} of miner {sector.Miner}, found one that does not");
        Dictionary<SectorFileType, long> bytes = StorageLayout.Each(types)
            .ToDictionary(type => type, type => use == PathUse.Sealing ? StorageLayout.SealingBytes(type, size) : StorageLayout.FinalizedBytes(type, size));
        SemaphoreSlim gate = _room.Gate(path.Mount);
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await _probes.RunAsync(path.Directory, _ => _room.Reserve(path, sector, bytes), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<LocalSectorFile> Find(SectorId sector, SectorFileType types) =>
    [
        .. All().Where(path => path.Error is null)
            .SelectMany(path => StorageLayout.Each(path.TypesOf(sector) & types)
                .Select(type => new LocalSectorFile(path.Id, type, StorageLayout.PathOf(path.Directory, type, sector), path.Config.CanStore)))
            .OrderBy(file => file.CanStore ? 0 : 1),
    ];

    /// <summary>Declares files that were just finished in a storage path, before the next look at it finds them.</summary>
    /// <exception cref="StoragePathException">This machine has no such path.</exception>
    public async Task DeclareAsync(StorageId id, SectorId sector, SectorFileType types, CancellationToken cancellationToken = default)
    {
        LocalStoragePathState path = Require(id);
        await _index.DeclareSectorAsync(id, sector, types, path.Config.CanStore, cancellationToken).ConfigureAwait(false);
        path.Add(sector, types);
    }

    /// <summary>Deletes kinds of files of a sector from this machine's paths, and takes back their declarations first.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="types">The kinds.</param>
    /// <param name="keep">Paths that keep theirs.</param>
    /// <param name="cancellationToken">Ends the work between two files.</param>
    /// <returns>How many files and directories were deleted.</returns>
    /// <exception cref="IOException">One could not be deleted.</exception>
    public async Task<int> RemoveAsync(SectorId sector, SectorFileType types, IReadOnlyCollection<StorageId>? keep = null, CancellationToken cancellationToken = default)
    {
        int removed = 0;
        foreach (LocalSectorFile file in Find(sector, types).Where(file => keep?.Contains(file.Storage) != true))
        {
            await _index.DropSectorAsync(file.Storage, sector, file.Type, cancellationToken).ConfigureAwait(false);
            LocalStoragePathState path = Require(file.Storage);
            await _scans.RunAsync(path.Directory, _ => Delete(file.Path), cancellationToken).ConfigureAwait(false);
            path.Remove(sector, file.Type);
            LogRemoved(_logger, file.Path);
            removed++;
        }

        return removed;
    }

    /// <summary>Ends all heartbeats and says goodbye to the index, which keeps what was declared.</summary>
    public async ValueTask DisposeAsync()
    {
        LocalStoragePathState[] paths;
        lock (_lock)
        {
            paths = [.. _paths.Values];
            _paths.Clear();
        }

        await Task.WhenAll(paths.Select(async path =>
        {
            await StopAsync(path).ConfigureAwait(false);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            try
            {
                // Without a URL of its own it may not speak for others' of the same path.
                if (_options.Urls.Count > 0)
                    await _index.ReportHealthAsync(path.Id, new HealthReport { Error = "the machine stops", Urls = Urls }, limit.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                LogNotReported(_logger, path.Id, error);
            }
        })).ConfigureAwait(false);
    }

    private string[] Urls => [.. _options.Urls.Select(url => url.TrimEnd('/'))];

    private LocalStoragePathState[] All()
    {
        lock (_lock)
            return [.. _paths.Values];
    }

    private LocalStoragePathState Require(StorageId id)
    {
        lock (_lock)
        {
            return _paths.TryGetValue(id, out LocalStoragePathState? path)
                ? path : throw new StoragePathException(StoragePathFault.Unknown, id, "expected a path of this machine, found none");
        }
    }

    private static bool Delete(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
        return true;
    }

    [LoggerMessage(122, LogLevel.Information, "Deleted {Path}")]
    private static partial void LogRemoved(ILogger logger, string path);
}
