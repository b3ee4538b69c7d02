namespace Filecoin.Proving.Trees;

/// <summary>
/// Where the rows of a Merkle tree lie in its file: row 0 the leaves, the last row the root, one after the other, 32 bytes a node.
/// A file with <see cref="FirstStored"/> &gt; 0 leaves out the rows below (TreeR: the leaves are the sealed file, and some rows are discarded).
/// </summary>
internal sealed class TreeRows
{
    public const int NodeSize = 32;

    private readonly long[] _widths;
    private readonly long[] _offsets;

    private TreeRows(int arity, long[] widths, int firstStored)
    {
        Arity = arity;
        _widths = widths;
        FirstStored = firstStored;
        _offsets = new long[widths.Length];
        for (var row = firstStored; row < widths.Length; row++)
        {
            _offsets[row] = FileLength;
            FileLength += widths[row] * NodeSize;
        }
    }

    /// <param name="arity">Children of a node, a power of two.</param>
    /// <param name="leaves">Leaves, a power of the arity.</param>
    /// <param name="firstStored">The lowest row that is in the file.</param>
    public static TreeRows Create(int arity, long leaves, int firstStored = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(arity, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(leaves, 1);
        var widths = new List<long>();
        var width = leaves;
        for (; width > 1 && width % arity == 0; width /= arity) widths.Add(width);
        if (width != 1) throw new ArgumentException($"expected a number of leaves that is a power of {arity}, found {leaves}", nameof(leaves));
        widths.Add(1);
        ArgumentOutOfRangeException.ThrowIfNegative(firstStored);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(firstStored, widths.Count);
        return new TreeRows(arity, [.. widths], firstStored);
    }

    /// <summary>The rows of a tree whose leaves and <paramref name="discarded"/> rows above them are not stored.</summary>
    public static TreeRows CreateDiscarded(int arity, long leaves, int discarded) => Create(arity, leaves, discarded + 1);

    public int Arity { get; }

    public long Leaves => _widths[0];

    /// <summary>Rows with leaves and root.</summary>
    public int Count => _widths.Length;

    public int RootRow => _widths.Length - 1;

    public int FirstStored { get; }

    public long FileLength { get; }

    /// <summary>Nodes of the whole tree, stored or not (<c>size</c> of an official store configuration).</summary>
    public long Nodes => _widths.Sum();

    public long Width(int row) => _widths[row];

    public long Offset(int row, long node) => row >= FirstStored
        ? _offsets[row] + node * NodeSize
        : throw new ArgumentOutOfRangeException(nameof(row), row, $"expected a stored row, {FirstStored} or above, found {row}");
}
