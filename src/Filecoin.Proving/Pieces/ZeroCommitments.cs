using System.Collections.Immutable;
using Filecoin.Native.Hashing;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Pieces;

/// <summary>Roots of binary SHA-256 trees over zeros, one for each height.</summary>
public static class ZeroCommitments
{
    /// <summary>Height of the highest tree: far above 64 GiB, whose tree has height 31.</summary>
    public const int MaxHeight = 48;

    private static readonly ImmutableArray<Commitment> Roots = Create();

    /// <summary>The root over 2^<paramref name="height"/> zero nodes; height 0 is the zero node.</summary>
    public static Commitment AtHeight(int height) => Roots[height];

    /// <summary>CommP of a piece of zeros.</summary>
    public static Commitment OfPiece(PieceSize size) => Roots[size.Height];

    /// <summary>CommD of a sector without data (committed capacity).</summary>
    public static Commitment OfSector(SectorSize size) => Roots[size.NodesLog2];

    private static ImmutableArray<Commitment> Create()
    {
        var roots = ImmutableArray.CreateBuilder<Commitment>(MaxHeight + 1);
        Span<byte> pair = stackalloc byte[64];
        Span<byte> root = stackalloc byte[32];
        roots.Add(Commitment.FromBytes(root));
        while (roots.Count <= MaxHeight)
        {
            root.CopyTo(pair);
            root.CopyTo(pair[32..]);
            Sha256.HashPairs254(pair, root);
            roots.Add(Commitment.FromBytes(root));
        }

        return roots.MoveToImmutable();
    }
}
