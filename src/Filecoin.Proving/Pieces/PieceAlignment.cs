namespace Filecoin.Proving.Pieces;

/// <summary>
/// Zeros around a piece so that it is a subtree of its own: to its left up to a multiple of its size, to its right up to the size
/// itself. All in bytes of data, before bit padding (filecoin-proofs <c>pieces.rs</c>, <c>get_piece_alignment</c>).
/// </summary>
/// <param name="Left">Zeros before the piece.</param>
/// <param name="Right">Zeros after it.</param>
public readonly record struct PieceAlignment(long Left, long Right)
{
    /// <summary>The alignment of a piece of <paramref name="piece"/> bytes behind <paramref name="written"/> bytes, aligned pieces all.</summary>
    public static PieceAlignment For(long written, long piece)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(written);
        ArgumentOutOfRangeException.ThrowIfNegative(piece);
        var size = PieceSize.Holding(piece).Unpadded;
        var encroaching = written % size;
        return new PieceAlignment(encroaching == 0 ? 0 : size - encroaching, size - piece);
    }

    /// <summary>Bytes that the pieces take in this order, with all zeros around them.</summary>
    public static long Total(params ReadOnlySpan<long> pieces)
    {
        var total = 0L;
        foreach (var piece in pieces)
        {
            var (left, right) = For(total, piece);
            total = checked(total + left + piece + right);
        }

        return total;
    }
}
