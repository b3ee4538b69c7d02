using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Trees;

/// <summary>
/// Builds a tree file in one pass over its leaves. The leaves come in windows, each the base of a complete subtree; a worker makes
/// a window's rows in its own buffers and writes them to their places. Only the subtrees' roots stay in memory, for the rows above.
/// </summary>
internal sealed class TreeBuilder(TreeHasher hasher, TreeRows rows)
{
    /// <summary>Leaves of a window at most: 2^15 nodes, 1 MiB, a power of 2 and of 8.</summary>
    internal const int MaxWindow = 1 << 15;

    /// <summary>Takes nodes of a row that belong at an offset of the tree file. Called from several threads at once.</summary>
    public delegate void RowWriter(ReadOnlySpan<byte> nodes, long offset);

    private readonly int _windowRow = WindowRow(rows);

    /// <summary>Leaves of a window.</summary>
    public int Window => (int)(rows.Leaves / rows.Width(_windowRow));

    /// <summary>Builds the file and gives it its name when it is whole.</summary>
    /// <param name="path">The tree file.</param>
    /// <param name="leaves">The leaves.</param>
    /// <param name="degree">Windows worked on at once.</param>
    /// <param name="advanced">Called after each window with its number of leaves, from any thread.</param>
    /// <param name="cancellation">Ends the work; no file is left.</param>
    /// <returns>The root.</returns>
    public Commitment Build(string path, ILeafProvider leaves, int degree, Action<long>? advanced, CancellationToken cancellation)
    {
        using var file = PendingFile.Create(path, rows.FileLength);
        var root = Build(file.Write, leaves, degree, advanced, cancellation);
        file.Commit();
        return root;
    }

    /// <summary>Builds the rows and hands each piece of a stored row to <paramref name="store"/>.</summary>
    /// <returns>The root.</returns>
    public Commitment Build(RowWriter? store, ILeafProvider leaves, int degree, Action<long>? advanced, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 1);
        var tops = new byte[rows.Width(_windowRow) * TreeRows.NodeSize];
        Windows.Run(rows.Width(_windowRow), degree, () => new Buffers(Window, rows.Arity), (window, buffers) =>
        {
            BuildWindow(store, leaves, window, buffers, tops);
            advanced?.Invoke(Window);
        }, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return BuildUpper(store, tops);
    }

    private static int WindowRow(TreeRows rows)
    {
        var row = 0;
        for (long window = 1; row < rows.RootRow && window * rows.Arity <= MaxWindow; window *= rows.Arity) row++;
        return row;
    }

    private void BuildWindow(RowWriter? store, ILeafProvider leaves, long window, Buffers buffers, byte[] tops)
    {
        var nodes = buffers.Leaves.AsSpan();
        leaves.Fill(window * Window, nodes);
        for (var row = 0; ; row++)
        {
            var width = nodes.Length / TreeRows.NodeSize;
            if (row >= rows.FirstStored) store?.Invoke(nodes, rows.Offset(row, window * width));
            if (row == _windowRow) break;
            var parents = (row % 2 == 0 ? buffers.Even : buffers.Odd).AsSpan(0, nodes.Length / rows.Arity);
            TreeHashing.Parents(hasher, rows.Arity, nodes, parents);
            nodes = parents;
        }

        nodes.CopyTo(tops.AsSpan((int)(window * TreeRows.NodeSize)));
    }

    private Commitment BuildUpper(RowWriter? store, byte[] tops)
    {
        var nodes = tops;
        for (var row = _windowRow; row < rows.RootRow;)
        {
            var parents = new byte[nodes.Length / rows.Arity];
            TreeHashing.Parents(hasher, rows.Arity, nodes, parents);
            nodes = parents;
            if (++row >= rows.FirstStored) store?.Invoke(nodes, rows.Offset(row, 0));
        }

        return Commitment.FromBytes(nodes);
    }

    private sealed class Buffers(int window, int arity)
    {
        public byte[] Leaves { get; } = new byte[window * TreeRows.NodeSize];

        public byte[] Even { get; } = new byte[window * TreeRows.NodeSize / arity];

        public byte[] Odd { get; } = new byte[window * TreeRows.NodeSize / arity];
    }
}
