using System.Numerics;
using Filecoin.Native.Hashing;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Pieces;

/// <summary>The open right edge of a binary SHA-256 tree that grows from the left.</summary>
internal sealed class PendingRoots
{
    private readonly Commitment?[] pending = new Commitment?[ZeroCommitments.MaxHeight + 1];
    private long nodes;

    /// <summary>Adds the root of a subtree that begins at a leaf; the leaves since the last one are zeros.</summary>
    public void Add(Commitment root, int rootHeight, long firstNode)
    {
        while (nodes < firstNode)
        {
            // The largest aligned run of zeros that fits.
            var run = Math.Min(
                BitOperations.TrailingZeroCount(nodes == 0 ? firstNode : nodes),
                BitOperations.Log2((ulong)(firstNode - nodes)));
            Push(ZeroCommitments.AtHeight(run), run);
        }

        Push(root, rootHeight);
    }

    /// <summary>The root of a tree of that height, zeros from the last subtree to its right end.</summary>
    public Commitment Finish(int height)
    {
        Commitment? root = null;
        for (var level = 0; level < height; level++)
        {
            if (pending[level] is { } left)
                root = Join(left, root ?? ZeroCommitments.AtHeight(level));
            else if (root is { } lower)
                root = Join(lower, ZeroCommitments.AtHeight(level));
        }

        return pending[height] ?? root ?? ZeroCommitments.AtHeight(height);
    }

    private void Push(Commitment root, int level)
    {
        nodes += 1L << level;
        while (pending[level] is { } left)
        {
            root = Join(left, root);
            pending[level++] = null;
        }

        pending[level] = root;
    }

    private static Commitment Join(Commitment left, Commitment right)
    {
        Span<byte> pair = stackalloc byte[64];
        Span<byte> parent = stackalloc byte[32];
        left.Span.CopyTo(pair);
        right.Span.CopyTo(pair[32..]);
        Sha256.HashPairs254(pair, parent);
        return Commitment.FromBytes(parent);
    }
}
