using Filecoin.Proving.Labels;
using Filecoin.Proving.Storage;

namespace Filecoin.Sealing.Tasks;

/// <summary>Labels the layers, of one sector or of several interleaved on one core.</summary>
public sealed class SdrTask : ISealTask
{
    /// <summary>Most sectors that are labelled together.</summary>
    public static int MaxSectors => SdrEncoder.MaxSectors;

    /// <inheritdoc/>
    public SealPhase Phase => SealPhase.Labels;

    /// <inheritdoc/>
    public IReadOnlyList<SealFile> Needs(SealJob job) => [];

    /// <inheritdoc/>
    public IReadOnlyList<SealFile> Leaves(SealJob job) => [.. SealFiles.Layers(job)];

    /// <inheritdoc/>
    public void Run(SealJob job, SealRecord record, SealContext context, IProgress<SealProgress>? progress, CancellationToken cancellation) =>
        Run([job], context, progress, cancellation);

    /// <summary>Labels the layers of up to three sectors of the same configuration.</summary>
    /// <param name="jobs">The sectors.</param>
    /// <param name="context">What tasks share.</param>
    /// <param name="progress">Progress of all together.</param>
    /// <param name="cancellation">Ends the work; complete layers stay.</param>
    /// <exception cref="ArgumentException">No sector, more than three, or sectors on different graphs.</exception>
    /// <exception cref="SectorFileException">A layer from an earlier run does not hold its sector's labels.</exception>
    /// <exception cref="DiskFullException">There is no room for a layer.</exception>
    public void Run(IReadOnlyList<SealJob> jobs, SealContext context, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(context);
        if (jobs.Count == 0) throw new ArgumentException("expected a sector, found none", nameof(jobs));
        var config = jobs[0].Config;
        if (jobs.FirstOrDefault(job => job.Config != config) is { } other)
            throw new ArgumentException($"expected sectors of one configuration, {config}, found {other.Config}", nameof(jobs));
        new SdrEncoder(config, context.Parents, new SdrOptions { KeepComplete = true }).Encode(
            [.. jobs.Select(job => new SdrSector(job.ReplicaId, job.Paths.Cache))],
            PhaseProgress.For(Phase, config.Layers * config.SectorSize.Nodes, progress), cancellation);
    }
}
