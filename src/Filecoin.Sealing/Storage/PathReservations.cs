using Filecoin.Proving.Database;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Sealing.Engine;
using StorageReservation = Filecoin.Sealing.Engine.StorageReservation;

namespace Filecoin.Sealing.Storage;

/// <summary>
/// Room for tasks in this machine's storage paths: of the paths that are well and for the right use, the one with the largest available × weight, what
/// other runs keep taken off.
/// </summary>
/// <param name="local">This machine's storage paths.</param>
public sealed class PathReservations(LocalStorage local) : IStorageReservations
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<StorageReservation>?> ReserveAsync(SqlSession session, TaskCandidate task, IReadOnlyList<ScratchSpace> needs)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(needs);
        IReadOnlyList<LocalStoragePath> paths = [.. local.Paths.Where(path => path.Error is null)];
        Dictionary<string, long> kept = (await session.QueryAsync<Kept>(
            "SELECT storage_id AS Id, CAST(SUM(bytes) AS BIGINT) AS Bytes FROM task_reservations GROUP BY storage_id").ConfigureAwait(false)).ToDictionary(row => row.Id, row => row.Bytes);
        var chosen = new List<StorageReservation>(needs.Count);
        foreach (ScratchSpace need in needs)
        {
            LocalStoragePath? best = paths
                .Where(path => (need.Kind == StorageKind.Sealing ? path.Config.CanSeal : path.Config.CanStore) && Room(path) >= need.Bytes)
                .MaxBy(path => (double)Room(path) * path.Config.Weight);
            if (best is null)
                return null;
            chosen.Add(new StorageReservation(best.Id.Value, need.Kind, need.Bytes));
            kept[best.Id.Value] = kept.GetValueOrDefault(best.Id.Value) + need.Bytes;
        }

        return chosen;

        long Room(LocalStoragePath path) => path.Stat.Available - kept.GetValueOrDefault(path.Id.Value);
    }

    private sealed class Kept
    {
        public string Id { get; init; } = "";

        public long Bytes { get; init; }
    }
}
