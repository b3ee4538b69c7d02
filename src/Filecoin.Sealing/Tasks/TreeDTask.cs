using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Sealing.Tasks;

/// <summary>Builds TreeD over the data and holds its root against the CommD of the pieces.</summary>
public sealed class TreeDTask : ISealTask
{
    /// <inheritdoc/>
    public SealPhase Phase => SealPhase.TreeD;

    /// <inheritdoc/>
    public IReadOnlyList<SealFile> Needs(SealJob job) => [.. SealFiles.Unsealed(job)];

    /// <inheritdoc/>
    public IReadOnlyList<SealFile> Leaves(SealJob job) => [SealFiles.TreeD(job)];

    /// <inheritdoc/>
    public void Run(SealJob job, SealRecord record, SealContext context, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        var expected = job.CommD;
        var report = PhaseProgress.For(Phase, job.Config.SectorSize.Nodes, progress);
        // A tree that another program left may be of other data; the pieces decide, and a tree that they deny is built anew.
        if (Build(job, context.Trees, report, cancellation) == expected) return;
        var found = Build(job, context.Trees with { KeepComplete = false }, report, cancellation);
        if (found == expected) return;
        File.Delete(SealFiles.TreeD(job).Path);
        throw new SectorFileException(SectorFileFault.Content, job.Paths.Unsealed ?? job.Paths.Cache, null,
            $"data with CommD {expected}, as the pieces say", $"data with CommD {found}");
    }

    private static Commitment Build(SealJob job, TreeBuildOptions options, IProgress<long>? progress, CancellationToken cancellation) =>
        TreeD.Build(job.Paths.Cache, job.Config.SectorSize, job.Paths.Unsealed, options, progress, cancellation);
}
