using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Curves;

/// <summary>
/// A point of G2 as (x, y), or infinity: the subgroup of prime order r of y² = x³ + 4(1 + u) over <see cref="Fp2"/>.
/// </summary>
/// <remarks>
/// In memory 192 bytes, x then y in Montgomery form; infinity is all zeros, the default value. Encoded as ZCash does:
/// 96 bytes compressed, 192 uncompressed, big-endian, the u coefficient first, with flags in the three highest bits of the first byte.
/// The type can hold a point of the curve outside the subgroup, where <see cref="PointChecks.Subgroup"/> was not asked for.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct G2Affine : IEquatable<G2Affine>
{
    /// <summary>Bytes of a compressed point.</summary>
    public const int CompressedSize = 96;

    /// <summary>Bytes of an uncompressed point.</summary>
    public const int UncompressedSize = 192;

    /// <summary>Bytes of a point in memory.</summary>
    internal const int Size = 192;

    internal readonly AffinePoint<Fp2> Point;

    internal G2Affine(in AffinePoint<Fp2> point) => Point = point;

    /// <summary>The generator that the protocol fixes.</summary>
    public static G2Affine Generator { get; } = new(new AffinePoint<Fp2>(
        new Fp2(
            Fp.FromHex("024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"),
            Fp.FromHex("13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e")),
        new Fp2(
            Fp.FromHex("0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"),
            Fp.FromHex("0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be"))));

    /// <summary>The neutral element.</summary>
    public static G2Affine Infinity => default;

    /// <summary>The first coordinate; zero for infinity.</summary>
    public Fp2 X => Point.X;

    /// <summary>The second coordinate; zero for infinity.</summary>
    public Fp2 Y => Point.Y;

    /// <summary>Whether this is the neutral element.</summary>
    public bool IsInfinity => Point.IsInfinity;

    /// <summary>Whether this satisfies the curve's equation; infinity does.</summary>
    public bool IsOnCurve => Point.IsOnCurve;

    /// <summary>Whether this, a point of the curve, is in the subgroup of order r.</summary>
    public bool IsInSubgroup => G2Kernels.IsInSubgroup(this);

    /// <summary>The point of given coordinates.</summary>
    /// <exception cref="PointDecodingException">It is not on the curve, or not in the subgroup where that is asked for.</exception>
    public static G2Affine FromCoordinates(in Fp2 x, in Fp2 y, PointChecks checks = PointChecks.Subgroup)
    {
        var point = new G2Affine(new AffinePoint<Fp2>(x, y));
        Span<byte> encoded = stackalloc byte[UncompressedSize];
        point.WriteUncompressed(encoded);
        return ReadUncompressed(encoded, checks);
    }

    /// <summary>Reads a compressed point.</summary>
    /// <param name="bytes">96 bytes.</param>
    /// <param name="checks">Whether membership in the subgroup is checked; the curve is, in any case.</param>
    /// <exception cref="PointDecodingException">The bytes are not a point.</exception>
    public static G2Affine ReadCompressed(ReadOnlySpan<byte> bytes, PointChecks checks = PointChecks.Subgroup)
    {
        Span<G2Affine> one = stackalloc G2Affine[1];
        RequireLength(bytes, CompressedSize);
        G2Kernels.Decode(bytes, compressed: true, checks, one);
        return one[0];
    }

    /// <summary>Reads an uncompressed point.</summary>
    /// <param name="bytes">192 bytes.</param>
    /// <param name="checks">What is checked beyond flags and canonical coordinates.</param>
    /// <exception cref="PointDecodingException">The bytes are not a point.</exception>
    public static G2Affine ReadUncompressed(ReadOnlySpan<byte> bytes, PointChecks checks = PointChecks.Subgroup)
    {
        Span<G2Affine> one = stackalloc G2Affine[1];
        RequireLength(bytes, UncompressedSize);
        G2Kernels.Decode(bytes, compressed: false, checks, one);
        return one[0];
    }

    /// <summary>Reads a sequence of uncompressed points, which costs less for each than reading one.</summary>
    /// <param name="bytes">192 bytes a point.</param>
    /// <param name="points">Receives the points; its length says how many.</param>
    /// <param name="checks">What is checked beyond flags and canonical coordinates.</param>
    /// <exception cref="PointDecodingException">A point is malformed; <see cref="PointDecodingException.Index"/> says which.</exception>
    public static void ReadUncompressed(ReadOnlySpan<byte> bytes, Span<G2Affine> points, PointChecks checks = PointChecks.Subgroup)
    {
        RequireLength(bytes, checked(points.Length * UncompressedSize));
        G2Kernels.Decode(bytes, compressed: false, checks, points);
    }

    /// <summary>Writes the compressed encoding.</summary>
    /// <param name="bytes">Room for 96 bytes.</param>
    public void WriteCompressed(Span<byte> bytes) => PointEncoding.Encode(Point, compressed: true, bytes);

    /// <summary>Writes the uncompressed encoding.</summary>
    /// <param name="bytes">Room for 192 bytes.</param>
    public void WriteUncompressed(Span<byte> bytes) => PointEncoding.Encode(Point, compressed: false, bytes);

    /// <summary>The compressed encoding.</summary>
    public byte[] ToCompressed()
    {
        byte[] bytes = new byte[CompressedSize];
        WriteCompressed(bytes);
        return bytes;
    }

    /// <summary>The uncompressed encoding.</summary>
    public byte[] ToUncompressed()
    {
        byte[] bytes = new byte[UncompressedSize];
        WriteUncompressed(bytes);
        return bytes;
    }

    /// <summary>The same point in projective coordinates.</summary>
    public G2Projective ToProjective() => new(Point.ToProjective());

    /// <summary>The same point in projective coordinates.</summary>
    public static implicit operator G2Projective(in G2Affine point) => point.ToProjective();

    /// <summary>The negation.</summary>
    public static G2Affine operator -(in G2Affine value) => new(-value.Point);

    /// <summary>The multiple by a public scalar. Time depends on the scalar.</summary>
    public static G2Projective operator *(in G2Affine point, Fr scalar) => point.ToProjective() * scalar;

    /// <inheritdoc/>
    public bool Equals(G2Affine other) => Point.X == other.Point.X && Point.Y == other.Point.Y;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is G2Affine other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Point.X, Point.Y);

    /// <summary>The compressed encoding in hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToCompressed());

    /// <summary>Whether two points are equal.</summary>
    public static bool operator ==(in G2Affine left, in G2Affine right) => left.Equals(right);

    /// <summary>Whether two points differ.</summary>
    public static bool operator !=(in G2Affine left, in G2Affine right) => !left.Equals(right);

    private static void RequireLength(ReadOnlySpan<byte> bytes, int expected)
    {
        if (bytes.Length != expected)
        {
            throw PointEncoding.Failure(PointDecodingError.Length, "G2", 0, expected, bytes);
        }
    }
}
