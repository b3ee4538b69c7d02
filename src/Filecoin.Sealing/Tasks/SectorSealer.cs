using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Sealing.Tasks;

/// <summary>
/// Seals sectors on this machine: TreeD, labels, TreeC, replica with TreeR, aux files. May be called again after a kill at any point,
/// and goes on where the last run was; a sector that is done gives its output at once.
/// </summary>
public sealed class SectorSealer
{
    private readonly SealContext _context;

    /// <summary>A sealer for sectors on one graph.</summary>
    public SectorSealer(SealContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
    }

    /// <summary>Seals one sector.</summary>
    /// <param name="job">The sector.</param>
    /// <param name="progress">Progress by phase.</param>
    /// <param name="cancellation">Ends the work; calling again goes on from there.</param>
    /// <exception cref="SectorFileException">A file is missing, short, contradicts the rest, or belongs to another sector or ticket.</exception>
    /// <exception cref="DiskFullException">There is no room.</exception>
    /// <exception cref="SectorBusyException">Another process seals the sector.</exception>
    public PreCommitOutput Seal(SealJob job, IProgress<SealProgress>? progress = null, CancellationToken cancellation = default) =>
        Seal([job], progress, cancellation)[0];

    /// <summary>Seals up to three sectors, their labels interleaved on one core.</summary>
    /// <returns>An output a sector, in order.</returns>
    /// <inheritdoc cref="Seal(SealJob, IProgress{SealProgress}?, CancellationToken)"/>
    public IReadOnlyList<PreCommitOutput> Seal(IReadOnlyList<SealJob> jobs, IProgress<SealProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        if (jobs.Count < 1 || jobs.Count > SdrTask.MaxSectors)
            throw new ArgumentException($"expected 1 to {SdrTask.MaxSectors} sectors, found {jobs.Count}", nameof(jobs));
        var locks = new List<SealLock>();
        try
        {
            foreach (var job in jobs) locks.Add(SealLock.Take(job));
            SealRecord[] records = [.. jobs.Select(SealRecord.Open)];
            (SealJob Job, SealRecord Record)[] open = [.. jobs.Zip(records).Where(pair => !IsSealed(pair.First, pair.Second))];
            foreach (var (job, record) in open) new TreeDTask().Run(job, record, _context, progress, cancellation);
            if (open.Length > 0) new SdrTask().Run([.. open.Select(pair => pair.Job)], _context, progress, cancellation);
            foreach (var (job, record) in open) new TreesTask().Run(job, record, _context, progress, cancellation);
            return [.. jobs.Select(Output)];
        }
        finally
        {
            foreach (var taken in locks) taken.Dispose();
        }
    }

    /// <summary>Removes what a sealed sector no longer needs once its proof is made.</summary>
    /// <exception cref="SectorFileException">The sector is not whole, or another's. Nothing is removed then.</exception>
    /// <exception cref="SectorBusyException">Another process seals the sector.</exception>
    public static void Complete(SealJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        using var taken = SealLock.Take(job);
        new FinalizeTask().Run(job, SealRecord.Open(job));
    }

    private static PreCommitOutput Output(SealJob job) => new(job.CommD, PersistentAux.Read(job.Paths.Cache).CommR);

    /// <summary>Sealed: the record knows both roots and all files are whole, those that only a finalized sector may lack aside.</summary>
    private static bool IsSealed(SealJob job, SealRecord record)
    {
        if (record.IsFinalized)
        {
            foreach (var file in SealFiles.Kept(job)) file.Require();
            return true;
        }

        return record.CommC is not null && record.CommRLast is not null && SealFiles.HasTemporaryAux(job)
            && SealFiles.Kept(job).Concat(SealFiles.TreeC(job)).Concat(SealFiles.Layers(job)).Append(SealFiles.TreeD(job)).All(file => file.IsComplete);
    }
}
