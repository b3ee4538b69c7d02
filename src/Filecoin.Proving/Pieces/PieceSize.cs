using System.Numerics;

namespace Filecoin.Proving.Pieces;

/// <summary>The size of a piece: a power of two of padded bytes, at least 128, of which 127 in 128 are data.</summary>
public readonly record struct PieceSize : IComparable<PieceSize>
{
    /// <summary>Padded bytes of the smallest piece.</summary>
    public const int MinimumPadded = Fr32.PaddedUnit;

    private PieceSize(long padded) => Padded = padded;

    /// <summary>Bytes after bit padding: what the chain calls the piece's size.</summary>
    public long Padded { get; }

    /// <summary>Bytes of data that the piece holds.</summary>
    public long Unpadded => Padded / Fr32.PaddedUnit * Fr32.UnpaddedUnit;

    /// <summary>Rows of the piece's tree above its leaves of 32 bytes.</summary>
    public int Height => BitOperations.Log2((ulong)Padded) - 5;

    /// <summary>The size of so many padded bytes.</summary>
    /// <exception cref="PieceException">Not a power of two, or less than 128.</exception>
    public static PieceSize FromPadded(long padded) => padded >= MinimumPadded && BitOperations.IsPow2(padded)
        ? new PieceSize(padded)
        : throw new PieceException(PieceFault.Size, null, "a power of two of padded bytes, at least 128", $"{padded} bytes");

    /// <summary>The size that so many unpadded bytes fill exactly.</summary>
    /// <exception cref="PieceException">Not 127 times a power of two.</exception>
    public static PieceSize FromUnpadded(long unpadded) =>
        unpadded > 0 && unpadded % Fr32.UnpaddedUnit == 0 && BitOperations.IsPow2(unpadded / Fr32.UnpaddedUnit)
            ? new PieceSize(unpadded / Fr32.UnpaddedUnit * Fr32.PaddedUnit)
            : throw new PieceException(PieceFault.Size, null, "127 times a power of two of unpadded bytes", $"{unpadded} bytes");

    /// <summary>The smallest size that holds so many bytes of data; the rest of the piece is zeros.</summary>
    public static PieceSize Holding(long dataBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dataBytes);
        var units = Math.Max(1, (dataBytes + Fr32.UnpaddedUnit - 1) / Fr32.UnpaddedUnit);
        return new PieceSize((long)BitOperations.RoundUpToPowerOf2((ulong)units) * Fr32.PaddedUnit);
    }

    /// <inheritdoc/>
    public int CompareTo(PieceSize other) => Padded.CompareTo(other.Padded);

    /// <summary>Padded bytes, decimal.</summary>
    public override string ToString() => Padded.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
