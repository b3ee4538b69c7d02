using Filecoin.Proving.Replicas;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Sealing.Tasks;

/// <summary>Builds TreeC, encodes the replica with TreeR over it, and writes the aux files: phase 2 of precommit.</summary>
public sealed class TreesTask : ISealTask
{
    /// <inheritdoc/>
    public SealPhase Phase => SealPhase.Replica;

    /// <inheritdoc/>
    public IReadOnlyList<SealFile> Needs(SealJob job) => [.. SealFiles.Unsealed(job), SealFiles.TreeD(job), .. SealFiles.Layers(job)];

    /// <inheritdoc/>
    public IReadOnlyList<SealFile> Leaves(SealJob job) => [.. SealFiles.TreeC(job), .. SealFiles.Kept(job)];

    /// <inheritdoc/>
    public void Run(SealJob job, SealRecord record, SealContext context, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(context);
        foreach (var file in Needs(job)) file.Require();
        BuildTreeC(job, record, context, progress, cancellation);
        Encode(job, record, context, progress, cancellation);
        // p_aux comes last: a sector that has it has everything.
        if (!SealFiles.HasTemporaryAux(job)) TemporaryAux.For(job.Config, job.Paths.Cache).Write(job.Paths.Cache);
        if (SealFiles.PersistentAux(job).IsComplete) return;
        new PersistentAux(record.CommC!.Value, record.CommRLast!.Value).Write(job.Paths.Cache);
    }

    private static void BuildTreeC(SealJob job, SealRecord record, SealContext context, IProgress<SealProgress>? progress,
        CancellationToken cancellation)
    {
        if (record.CommC is not null && SealFiles.TreeC(job).All(file => file.IsComplete)) return;
        var report = PhaseProgress.For(SealPhase.TreeC, job.Config.SectorSize.Nodes, progress);
        var commC = TreeC.Build(job.Paths.Cache, job.Config, context.Trees, report, cancellation);
        if (record.CommC is { } before && before != commC)
        {
            throw new SectorFileException(SectorFileFault.Content, SealFiles.TreeC(job).First().Path, null,
                $"trees with the root {before}, as built before", $"the root {commC}");
        }

        record.Set(commC: commC);
    }

    private static void Encode(SealJob job, SealRecord record, SealContext context, IProgress<SealProgress>? progress,
        CancellationToken cancellation)
    {
        var report = PhaseProgress.For(SealPhase.Replica, job.Config.SectorSize.Nodes, progress);
        Commitment root;
        if (record.CommRLast is null || !SealFiles.Replica(job).IsComplete)
        {
            if (Path.GetDirectoryName(Path.GetFullPath(job.Paths.Sealed)) is { } directory) Directory.CreateDirectory(directory);
            root = ReplicaEncoder.Encode(job.Paths.Cache, job.Config, job.Paths.Unsealed, job.Paths.Sealed, context.Trees, report, cancellation);
        }
        else if (!SealFiles.TreeR(job).All(file => file.IsComplete))
        {
            root = TreeR.Build(job.Paths.Cache, job.Paths.Sealed, job.Config.Tree, context.Trees, report, cancellation);
        }
        else
        {
            return;
        }

        if (record.CommRLast is { } before && before != root)
        {
            throw new SectorFileException(SectorFileFault.Content, job.Paths.Sealed, null,
                $"a replica whose tree has the root {before}, as built before", $"the root {root}");
        }

        record.Set(commRLast: root);
    }
}
