using Filecoin.Native.Curves;
using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>
/// The ZCash encoding of points. The three highest bits of the first byte are flags: compressed, infinity, and, on compressed points,
/// sign (y is lexicographically largest). The rest is x, and y where not compressed, big-endian; over Fp2 the u coefficient first.
/// </summary>
internal static class PointEncoding
{
    internal const byte Compressed = 0x80, Infinity = 0x40, Sign = 0x20, Flags = 0xe0;

    /// <summary>The point of an encoding, of which curve and flags are checked and membership in the subgroup is not.</summary>
    /// <returns>Null where there is a point, else what is wrong.</returns>
    internal static PointDecodingError? TryDecode<F>(ReadOnlySpan<byte> bytes, bool compressed, bool checkCurve, out AffinePoint<F> point)
        where F : unmanaged, ICurveField<F>
    {
        point = default;
        if (bytes.Length != (compressed ? F.EncodedSize : 2 * F.EncodedSize))
        {
            return PointDecodingError.Length;
        }
        byte flags = (byte)(bytes[0] & Flags);
        if (((flags & Compressed) != 0) != compressed)
        {
            return PointDecodingError.CompressionFlag;
        }
        if ((flags & Infinity) != 0)
        {
            bool isOnlyFlag = (bytes[0] & ~(Compressed | Infinity)) == 0 && !bytes[1..].ContainsAnyExcept((byte)0);
            return isOnlyFlag ? null : PointDecodingError.InfinityEncoding;
        }
        if (!compressed && (flags & Sign) != 0)
        {
            return PointDecodingError.SignFlag;
        }
        Span<byte> bare = stackalloc byte[F.EncodedSize];
        bytes[..F.EncodedSize].CopyTo(bare);
        bare[0] &= unchecked((byte)~Flags);
        if (!F.TryReadBigEndian(bare, out F x))
        {
            return PointDecodingError.NonCanonicalCoordinate;
        }
        F y;
        if (compressed)
        {
            F square = x.Square() * x + F.CurveB;
            if (!square.TrySquareRoot(out y))
            {
                return PointDecodingError.NotOnCurve;
            }
            y = y.IsLexicographicallyLargest == ((flags & Sign) != 0) ? y : -y;
        }
        else if (!F.TryReadBigEndian(bytes[F.EncodedSize..], out y))
        {
            return PointDecodingError.NonCanonicalCoordinate;
        }
        point = new AffinePoint<F>(x, y);
        // (0, 0) is on neither curve and stands for infinity in memory: it has an encoding of its own.
        return compressed || (!point.IsInfinity && (!checkCurve || point.IsOnCurve)) ? null : PointDecodingError.NotOnCurve;
    }

    internal static void Encode<F>(in AffinePoint<F> point, bool compressed, Span<byte> bytes)
        where F : unmanaged, ICurveField<F>
    {
        bytes = bytes[..(compressed ? F.EncodedSize : 2 * F.EncodedSize)];
        byte flags = compressed ? Compressed : (byte)0;
        if (point.IsInfinity)
        {
            bytes.Clear();
            bytes[0] = (byte)(flags | Infinity);
            return;
        }
        point.X.WriteBigEndian(bytes[..F.EncodedSize]);
        if (compressed)
        {
            bytes[0] |= (byte)(flags | (point.Y.IsLexicographicallyLargest ? Sign : 0));
        }
        else
        {
            point.Y.WriteBigEndian(bytes[F.EncodedSize..]);
        }
    }

    internal static PointDecodingException Failure(PointDecodingError error, string group, long index, int expectedLength, ReadOnlySpan<byte> bytes)
    {
        string hex = Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, 192)]);
        return error switch
        {
            PointDecodingError.Length => new(error, group, index, $"{expectedLength} bytes", $"{bytes.Length}"),
            PointDecodingError.CompressionFlag => new(error, group, index, $"the flag of an encoding of {expectedLength} bytes", hex),
            PointDecodingError.InfinityEncoding => new(error, group, index, "infinity without other bits", hex),
            PointDecodingError.SignFlag => new(error, group, index, "no sign flag on an uncompressed point", hex),
            PointDecodingError.NonCanonicalCoordinate => new(error, group, index, $"coordinates below 0x{Fp.ModulusHex}", hex),
            PointDecodingError.NotOnCurve => new(error, group, index, "a point on the curve", hex),
            _ => new(error, group, index, "a point of the subgroup of order r", hex),
        };
    }
}
