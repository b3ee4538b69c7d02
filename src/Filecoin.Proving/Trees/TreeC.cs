using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Trees;

/// <summary>TreeC: octet Poseidon trees whose leaves are the hashes of the label columns (2 or 11 layers deep); their common root is CommC.</summary>
public static class TreeC
{
    /// <summary>Builds <c>sc-02-data-tree-c[-i].dat</c> from the layers in the same directory.</summary>
    /// <param name="cacheDirectory">Where the layers are and the trees go.</param>
    /// <param name="config">The sector's configuration.</param>
    /// <param name="options">Threads; whether complete base trees are kept.</param>
    /// <param name="progress">Columns hashed so far.</param>
    /// <param name="cancellation">Ends the work; complete base trees stay.</param>
    /// <returns>CommC.</returns>
    /// <exception cref="SectorFileException">A layer is missing, has the wrong length, or holds bytes that are no field element.</exception>
    /// <exception cref="DiskFullException">There is no room for a tree.</exception>
    public static Commitment Build(string cacheDirectory, PoRepConfig config, TreeBuildOptions? options = null,
        IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shape = config.Tree;
        using var columns = LayerColumns.Open(cacheDirectory, config);
        return BaseTrees.Build(shape, TreeRows.Create(shape.BaseArity, shape.LeavesPerSubTree),
            i => CacheFiles.TreeC(cacheDirectory, i, shape.SubTreeCount), columns, options ?? new TreeBuildOptions(), progress, cancellation);
    }
}
