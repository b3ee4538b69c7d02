using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Sealing.Tasks;

/// <summary>
/// Removes layers, TreeC and TreeD, which a committed sector no longer needs (the official <c>clear_cache</c>). Refuses before it
/// removes anything if what a sector keeps for life is not whole.
/// </summary>
public sealed class FinalizeTask : ISealTask
{
    private static readonly string[] Removed = ["sc-02-data-layer*.dat", "sc-02-data-tree-c*.dat", "sc-02-data-tree-d.dat", "*" + PendingFile.TemporarySuffix];

    /// <inheritdoc/>
    public SealPhase Phase => SealPhase.Finalize;

    /// <inheritdoc/>
    public IReadOnlyList<SealFile> Needs(SealJob job) => [.. SealFiles.Kept(job)];

    /// <inheritdoc/>
    public IReadOnlyList<SealFile> Leaves(SealJob job) => [.. SealFiles.Kept(job)];

    /// <inheritdoc/>
    public void Run(SealJob job, SealRecord record, SealContext context, IProgress<SealProgress>? progress, CancellationToken cancellation) =>
        Run(job, record);

    /// <summary>Removes the files.</summary>
    /// <exception cref="SectorFileException">What the sector keeps is missing, short, or not what was sealed. Nothing is removed then.</exception>
    public void Run(SealJob job, SealRecord record)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(record);
        foreach (var file in Needs(job)) file.Require();
        RequireRoots(job, record);
        record.Set(finalized: true);
        foreach (var file in Removed.SelectMany(pattern => Directory.GetFiles(job.Paths.Cache, pattern))) File.Delete(file);
    }

    /// <summary>
    /// Removes the stored proofs of synthetic PoRep, which outlive the layers until the commit's proof is made (the official
    /// <c>clear_synthetic_proofs</c>).
    /// </summary>
    public static void ClearSyntheticProofs(SealJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        File.Delete(Path.Combine(job.Paths.Cache, CacheFiles.SyntheticProofs));
    }

    private static void RequireRoots(SealJob job, SealRecord record)
    {
        var path = SealFiles.PersistentAux(job).Path;
        var aux = PersistentAux.Read(job.Paths.Cache);
        using var treeR = SectorTree.OpenTreeR(job.Paths.Cache, job.Paths.Sealed, job.Config.Tree);
        if (treeR.Root != aux.CommRLast) throw Mismatch(32, treeR.Root, aux.CommRLast);
        if (record.CommRLast is { } root && root != aux.CommRLast) throw Mismatch(32, root, aux.CommRLast);
        if (record.CommC is { } commC && commC != aux.CommC) throw Mismatch(0, commC, aux.CommC);

        SectorFileException Mismatch(long offset, object expected, object found) =>
            new(SectorFileFault.Content, path, offset, expected.ToString()!, found.ToString()!);
    }
}
