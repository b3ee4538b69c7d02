using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Pieces;

/// <summary>
/// CommD from the commitments of a sector's pieces alone (filecoin-proofs <c>pieces.rs</c>, <c>compute_comm_d</c>), with the zeros that
/// align each piece and fill the sector up.
/// </summary>
public static class DataCommitment
{
    /// <summary>CommD of the pieces in this order.</summary>
    /// <exception cref="PieceException">They do not fit into the sector.</exception>
    public static Commitment Compute(SectorSize sector, params IReadOnlyList<PieceInfo> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);

        // Subtrees that wait for their right sibling, as in a binary counter; what is missing on the right is zeros.
        var roots = new PendingRoots();
        foreach (var placed in Place(sector, pieces))
            roots.Add(placed.Piece.CommP, placed.Piece.Size.Height, placed.PaddedOffset / SectorSize.NodeBytes);
        return roots.Finish(sector.NodesLog2);
    }

    /// <summary>Whether the pieces in this order have the given CommD.</summary>
    /// <exception cref="PieceException">They do not fit into the sector.</exception>
    public static bool Verify(Commitment commD, SectorSize sector, params IReadOnlyList<PieceInfo> pieces) =>
        Compute(sector, pieces) == commD;

    /// <summary>Where each piece lies: each at the next multiple of its own size.</summary>
    /// <exception cref="PieceException">They do not fit into the sector.</exception>
    public static IReadOnlyList<PlacedPiece> Place(SectorSize sector, params IReadOnlyList<PieceInfo> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var placed = new List<PlacedPiece>(pieces.Count);
        var end = 0L;
        foreach (var piece in pieces)
        {
            var offset = NextOffset(sector, end, piece.Size, placed.Count);
            placed.Add(new PlacedPiece(piece, offset));
            end = offset + piece.Size.Padded;
        }

        return placed;
    }

    /// <summary>The padded offset of a piece behind <paramref name="end"/> padded bytes.</summary>
    internal static long NextOffset(SectorSize sector, long end, PieceSize size, int index)
    {
        // Both are multiples of 128 and the size is a power of two: rounding up in padded bytes is PieceAlignment in unpadded ones.
        var offset = (end + size.Padded - 1) & -size.Padded;
        return size.Padded <= sector.Bytes - offset
            ? offset
            : throw new PieceException(
                PieceFault.OverCapacity, index, $"at most {sector.Bytes - offset} padded bytes from offset {offset} of a sector of {sector}",
                $"{size.Padded} padded bytes");
    }
}
