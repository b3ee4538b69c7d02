using System.Text.Json;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Proving.Storage.Index;

/// <summary>
/// The sector index on a database. Any number of processes share one database: all that is known lies in its tables, and liveness is judged by its clock.
/// A storage path lives while one of its URLs was heard of without an error; one without URLs, while it was heard of itself.
/// </summary>
public sealed partial class SectorIndex : ISectorIndex
{
    private readonly SqlDatabase _database;
    private readonly SectorIndexOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SectorDeclarations _declarations;

    private SectorIndex(SqlDatabase database, SectorIndexOptions options, TimeProvider time, ILogger logger)
    {
        _database = database;
        _options = options;
        _time = time;
        _logger = logger;
        _declarations = new SectorDeclarations(database);
        Locks = new SectorLocksTable(database, options.LockLease);
    }

    /// <summary>The locks as rows, for those who hold them by id.</summary>
    internal SectorLocksTable Locks { get; }

    /// <summary>How it judges.</summary>
    internal SectorIndexOptions Options => _options;

    /// <summary>Brings the tables up to date and opens the index. The database belongs to the caller.</summary>
    /// <exception cref="DatabaseException">The database did not answer, or a newer release has used it.</exception>
    public static async Task<SectorIndex> OpenAsync(
        SqlDatabase database, SectorIndexOptions? options = null, TimeProvider? time = null, ILogger<SectorIndex>? logger = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        options ??= new SectorIndexOptions();
        options.Validate();
        await database.MigrateAsync(SectorIndexSchema.Component, SectorIndexSchema.Steps, cancellationToken).ConfigureAwait(false);
        var index = new SectorIndex(database, options, time ?? TimeProvider.System, (ILogger?)logger ?? NullLogger.Instance);
        await index._declarations.SweepAsync(cancellationToken).ConfigureAwait(false);
        return index;
    }

    /// <inheritdoc/>
    public async Task AttachAsync(StorageInfo info, StorageStat stat, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(stat);
        if (info.Id == default)
            throw new SectorIndexException(SectorIndexFault.Invalid, "expected the id of a storage path, found none");
        string[] urls = [.. info.Urls.Select(Url).Distinct()];
        var row = new
        {
            id = info.Id.Value,
            info = JsonSerializer.Serialize(info with { Urls = [] }, StorageJsonContext.Default.StorageInfo),
            stat = JsonSerializer.Serialize(stat, StorageJsonContext.Default.StorageStat),
        };
        await _database.WriteAsync(
            async session =>
            {
                string now = session.Dialect.NowMilliseconds;
                long path = await session.ScalarAsync<long>(
                    $"""
                    INSERT INTO storage_paths (storage_id, info, stat, error, heartbeat) VALUES (@id, @info, @stat, '', {now})
                    ON CONFLICT (storage_id) DO UPDATE SET info = excluded.info, stat = excluded.stat, error = '', heartbeat = excluded.heartbeat
                    RETURNING path
                    """,
                    row).ConfigureAwait(false);
                foreach (string url in urls)
                {
                    await session.ExecuteAsync(
                        $"""
                        INSERT INTO storage_urls (path, url, heartbeat) VALUES (@path, @url, {now})
                        ON CONFLICT (path, url) DO UPDATE SET heartbeat = excluded.heartbeat
                        """,
                        new { path, url }).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
        LogAttached(_logger, info.Id, string.Join(' ', urls));
    }

    /// <inheritdoc/>
    public async Task DetachAsync(StorageId id, string url, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(url);
        bool gone = await _database.WriteAsync(
            async session =>
            {
                long path = await SectorDeclarations.PathAsync(session, id).ConfigureAwait(false);
                IReadOnlyList<string> urls = await session.QueryAsync<string>("SELECT url FROM storage_urls WHERE path = @path", new { path }).ConfigureAwait(false);
                if (urls.Count > 0 && !urls.Contains(url))
                    throw new SectorIndexException(SectorIndexFault.Invalid, $"storage path {id}: expected one of its URLs {string.Join(' ', urls)}, found '{url}'");
                await session.ExecuteAsync("DELETE FROM storage_urls WHERE path = @path AND url = @url", new { path, url }).ConfigureAwait(false);
                if (urls.Count > 1)
                    return false;
                await SectorDeclarations.HideAsync(session, path).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        LogDetached(_logger, id, url, gone);

        // Ten million rows are not one transaction; what is left of them after a crash goes when the index is opened next.
        if (gone)
            await _declarations.SweepAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<StorageInfo> InfoAsync(StorageId id, CancellationToken cancellationToken = default) => _database.ReadAsync(
        async session =>
        {
            string json = await session.ScalarAsync<string>("SELECT info FROM storage_paths WHERE storage_id = @id", new { id = id.Value }).ConfigureAwait(false)
                ?? throw SectorDeclarations.UnknownPath(id);
            IReadOnlyList<string> urls = await session.QueryAsync<string>(
                "SELECT url FROM storage_urls WHERE path = (SELECT path FROM storage_paths WHERE storage_id = @id) ORDER BY url", new { id = id.Value }).ConfigureAwait(false);
            return StoragePathRow.Info(json) with { Urls = urls };
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task ReportHealthAsync(StorageId id, HealthReport report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        string stat = JsonSerializer.Serialize(report.Stat, StorageJsonContext.Default.StorageStat);
        bool known = await _database.WriteAsync(
            async session =>
            {
                string now = session.Dialect.NowMilliseconds;
                string alive = report.Error.Length == 0 ? now : "0";

                // The room of a path comes from whoever can see it.
                int changed = await session.ExecuteAsync(
                    report.Error.Length == 0
                        ? $"UPDATE storage_paths SET stat = @stat, error = '', heartbeat = {now} WHERE storage_id = @id"
                        : "UPDATE storage_paths SET error = @error WHERE storage_id = @id",
                    new { id = id.Value, stat, error = report.Error }).ConfigureAwait(false);
                const string OfPath = "path = (SELECT path FROM storage_paths WHERE storage_id = @id)";
                if (report.Urls.Count == 0)
                    await session.ExecuteAsync($"UPDATE storage_urls SET heartbeat = {alive} WHERE {OfPath}", new { id = id.Value }).ConfigureAwait(false);
                foreach (string url in report.Urls)
                    await session.ExecuteAsync($"UPDATE storage_urls SET heartbeat = {alive} WHERE {OfPath} AND url = @url", new { id = id.Value, url }).ConfigureAwait(false);
                return changed == 1;
            },
            cancellationToken).ConfigureAwait(false);
        if (!known)
            throw SectorDeclarations.UnknownPath(id);
        if (report.Error.Length > 0)
            LogUnhealthy(_logger, id, report.Error);
    }

    /// <inheritdoc/>
    public Task DeclareSectorAsync(StorageId id, SectorId sector, SectorFileType types, bool primary, CancellationToken cancellationToken = default) =>
        _declarations.AddAsync(id, [new SectorDeclaration(sector, types, primary)], cancellationToken);

    /// <inheritdoc/>
    public Task DeclareSectorsAsync(StorageId id, IReadOnlyList<SectorDeclaration> declarations, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(declarations);
        return _declarations.AddAsync(id, declarations, cancellationToken);
    }

    /// <inheritdoc/>
    public Task DropSectorAsync(StorageId id, SectorId sector, SectorFileType types, CancellationToken cancellationToken = default) =>
        _declarations.DropAsync(id, sector, types, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SectorStorageInfo>> FindSectorAsync(
        SectorId sector, SectorFileType types, SectorSize size = default, bool allowFetch = false, CancellationToken cancellationToken = default)
    {
        (long miner, long number) = SectorKey.Of(sector);
        SectorKey.Checked(types);
        long stale = (long)_options.StaleAfter.TotalMilliseconds;
        (IReadOnlyList<StoragePathRow> holding, IReadOnlyList<StoragePathRow> living) = await _database.ReadAsync(
            async session =>
            {
                IReadOnlyList<StoragePathRow> holders = await session.QueryAsync<StoragePathRow>(
                    StoragePathRow.SelectHolding(session.Dialect), new { miner, number, types = (long)types, stale }).ConfigureAwait(false);
                return (holders, allowFetch && holders.Count > 0
                    ? await session.QueryAsync<StoragePathRow>(StoragePathRow.SelectLiving(session.Dialect), new { stale }).ConfigureAwait(false) : []);
            },
            cancellationToken).ConfigureAwait(false);
        var found = StoragePathRow.Group(holding).ToList();
        List<SectorStorageInfo> answer = [.. found.Select(path => path.Answer(sector, types))];
        answer.Sort((a, b) => a.Primary != b.Primary ? (a.Primary ? -1 : 1) : b.Weight.CompareTo(a.Weight));
        if (!allowFetch || found.Count == 0)
            return answer;

        long room = StorageLayout.SealingBytes(types, size);
        HashSet<string>? groups = found.Any(path => path.Info.AllowTo.Count == 0) ? null : [.. found.SelectMany(path => path.Info.AllowTo)];
        answer.AddRange(StoragePathRow.Group(living)
            .Where(path => path.Info.CanSeal && path.Stat.Available >= room && path.Info.AllowsMiner(sector.Miner)
                && path.Info.Allowed(types) != SectorFileType.None && !found.Any(holder => holder.Id == path.Id)
                && (groups is null || path.Info.Groups.Any(groups.Contains)))
            .Select(path => path.Answer(sector, types)));
        return answer;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StorageInfo>> BestAllocAsync(
        SectorFileType types, SectorSize size, PathUse use, ulong miner, CancellationToken cancellationToken = default)
    {
        SectorKey.Checked(types);
        long room = use == PathUse.Sealing ? StorageLayout.SealingBytes(types, size) : StorageLayout.FinalizedBytes(types, size);
        long stale = (long)_options.StaleAfter.TotalMilliseconds;
        IReadOnlyList<StoragePathRow> living = await _database.ReadAsync(
            session => session.QueryAsync<StoragePathRow>(StoragePathRow.SelectLiving(session.Dialect), new { stale }), cancellationToken).ConfigureAwait(false);
        StorageInfo[] best =
        [
            .. StoragePathRow.Group(living)
                .Where(path => (use == PathUse.Sealing ? path.Info.CanSeal : path.Info.CanStore) && path.Info.Weight > 0 && path.Stat.Available >= room
                    && path.Info.Allowed(types) == types && path.Info.AllowsMiner(miner))
                .OrderByDescending(path => (UInt128)(ulong)path.Stat.Available * path.Info.Weight)
                .ThenBy(path => path.Id)
                .Select(path => path.Info with { Urls = path.Urls }),
        ];
        return best.Length > 0 ? best : throw new SectorIndexException(
            SectorIndexFault.NoRoom,
            $"expected a living storage path for {(use == PathUse.Sealing ? "sealing" : "storage")} with {room} bytes for {types} of miner {miner}, found none among {StoragePathRow.Group(living).Count()}");
    }

    /// <inheritdoc/>
    public async Task<SectorLease> LockAsync(SectorId sector, SectorFileType read, SectorFileType write, CancellationToken cancellationToken = default)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(10);
        while (true)
        {
            if (await TryLockAsync(sector, read, write, cancellationToken).ConfigureAwait(false) is { } lease)
                return lease;
            pause = pause * 2 < _options.LockPoll ? pause * 2 : _options.LockPoll;
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<SectorLease?> TryLockAsync(SectorId sector, SectorFileType read, SectorFileType write, CancellationToken cancellationToken = default)
    {
        long asked = _time.GetTimestamp();
        return await TryTakeAsync(sector, read, write, cancellationToken).ConfigureAwait(false) is { } id
            ? new SectorLease(sector, read, write, new Handle(Locks, id), asked, _options.LockLease, _time, _logger) : null;
    }

    /// <summary>Takes a lock for somebody who renews it by its id; null when another's stands in the way.</summary>
    internal Task<string?> TryTakeAsync(SectorId sector, SectorFileType read, SectorFileType write, CancellationToken cancellationToken)
    {
        SectorKey.Checked(read | write);
        return Locks.TryTakeAsync(sector, read, write, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<SectorLocks> GetLocksAsync(CancellationToken cancellationToken = default) => Locks.ListAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StorageId>> ListPathsAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> ids = await _database.ReadAsync(
            session => session.QueryAsync<string>("SELECT storage_id FROM storage_paths ORDER BY storage_id"), cancellationToken).ConfigureAwait(false);
        return [.. ids.Where(id => StorageId.TryParse(id, out _)).Select(StorageId.Parse)];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SectorDeclaration>> ListSectorsAsync(StorageId id, SectorId? after, int limit, CancellationToken cancellationToken = default) =>
        _declarations.ListAsync(id, after, limit, cancellationToken);

    private static string Url(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.Query.Length == 0 && uri.Fragment.Length == 0 && text.Length <= 1024
            ? text.TrimEnd('/') : throw new SectorIndexException(SectorIndexFault.Invalid, $"expected a URL http://host:port/remote, found '{text}'");

    [LoggerMessage(110, LogLevel.Information, "Storage path {Id} is attached at {Urls}")]
    private static partial void LogAttached(ILogger logger, StorageId id, string urls);

    [LoggerMessage(111, LogLevel.Warning, "Storage path {Id} is detached from {Url}; that was the last: {Gone}")]
    private static partial void LogDetached(ILogger logger, StorageId id, string url, bool gone);

    [LoggerMessage(112, LogLevel.Warning, "Storage path {Id} cannot be used: {Error}")]
    private static partial void LogUnhealthy(ILogger logger, StorageId id, string error);

    private sealed class Handle(SectorLocksTable locks, string id) : ISectorLockHandle
    {
        public Task<bool> RenewAsync(CancellationToken cancellationToken) => locks.RenewAsync(id, cancellationToken);

        public Task ReleaseAsync() => locks.ReleaseAsync(id, CancellationToken.None);
    }
}
