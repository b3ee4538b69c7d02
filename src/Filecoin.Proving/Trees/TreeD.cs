using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Trees;

/// <summary>TreeD: the binary SHA-256 tree over a sector's data, whose root is CommD.</summary>
public static class TreeD
{
    /// <summary>Builds <c>sc-02-data-tree-d.dat</c>.</summary>
    /// <param name="cacheDirectory">Where the file goes.</param>
    /// <param name="size">The sector's size.</param>
    /// <param name="dataPath">The sector's padded data, exactly as long as the sector; null for a sector without data (zeros).</param>
    /// <param name="options">Threads.</param>
    /// <param name="progress">Nodes of data hashed so far.</param>
    /// <param name="cancellation">Ends the work; no file is left.</param>
    /// <returns>CommD.</returns>
    /// <exception cref="SectorFileException">The data is missing or has another length than the sector.</exception>
    /// <exception cref="DiskFullException">There is no room for the tree.</exception>
    public static Commitment Build(string cacheDirectory, SectorSize size, string? dataPath, TreeBuildOptions? options = null,
        IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new TreeBuildOptions();
        var path = CacheFiles.TreeD(cacheDirectory);
        var rows = TreeRows.Create(2, size.Nodes);
        if (options.KeepComplete && SectorFile.IsComplete(path, rows.FileLength))
        {
            using var store = MerkleStore.Open(path, TreeHasher.Sha256, 2, size.Nodes);
            return store.Root;
        }

        using var data = SectorData.Open(dataPath, size);
        return new TreeBuilder(TreeHasher.Sha256, rows)
            .Build(path, data, options.Degree, new ProgressCounter(progress).Add, cancellation);
    }
}
