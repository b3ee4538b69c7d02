using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>A job while somebody waits for it.</summary>
internal sealed class PoolJob(PoStJob job)
{
    public PoStJob Job { get; } = job;

    public TaskCompletionSource<byte[]> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Callers { get; set; }

    /// <summary>Workers that have it, and since when.</summary>
    public Dictionary<string, DateTimeOffset> Leases { get; } = new(StringComparer.Ordinal);

    /// <summary>Workers that failed at it, and when they did last.</summary>
    public Dictionary<string, DateTimeOffset> FailedOn { get; } = new(StringComparer.Ordinal);

    public List<string> Failures { get; } = [];

    public PoStJobOffer Offer(DateTimeOffset now) => new(
        Job.Id, (long)Job.Proof.RegisteredProof!.Value, Job.Miner, Job.Randomness.ToArray(), Job.Vanilla.Length,
        (long)(Job.Deadline - now).TotalMilliseconds, Job.Title);

    public ReadOnlyMemory<byte> Vanilla(int first, int bytes)
    {
        int length = SectorProofBincode.Length(Job.Proof);
        int count = Math.Min(Math.Max(1, bytes / length), Job.Vanilla.Length - first);
        if (count <= 0)
            return default;
        var answer = new byte[count * length];
        for (int i = 0; i < count; i++)
            SectorProofBincode.Write(Job.Vanilla[first + i]).CopyTo(answer, i * length);
        return answer;
    }

    public PoStJobState State(Dictionary<string, PoolWorker> workers)
    {
        PoStJobProgress? progress = Leases.Keys
            .Select(id => workers.GetValueOrDefault(id)?.Report.Running.FirstOrDefault(running => running.Job == Job.Id))
            .FirstOrDefault(running => running is not null);
        return new PoStJobState(
            Job.Id, Job.Title, Job.Proof.Kind, Job.Deadline, [.. Leases.Keys.Select(id => workers.GetValueOrDefault(id)?.Report.Name ?? id)],
            Leases.Count == 0 ? null : progress?.Phase ?? "taken", Failures.Count);
    }
}

/// <summary>A worker that lives.</summary>
internal sealed class PoolWorker(PoStWorkerReport report, bool isLocal)
{
    private HashSet<string> _held = new(StringComparer.Ordinal);

    public PoStWorkerReport Report { get; private set; } = report;

    public bool IsLocal { get; } = isLocal;

    public DateTimeOffset LastSeen { get; set; }

    public IReadOnlySet<string> Held => _held;

    public void Seen(PoStWorkerReport report, DateTimeOffset now)
    {
        (Report, LastSeen) = (report, now);
        _held = new HashSet<string>(report.Running.Select(running => running.Job).Concat(report.Finished), StringComparer.Ordinal);
    }

    public bool Holds(string job) => _held.Contains(job);

    public int Slots(PoStKind kind) => kind == PoStKind.Winning ? Report.WinningSlots : Report.WindowSlots;

    public PoStWorkerState State(IReadOnlyList<string> jobs) =>
        new(Report.Worker, Report.Name, IsLocal, Report.WindowSlots, Report.WinningSlots, jobs, LastSeen);
}

/// <summary>A worker that waits for a job of a kind.</summary>
internal sealed record PoolWaiter(string Worker, PoStKind Kind)
{
    public TaskCompletionSource<PoStJobOffer?> Offer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
