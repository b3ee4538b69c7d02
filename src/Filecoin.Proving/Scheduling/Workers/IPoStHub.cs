using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>
/// What a PoSt worker asks of the hub that hands out jobs: in the same process, or over JSON-RPC. Workers call, the hub answers; so a worker needs no
/// open port, and either side may restart at any time. Safe for concurrent use.
/// </summary>
public interface IPoStHub
{
    /// <summary>
    /// Tells the hub that the worker lives and what it holds. The first report is how a worker joins; a hub that restarted learns from the next one
    /// what the worker went on with meanwhile.
    /// </summary>
    Task<PoStWorkerOrders> ReportAsync(PoStWorkerReport report, CancellationToken cancellationToken = default);

    /// <summary>Takes the most urgent job of a kind; waits for one for a while.</summary>
    /// <param name="worker">The worker's id.</param>
    /// <param name="kind">Window and winning jobs have queues of their own.</param>
    /// <param name="wait">How long to wait at most; the hub may wait less.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A job, or null when none came up.</returns>
    /// <exception cref="PoStWorkerUnknownException">The hub does not know the worker: report first.</exception>
    Task<PoStJobOffer?> NextJobAsync(string worker, PoStKind kind, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>The vanilla proofs of a job from a sector on, in the official bytes one after the other, as many as fit into an answer.</summary>
    /// <param name="job">The job.</param>
    /// <param name="first">Index of the first sector.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>At least one proof, or nothing when the job is no longer wanted.</returns>
    Task<ReadOnlyMemory<byte>> JobProofsAsync(string job, int first, CancellationToken cancellationToken = default);

    /// <summary>Hands in a proof. May be repeated.</summary>
    Task<PoStReceipt> ReturnAsync(string worker, string job, ReadOnlyMemory<byte> proof, CancellationToken cancellationToken = default);

    /// <summary>Says that the worker could not make a proof.</summary>
    Task FailAsync(string worker, string job, string reason, CancellationToken cancellationToken = default);
}

/// <summary>What became of a proof that was handed in.</summary>
public enum PoStReceipt
{
    /// <summary>It verified and is taken.</summary>
    Taken,

    /// <summary>Nobody waits for it now. A hub that restarted may ask for it later, as long as the job's time lasts.</summary>
    NotAsked,

    /// <summary>It does not verify.</summary>
    Invalid,
}

/// <summary>A worker and what it holds.</summary>
public sealed record PoStWorkerReport
{
    /// <summary>Made anew each time the worker starts.</summary>
    public required string Worker { get; init; }

    /// <summary>What it is called in reports, such as its host's name.</summary>
    public required string Name { get; init; }

    /// <summary>Window PoSts that it makes at once.</summary>
    public required int WindowSlots { get; init; }

    /// <summary>Winning PoSts that it makes at once, beside the window PoSts.</summary>
    public required int WinningSlots { get; init; }

    /// <summary>Jobs that it works on.</summary>
    public IReadOnlyList<PoStJobProgress> Running { get; init => field = value ?? []; } = [];

    /// <summary>Jobs whose proofs it has made and nobody has taken yet.</summary>
    public IReadOnlyList<string> Finished { get; init => field = value ?? []; } = [];
}

/// <summary>How far a job has come on a worker.</summary>
/// <param name="Job">The job.</param>
/// <param name="Phase">What the prover does.</param>
/// <param name="Done">Share of the phase that is done, 0 to 1.</param>
public sealed record PoStJobProgress(string Job, string Phase, double Done);

/// <summary>What the hub wants of a worker.</summary>
/// <param name="Drop">Jobs whose proofs are of no use any more.</param>
/// <param name="Send">Finished jobs whose proofs are waited for.</param>
public sealed record PoStWorkerOrders(IReadOnlyList<string> Drop, IReadOnlyList<string> Send)
{
    /// <summary>Jobs whose proofs are of no use any more.</summary>
    public IReadOnlyList<string> Drop { get; init => field = value ?? []; } = Drop ?? [];

    /// <summary>Finished jobs whose proofs are waited for.</summary>
    public IReadOnlyList<string> Send { get; init => field = value ?? []; } = Send ?? [];
}

/// <summary>A job without its vanilla proofs.</summary>
/// <param name="Job">Its id.</param>
/// <param name="Proof">The actors' number of the registered PoSt.</param>
/// <param name="Miner">The miner's actor id.</param>
/// <param name="Randomness">32 bytes.</param>
/// <param name="Sectors">Number of sectors.</param>
/// <param name="TimeLeft">How long the proof is of use, in milliseconds; no clock needs to agree with another.</param>
/// <param name="Title">What it is called in reports.</param>
public sealed record PoStJobOffer(string Job, long Proof, ulong Miner, ReadOnlyMemory<byte> Randomness, int Sectors, long TimeLeft, string Title);

/// <summary>A worker asked for work before it reported, or the hub forgot it.</summary>
/// <param name="worker">The worker.</param>
public sealed class PoStWorkerUnknownException(string worker) : Exception($"expected a report of worker '{worker}' first, found none")
{
    /// <summary>The worker.</summary>
    public string Worker { get; } = worker;
}
