using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Engine;

/// <summary>Space on one storage path that is kept for one run.</summary>
/// <param name="StorageId">The path's id.</param>
/// <param name="Kind">What the path is for.</param>
/// <param name="Bytes">How much is kept.</param>
public sealed record StorageReservation(string StorageId, StorageKind Kind, long Bytes);

/// <summary>
/// Chooses storage for a task on this machine. The engine asks within the transaction that claims the task, keeps the answer in the rows of
/// <c>task_reservations</c> beside the lease, and removes them in the transaction that ends the lease, whoever ends it.
/// </summary>
public interface IStorageReservations
{
    /// <summary>Finds room. What other runs keep is in <c>task_reservations</c> (storage_id, kind, bytes), read within the same transaction.</summary>
    /// <param name="session">The claiming transaction. It may run again from its start.</param>
    /// <param name="task">For which task.</param>
    /// <param name="needs">What the type's cost says.</param>
    /// <returns>One reservation for each need; null when there is no room now, and the task is left to others.</returns>
    Task<IReadOnlyList<StorageReservation>?> ReserveAsync(SqlSession session, TaskCandidate task, IReadOnlyList<ScratchSpace> needs);
}
