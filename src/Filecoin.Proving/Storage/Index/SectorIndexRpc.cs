using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Storage.Index;

/// <summary>
/// The sector index as methods of an API with the names, parameters and permission (<c>admin</c>) of Lotus' <c>StorageMiner</c>. Lotus holds a lock as long as
/// the call's context lives, so that a broken connection loses it unnoticed. Here <c>StorageTryLock</c> answers with a lease, an object with its id and its
/// length, or null, and <c>StorageRenewLock</c> and <c>StorageUnlock</c> go on with it; who waits tries again. <c>StorageDeclareSectors</c>,
/// <c>StorageListPaths</c> and <c>StorageListSectors</c> are for what Lotus does one sector at a time or all at once.
/// </summary>
public static class SectorIndexRpc
{
    internal const string Prefix = "Filecoin.Storage";

    /// <summary>Errors of the index carry their fault in the code: this and the fault's number above it.</summary>
    internal const int FaultBase = 1200;

    /// <summary>Adds the index's methods to an API.</summary>
    /// <param name="methods">The API.</param>
    /// <param name="index">The index.</param>
    /// <param name="permission">What a caller's token must allow.</param>
    /// <returns><paramref name="methods"/>.</returns>
    public static RpcMethods AddSectorIndex(this RpcMethods methods, SectorIndex index, RpcPermissions permission = RpcPermissions.Admin)
    {
        ArgumentNullException.ThrowIfNull(methods);
        ArgumentNullException.ThrowIfNull(index);
        StorageJsonContext json = StorageJsonContext.Default;
        return methods
            .Add(Prefix + "Attach", permission, 2, (call, token) => Told(index.AttachAsync(call.Read(0, json.StorageInfo), call.Read(1, json.StorageStat), token)))
            .Add(Prefix + "Detach", permission, 2, (call, token) => Told(index.DetachAsync(call.Read(0, json.StorageId), call.Text(1), token)))
            .Add(Prefix + "Info", permission, 1, (call, token) => Told(index.InfoAsync(call.Read(0, json.StorageId), token)), json.StorageInfo)
            .Add(
                Prefix + "ReportHealth", permission, 2,
                (call, token) => Told(index.ReportHealthAsync(call.Read(0, json.StorageId), call.Read(1, json.HealthReport), token)))
            .Add(
                Prefix + "DeclareSector", permission, 4,
                (call, token) => Told(index.DeclareSectorAsync(call.Read(0, json.StorageId), call.Read(1, json.SectorId), Types(call, 2), call.Boolean(3), token)))
            .Add(
                Prefix + "DeclareSectors", permission, 2,
                (call, token) => Told(index.DeclareSectorsAsync(call.Read(0, json.StorageId), call.Read(1, json.IReadOnlyListSectorDeclaration), token)))
            .Add(
                Prefix + "DropSector", permission, 3,
                (call, token) => Told(index.DropSectorAsync(call.Read(0, json.StorageId), call.Read(1, json.SectorId), Types(call, 2), token)))
            .Add(
                Prefix + "FindSector", permission, 4,
                (call, token) => Told(index.FindSectorAsync(call.Read(0, json.SectorId), Types(call, 1), Size(call, 2), call.Boolean(3), token)),
                json.IReadOnlyListSectorStorageInfo)
            .Add(
                Prefix + "BestAlloc", permission, 4,
                (call, token) => Told(index.BestAllocAsync(Types(call, 0), Size(call, 1), Use(call, 2), (ulong)call.Int64(3), token)),
                json.IReadOnlyListStorageInfo)
            .Add(Prefix + "TryLock", permission, 3, (call, token) => Told(LockAsync(index, call, token)), json.SectorLockLease!)
            .Add(Prefix + "RenewLock", permission, 1, (call, token) => Told(index.Locks.RenewAsync(call.Text(0), token)), json.Boolean)
            .Add(Prefix + "Unlock", permission, 1, (call, token) => Told(index.Locks.ReleaseAsync(call.Text(0), token)), json.Boolean)
            .Add(Prefix + "GetLocks", permission, 0, (_, token) => Told(index.GetLocksAsync(token)), json.SectorLocks)
            .Add(Prefix + "List", permission, 0, (_, token) => Told(ListAsync(index, token)), json.IReadOnlyDictionaryStringIReadOnlyListSectorDeclaration)
            .Add(Prefix + "ListPaths", permission, 0, (_, token) => Told(index.ListPathsAsync(token)), json.IReadOnlyListStorageId)
            .Add(
                Prefix + "ListSectors", permission, 3,
                (call, token) => Told(index.ListSectorsAsync(
                    call.Read(0, json.StorageId), call.IsAbsent(1) ? null : call.Read(1, json.SectorId), (int)Math.Clamp(call.Int64(2), int.MinValue, int.MaxValue), token)),
                json.IReadOnlyListSectorDeclaration);
    }

    /// <summary>The name of a use in RPC.</summary>
    internal static string NameOf(PathUse use) => use == PathUse.Sealing ? "sealing" : "storage";

    private static async Task<SectorLockLease?> LockAsync(SectorIndex index, RpcRequest call, CancellationToken cancellationToken)
    {
        SectorId sector = call.Read(0, StorageJsonContext.Default.SectorId);
        string? id = await index.TryTakeAsync(sector, Types(call, 1), Types(call, 2), cancellationToken).ConfigureAwait(false);
        return id is null ? null : new SectorLockLease(id, (long)index.Options.LockLease.TotalMilliseconds);
    }

    /// <summary>All that is declared. A page at a time is the way for more than a few hundred thousand.</summary>
    private static async Task<IReadOnlyDictionary<string, IReadOnlyList<SectorDeclaration>>> ListAsync(SectorIndex index, CancellationToken cancellationToken)
    {
        const int Most = 1_000_000;
        var all = new SortedDictionary<string, IReadOnlyList<SectorDeclaration>>(StringComparer.Ordinal);
        int count = 0;
        foreach (StorageId id in await index.ListPathsAsync(cancellationToken).ConfigureAwait(false))
        {
            var sectors = new List<SectorDeclaration>();
            while (await index.ListSectorsAsync(id, sectors.Count == 0 ? null : sectors[^1].Sector, SectorIndexOptions.MaxPage, cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
            {
                sectors.AddRange(page);
                if ((count += page.Count) > Most)
                    throw new SectorIndexException(SectorIndexFault.Invalid, $"expected at most {Most} declarations to list at once, found more: ask StorageListSectors for pages");
            }

            all[id.Value] = sectors;
        }

        return all;
    }

    private static SectorFileType Types(RpcRequest call, int position) =>
        call.Int64(position) is >= 0 and <= byte.MaxValue and var types
            ? (SectorFileType)types : throw RpcFaultException.InvalidParams($"parameter {position}: expected kinds of files");

    private static SectorSize Size(RpcRequest call, int position)
    {
        long bytes = call.Int64(position);
        return bytes == 0 ? default : SectorSize.TryFromBytes(bytes, out SectorSize size)
            ? size : throw RpcFaultException.InvalidParams($"parameter {position}: expected a sector size, found {bytes}");
    }

    private static PathUse Use(RpcRequest call, int position) => call.Text(position) switch
    {
        "sealing" => PathUse.Sealing,
        "storage" => PathUse.Storage,
        var other => throw RpcFaultException.InvalidParams($"parameter {position}: expected sealing or storage, found '{other}'"),
    };

    private static async Task<T> Told<T>(Task<T> work)
    {
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (SectorIndexException e)
        {
            throw new RpcFaultException(FaultBase + (int)e.Fault, e.Message);
        }
    }

    private static async Task Told(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (SectorIndexException e)
        {
            throw new RpcFaultException(FaultBase + (int)e.Fault, e.Message);
        }
    }
}

/// <summary>A lock that was taken over RPC.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Milliseconds">How long it lasts unless it is renewed.</param>
internal sealed record SectorLockLease(string Id, long Milliseconds);
