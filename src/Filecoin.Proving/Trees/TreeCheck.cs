using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Trees;

/// <summary>
/// Builds trees again from what their leaves come from and compares every stored node. A node that differs is told with file, offset,
/// expected and found bytes. Costs as much as building, writes nothing.
/// </summary>
public static class TreeCheck
{
    /// <summary>Checks TreeD against the data.</summary>
    /// <param name="cacheDirectory">Where the tree is.</param>
    /// <param name="size">The sector's size.</param>
    /// <param name="dataPath">The padded data; null for zeros.</param>
    /// <param name="degree">Threads at most.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>CommD.</returns>
    /// <exception cref="SectorFileException">A file is missing or has the wrong length, or a node differs.</exception>
    public static Commitment TreeD(string cacheDirectory, SectorSize size, string? dataPath, int degree = 1, CancellationToken cancellation = default)
    {
        using var data = SectorData.Open(dataPath, size);
        return Compare(TreeHasher.Sha256, TreeRows.Create(2, size.Nodes), CacheFiles.TreeD(cacheDirectory), data, 0, degree, cancellation);
    }

    /// <summary>Checks TreeC against the layers.</summary>
    /// <returns>CommC.</returns>
    /// <inheritdoc cref="TreeD" path="/param|/exception"/>
    public static Commitment TreeC(string cacheDirectory, PoRepConfig config, int degree = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shape = config.Tree;
        using var columns = LayerColumns.Open(cacheDirectory, config);
        return CompareBases(shape, TreeRows.Create(shape.BaseArity, shape.LeavesPerSubTree),
            i => CacheFiles.TreeC(cacheDirectory, i, shape.SubTreeCount), columns, degree, cancellation);
    }

    /// <summary>Checks TreeR against the sealed file.</summary>
    /// <returns>The root of TreeR.</returns>
    /// <inheritdoc cref="TreeD" path="/param|/exception"/>
    public static Commitment TreeR(string cacheDirectory, string sealedPath, TreeShape shape, int degree = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(shape);
        using var replica = SectorData.Open(sealedPath, shape.SectorSize);
        return CompareBases(shape, Trees.TreeR.Rows(shape),
            i => CacheFiles.TreeR(cacheDirectory, i, shape.SubTreeCount), replica, degree, cancellation);
    }

    private static Commitment CompareBases(TreeShape shape, TreeRows rows, Func<int, string> pathOf, ILeafProvider leaves, int degree,
        CancellationToken cancellation)
    {
        var roots = new Commitment[shape.SubTreeCount];
        for (var i = 0; i < roots.Length; i++)
            roots[i] = Compare(TreeHasher.Poseidon, rows, pathOf(i), leaves, i * rows.Leaves, degree, cancellation);
        return CompoundRoot.Of(shape, roots);
    }

    private static Commitment Compare(TreeHasher hasher, TreeRows rows, string path, ILeafProvider leaves, long firstLeaf, int degree,
        CancellationToken cancellation)
    {
        using var handle = SectorFile.Open(path, rows.FileLength);
        return new TreeBuilder(hasher, rows).Build(
            (nodes, offset) => Compare(handle, path, nodes, offset), new LeafRange(leaves, firstLeaf), degree, null, cancellation);
    }

    private static void Compare(SafeFileHandle handle, string path, ReadOnlySpan<byte> expected, long offset)
    {
        var found = new byte[expected.Length];
        SectorFile.Read(handle, path, found, offset);
        var same = expected.CommonPrefixLength(found);
        if (same == expected.Length) return;
        var node = same / TreeRows.NodeSize * TreeRows.NodeSize;
        throw SectorFileException.Mismatch(path, offset + node, expected.Slice(node, TreeRows.NodeSize), found.AsSpan(node, TreeRows.NodeSize));
    }
}
