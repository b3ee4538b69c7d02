using System.Text.Json.Serialization.Metadata;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Sectors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Proving.Storage.Index;

/// <summary>A sector index over RPC (see <see cref="SectorIndexRpc"/>). Where the connection is away its calls throw <see cref="RpcException"/>.</summary>
/// <param name="transport">To the index; it belongs to the caller.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where to report.</param>
public sealed class RemoteSectorIndex(IRpcTransport transport, TimeProvider? time = null, ILogger<RemoteSectorIndex>? logger = null) : ISectorIndex
{
    private static readonly StorageJsonContext Json = StorageJsonContext.Default;
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ILogger _logger = (ILogger?)logger ?? NullLogger.Instance;

    /// <inheritdoc/>
    public Task AttachAsync(StorageInfo info, StorageStat stat, CancellationToken cancellationToken = default) =>
        TellAsync("Attach", new RpcParams().Add(info, Json.StorageInfo).Add(stat, Json.StorageStat), cancellationToken);

    /// <inheritdoc/>
    public Task DetachAsync(StorageId id, string url, CancellationToken cancellationToken = default) =>
        TellAsync("Detach", new RpcParams().Add(id, Json.StorageId).Add(url), cancellationToken);

    /// <inheritdoc/>
    public Task<StorageInfo> InfoAsync(StorageId id, CancellationToken cancellationToken = default) =>
        AskAsync("Info", new RpcParams().Add(id, Json.StorageId), Json.StorageInfo, cancellationToken);

    /// <inheritdoc/>
    public Task ReportHealthAsync(StorageId id, HealthReport report, CancellationToken cancellationToken = default) =>
        TellAsync("ReportHealth", new RpcParams().Add(id, Json.StorageId).Add(report, Json.HealthReport), cancellationToken);

    /// <inheritdoc/>
    public Task DeclareSectorAsync(StorageId id, SectorId sector, SectorFileType types, bool primary, CancellationToken cancellationToken = default) =>
        TellAsync("DeclareSector", new RpcParams().Add(id, Json.StorageId).Add(sector, Json.SectorId).Add((long)types).Add(primary), cancellationToken);

    /// <inheritdoc/>
    public async Task DeclareSectorsAsync(StorageId id, IReadOnlyList<SectorDeclaration> declarations, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(declarations);
        foreach (SectorDeclaration[] part in declarations.Chunk(SectorIndexOptions.MaxPage))
        {
            await TellAsync(
                "DeclareSectors", new RpcParams().Add(id, Json.StorageId).Add<IReadOnlyList<SectorDeclaration>>(part, Json.IReadOnlyListSectorDeclaration),
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task DropSectorAsync(StorageId id, SectorId sector, SectorFileType types, CancellationToken cancellationToken = default) =>
        TellAsync("DropSector", new RpcParams().Add(id, Json.StorageId).Add(sector, Json.SectorId).Add((long)types), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SectorStorageInfo>> FindSectorAsync(
        SectorId sector, SectorFileType types, SectorSize size = default, bool allowFetch = false, CancellationToken cancellationToken = default) =>
        AskAsync(
            "FindSector", new RpcParams().Add(sector, Json.SectorId).Add((long)types).Add(size.Bytes).Add(allowFetch), Json.IReadOnlyListSectorStorageInfo, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StorageInfo>> BestAllocAsync(
        SectorFileType types, SectorSize size, PathUse use, ulong miner, CancellationToken cancellationToken = default) =>
        AskAsync(
            "BestAlloc", new RpcParams().Add((long)types).Add(size.Bytes).Add(SectorIndexRpc.NameOf(use)).Add(miner), Json.IReadOnlyListStorageInfo, cancellationToken);

    /// <inheritdoc/>
    public async Task<SectorLease> LockAsync(SectorId sector, SectorFileType read, SectorFileType write, CancellationToken cancellationToken = default)
    {
        // Tried from here: a call that waits would keep a lock that nobody gets when the connection breaks.
        TimeSpan pause = TimeSpan.FromMilliseconds(20);
        while (true)
        {
            if (await TryLockAsync(sector, read, write, cancellationToken).ConfigureAwait(false) is { } lease)
                return lease;
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < TimeSpan.FromSeconds(1) ? pause * 2 : TimeSpan.FromSeconds(1);
        }
    }

    /// <inheritdoc/>
    public async Task<SectorLease?> TryLockAsync(SectorId sector, SectorFileType read, SectorFileType write, CancellationToken cancellationToken = default)
    {
        long asked = _time.GetTimestamp();
        SectorLockLease? lease = await CallAsync(
            () => transport.CallAsync(
                SectorIndexRpc.Prefix + "TryLock", new RpcParams().Add(sector, Json.SectorId).Add((long)read).Add((long)write).ToJson(), Json.SectorLockLease,
                cancellationToken)).ConfigureAwait(false);
        return lease is null ? null : new SectorLease(
            sector, read, write, new Handle(this, lease.Id), asked, TimeSpan.FromMilliseconds(Math.Clamp(lease.Milliseconds, 1, 3_600_000)), _time, _logger);
    }

    /// <inheritdoc/>
    public Task<SectorLocks> GetLocksAsync(CancellationToken cancellationToken = default) => AskAsync("GetLocks", new RpcParams(), Json.SectorLocks, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StorageId>> ListPathsAsync(CancellationToken cancellationToken = default) =>
        AskAsync("ListPaths", new RpcParams(), Json.IReadOnlyListStorageId, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SectorDeclaration>> ListSectorsAsync(StorageId id, SectorId? after, int limit, CancellationToken cancellationToken = default)
    {
        RpcParams parameters = new RpcParams().Add(id, Json.StorageId);
        parameters = after is { } last ? parameters.Add(last, Json.SectorId) : parameters.AddNull();
        return AskAsync("ListSectors", parameters.Add(limit), Json.IReadOnlyListSectorDeclaration, cancellationToken);
    }

    private Task<ReadOnlyMemory<byte>> TellAsync(string method, RpcParams parameters, CancellationToken cancellationToken) =>
        CallAsync(() => transport.CallAsync(SectorIndexRpc.Prefix + method, parameters.ToJson(), cancellationToken));

    private Task<T> AskAsync<T>(string method, RpcParams parameters, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        CallAsync(() => transport.RequireAsync(SectorIndexRpc.Prefix + method, parameters.ToJson(), type, cancellationToken));

    /// <summary>Errors of the index come out as the index throws them.</summary>
    private static async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (RpcErrorException e) when (Enum.IsDefined((SectorIndexFault)(e.Code - SectorIndexRpc.FaultBase)))
        {
            throw new SectorIndexException((SectorIndexFault)(e.Code - SectorIndexRpc.FaultBase), e.ErrorMessage, e);
        }
    }

    private sealed class Handle(RemoteSectorIndex index, string id) : ISectorLockHandle
    {
        public Task<bool> RenewAsync(CancellationToken cancellationToken) => index.AskAsync("RenewLock", new RpcParams().Add(id), Json.Boolean, cancellationToken);

        public Task ReleaseAsync() => index.TellAsync("Unlock", new RpcParams().Add(id), CancellationToken.None);
    }
}
