using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Trees;

/// <summary>
/// TreeR: octet Poseidon trees over the sealed file. Their files hold neither the leaves, which are the sealed file, nor the lowest
/// rows above, which are rebuilt when a proof needs them.
/// </summary>
public static class TreeR
{
    /// <summary>Builds <c>sc-02-data-tree-r-last[-i].dat</c> from a complete sealed file.</summary>
    /// <param name="cacheDirectory">Where the trees go.</param>
    /// <param name="sealedPath">The sealed file.</param>
    /// <param name="shape">The sector's tree shape.</param>
    /// <param name="options">Threads; whether complete base trees are kept.</param>
    /// <param name="progress">Leaves hashed so far.</param>
    /// <param name="cancellation">Ends the work; complete base trees stay.</param>
    /// <returns>The root of TreeR, which enters CommR.</returns>
    /// <exception cref="SectorFileException">The sealed file is missing or has the wrong length.</exception>
    /// <exception cref="DiskFullException">There is no room for a tree.</exception>
    public static Commitment Build(string cacheDirectory, string sealedPath, TreeShape shape, TreeBuildOptions? options = null,
        IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentException.ThrowIfNullOrEmpty(sealedPath);
        using var replica = SectorData.Open(sealedPath, shape.SectorSize);
        return Build(cacheDirectory, shape, replica, options ?? new TreeBuildOptions(), progress, cancellation);
    }

    internal static Commitment Build(string cacheDirectory, TreeShape shape, ILeafProvider replica, TreeBuildOptions options,
        IProgress<long>? progress, CancellationToken cancellation) =>
        BaseTrees.Build(shape, Rows(shape), i => CacheFiles.TreeR(cacheDirectory, i, shape.SubTreeCount), replica, options, progress, cancellation);

    internal static TreeRows Rows(TreeShape shape) =>
        TreeRows.CreateDiscarded(shape.BaseArity, shape.LeavesPerSubTree, shape.RowsToDiscard);
}
