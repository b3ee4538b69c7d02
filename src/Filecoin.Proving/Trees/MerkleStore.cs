using System.Runtime.InteropServices;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Trees;

/// <summary>
/// One tree file, open for reading: whole (TreeC, TreeD), or without its lowest rows (TreeR), which are then rebuilt from the sealed
/// file as far as a path needs them. Reads by position and keeps no more than the topmost rows in memory; any number of threads may open paths at once.
/// </summary>
public sealed class MerkleStore : IDisposable
{
    /// <summary>The file's end, which is read at once and kept: four rows of a tree of arity 8, through which every path goes.</summary>
    private const int TopBytes = 32 << 10;

    private readonly SafeFileHandle _handle;
    private readonly TreeRows _rows;
    private readonly LeafSource? _leaves;
    private volatile byte[]? _top;

    private MerkleStore(string path, TreeHasher hasher, TreeRows rows, SafeFileHandle handle, LeafSource? leaves)
    {
        Path = path;
        Hasher = hasher;
        _rows = rows;
        _handle = handle;
        _leaves = leaves;
    }

    /// <summary>The tree file.</summary>
    public string Path { get; }

    /// <summary>Hash of the inner nodes.</summary>
    public TreeHasher Hasher { get; }

    /// <summary>Children of a node.</summary>
    public int Arity => _rows.Arity;

    /// <summary>Number of leaves.</summary>
    public long Leaves => _rows.Leaves;

    /// <summary>The root as the file has it.</summary>
    public Commitment Root => ReadNode(_rows.RootRow, 0);

    internal TreeRows Rows => _rows;

    /// <summary>Opens a file that has every row.</summary>
    /// <exception cref="SectorFileException">The file is missing or has not the length of such a tree.</exception>
    /// <exception cref="ArgumentException"><paramref name="leaves"/> is not a power of <paramref name="arity"/>.</exception>
    public static MerkleStore Open(string path, TreeHasher hasher, int arity, long leaves)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var rows = TreeRows.Create(arity, leaves);
        return new MerkleStore(path, hasher, rows, SectorFile.Open(path, rows.FileLength), null);
    }

    /// <summary>Opens a file without leaves and without the rows next to them, whose leaves are a range of the sealed file.</summary>
    /// <param name="path">The tree file.</param>
    /// <param name="hasher">Hash of the inner nodes.</param>
    /// <param name="arity">Children of a node.</param>
    /// <param name="leaves">Number of leaves, a power of the arity.</param>
    /// <param name="rowsDiscarded">Rows above the leaves that the file lacks; negative: whichever number the file's length tells.</param>
    /// <param name="sealedPath">The sealed file.</param>
    /// <param name="sealedLength">Bytes that it must have.</param>
    /// <param name="leafOffset">Offset of the tree's first leaf in it.</param>
    /// <exception cref="SectorFileException">A file is missing or has the wrong length.</exception>
    public static MerkleStore OpenDiscarded(
        string path, TreeHasher hasher, int arity, long leaves, int rowsDiscarded, string sealedPath, long sealedLength, long leafOffset = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(sealedPath);
        var rows = rowsDiscarded < 0 ? RowsByLength(path, arity, leaves) : TreeRows.CreateDiscarded(arity, leaves, rowsDiscarded);
        var handle = SectorFile.Open(path, rows.FileLength);
        try
        {
            return new MerkleStore(path, hasher, rows, handle, LeafSource.Open(sealedPath, sealedLength, leafOffset));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>One leaf.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    public Commitment ReadLeaf(long leaf)
    {
        RequireLeaf(leaf);
        if (_leaves is null) return ReadNode(0, leaf);
        Span<byte> node = stackalloc byte[TreeRows.NodeSize];
        _leaves.Read(leaf, node);
        return Commitment.FromBytes(node);
    }

    /// <summary>The path from a leaf to this file's root.</summary>
    /// <param name="leaf">Index of the leaf.</param>
    /// <param name="value">The leaf.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    /// <exception cref="SectorFileException">
    /// A file is truncated, or rows rebuilt from the sealed file do not lead to the node that the tree file has.
    /// </exception>
    public MerklePath OpenPath(long leaf, out Commitment value)
    {
        RequireLeaf(leaf);
        var steps = new MerklePathElement[_rows.RootRow];
        var children = new Commitment[Arity];
        value = _leaves is null ? default : OpenRebuilt(leaf, steps, children);
        var index = leaf;
        for (var row = 0; row < _rows.RootRow; row++, index /= Arity)
        {
            if (row < _rows.FirstStored) continue;
            var first = index / Arity * Arity;
            ReadNodes(row, first, MemoryMarshal.AsBytes(children.AsSpan()));
            if (row == 0) value = children[index - first];
            steps[row] = Step(children, (int)(index - first));
        }

        if (_rows.RootRow == 0) value = ReadLeaf(0);
        return new MerklePath(steps);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _leaves?.Dispose();
    }

    internal Commitment ReadNode(int row, long node)
    {
        Span<byte> bytes = stackalloc byte[TreeRows.NodeSize];
        ReadNodes(row, node, bytes);
        return Commitment.FromBytes(bytes);
    }

    internal void ReadNodes(int row, long first, Span<byte> nodes)
    {
        long offset = _rows.Offset(row, first), top = Math.Max(0, _rows.FileLength - TopBytes);
        if (offset < top)
        {
            SectorFile.Read(_handle, Path, nodes, offset);
            return;
        }

        (_top ??= ReadTop(top)).AsSpan((int)(offset - top), nodes.Length).CopyTo(nodes);
    }

    /// <summary>Reads the file's end; two threads that come first at once both do.</summary>
    private byte[] ReadTop(long offset)
    {
        var bytes = new byte[_rows.FileLength - offset];
        SectorFile.Read(_handle, Path, bytes, offset);
        return bytes;
    }

    /// <summary>Builds the smallest subtree that reaches from the leaves up to the first stored row, takes its steps and checks its root.</summary>
    private Commitment OpenRebuilt(long leaf, MerklePathElement[] steps, Commitment[] children)
    {
        long width = 1;
        for (var row = 0; row < _rows.FirstStored; row++) width *= Arity;
        var start = leaf / width * width;
        var nodes = new Commitment[width];
        _leaves!.Read(start, MemoryMarshal.AsBytes(nodes.AsSpan()));
        var value = nodes[leaf - start];
        var index = leaf - start;
        for (var row = 0; row < _rows.FirstStored; row++, index /= Arity)
        {
            var first = index / Arity * Arity;
            nodes.AsSpan((int)first, Arity).CopyTo(children);
            steps[row] = Step(children, (int)(index - first));
            var parents = new Commitment[nodes.Length / Arity];
            TreeHashing.Parents(Hasher, Arity, MemoryMarshal.AsBytes(nodes.AsSpan()), MemoryMarshal.AsBytes(parents.AsSpan()));
            nodes = parents;
        }

        var stored = ReadNode(_rows.FirstStored, leaf / width);
        if (stored != nodes[0])
        {
            throw SectorFileException.Mismatch(Path, _rows.Offset(_rows.FirstStored, leaf / width), nodes[0].Span, stored.Span);
        }

        return value;
    }

    private static MerklePathElement Step(ReadOnlySpan<Commitment> children, int index)
    {
        var siblings = new Commitment[children.Length - 1];
        children[..index].CopyTo(siblings);
        children[(index + 1)..].CopyTo(siblings.AsSpan(index));
        return new MerklePathElement(siblings, index);
    }

    private static TreeRows RowsByLength(string path, int arity, long leaves)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw SectorFileException.Missing(path, "a tree file");
        var whole = TreeRows.Create(arity, leaves);
        for (var discarded = 0; discarded < whole.RootRow; discarded++)
        {
            var rows = TreeRows.CreateDiscarded(arity, leaves, discarded);
            if (rows.FileLength == file.Length) return rows;
        }

        throw new SectorFileException(SectorFileFault.Length, path, null,
            $"a tree of arity {arity} over {leaves} leaves with its lowest rows discarded", $"a file of {file.Length} bytes");
    }

    private void RequireLeaf(long leaf)
    {
        if ((ulong)leaf >= (ulong)Leaves)
            throw new ArgumentOutOfRangeException(nameof(leaf), leaf, $"expected a leaf below {Leaves}, found {leaf}");
    }
}
