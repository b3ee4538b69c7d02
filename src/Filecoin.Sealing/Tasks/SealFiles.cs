using Filecoin.Proving.Trees;

namespace Filecoin.Sealing.Tasks;

/// <summary>The files of a sector with the lengths that its size gives them.</summary>
internal static class SealFiles
{
    public static IEnumerable<SealFile> Unsealed(SealJob job) =>
        job.Paths.Unsealed is { } path ? [new SealFile(path, job.Config.SectorSize.Bytes)] : [];

    public static SealFile TreeD(SealJob job) =>
        new(CacheFiles.TreeD(job.Paths.Cache), TreeLengths.TreeD(job.Config.SectorSize));

    public static IEnumerable<SealFile> Layers(SealJob job) =>
        from layer in Enumerable.Range(1, job.Config.Layers)
        select new SealFile(CacheFiles.Layer(job.Paths.Cache, layer), job.Config.SectorSize.Bytes);

    public static IEnumerable<SealFile> TreeC(SealJob job) =>
        from tree in Enumerable.Range(0, job.Config.Tree.SubTreeCount)
        select new SealFile(CacheFiles.TreeC(job.Paths.Cache, tree, job.Config.Tree.SubTreeCount), TreeLengths.TreeC(job.Config.Tree));

    public static IEnumerable<SealFile> TreeR(SealJob job) =>
        from tree in Enumerable.Range(0, job.Config.Tree.SubTreeCount)
        select new SealFile(CacheFiles.TreeR(job.Paths.Cache, tree, job.Config.Tree.SubTreeCount), TreeLengths.TreeR(job.Config.Tree));

    public static SealFile Replica(SealJob job) => new(job.Paths.Sealed, job.Config.SectorSize.Bytes);

    public static SealFile PersistentAux(SealJob job) =>
        new(Path.Combine(job.Paths.Cache, CacheFiles.PersistentAux), Filecoin.Proving.Trees.PersistentAux.FileLength);

    /// <summary>Whether t_aux is there; its length depends on the path in it.</summary>
    public static bool HasTemporaryAux(SealJob job) => File.Exists(Path.Combine(job.Paths.Cache, CacheFiles.TemporaryAux));

    /// <summary>What a finalized sector keeps, and PoSt and unsealing need.</summary>
    public static IEnumerable<SealFile> Kept(SealJob job) => [Replica(job), .. TreeR(job), PersistentAux(job)];
}
