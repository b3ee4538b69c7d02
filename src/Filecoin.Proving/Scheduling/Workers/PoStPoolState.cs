using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>A job as the pool sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Kind">Window or winning.</param>
/// <param name="Deadline">When it is too late.</param>
/// <param name="On">Names of the workers that have it; none while it waits.</param>
/// <param name="Phase">What the prover that is furthest does; null while it waits.</param>
/// <param name="Failures">Provers that failed at it.</param>
public sealed record PoStJobState(string Id, string Title, PoStKind Kind, DateTimeOffset Deadline, IReadOnlyList<string> On, string? Phase, int Failures);

/// <summary>A worker as the pool sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it is called.</param>
/// <param name="IsLocal">Whether it is the hub's own prover.</param>
/// <param name="WindowSlots">Window PoSts that it makes at once.</param>
/// <param name="WinningSlots">Winning PoSts that it makes at once.</param>
/// <param name="Jobs">Jobs that it has.</param>
/// <param name="LastSeen">Its last report.</param>
public sealed record PoStWorkerState(
    string Id, string Name, bool IsLocal, int WindowSlots, int WinningSlots, IReadOnlyList<string> Jobs, DateTimeOffset LastSeen);

/// <summary>The pool at one moment.</summary>
/// <param name="Jobs">Jobs, the most urgent first.</param>
/// <param name="Workers">Workers that live.</param>
public sealed record PoStPoolState(IReadOnlyList<PoStJobState> Jobs, IReadOnlyList<PoStWorkerState> Workers);

/// <summary>No prover could make a proof.</summary>
/// <param name="job">The job's title.</param>
/// <param name="failures">What each prover said.</param>
public sealed class PoStJobFailedException(string job, IReadOnlyList<string> failures)
    : Exception($"{job}: {failures.Count} provers failed: {string.Join("; ", failures)}")
{
    /// <summary>What each prover said.</summary>
    public IReadOnlyList<string> Failures { get; } = failures;
}
