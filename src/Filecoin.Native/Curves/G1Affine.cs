using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Curves;

/// <summary>
/// A point of G1 as (x, y), or infinity: the subgroup of prime order r of y² = x³ + 4 over <see cref="Fp"/>.
/// </summary>
/// <remarks>
/// In memory 96 bytes, x then y in Montgomery form; infinity is all zeros, the default value. Encoded as ZCash does:
/// 48 bytes compressed, 96 uncompressed, big-endian, with flags in the three highest bits of the first byte.
/// The type can hold a point of the curve outside the subgroup, where <see cref="PointChecks.Subgroup"/> was not asked for.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct G1Affine : IEquatable<G1Affine>
{
    /// <summary>Bytes of a compressed point.</summary>
    public const int CompressedSize = 48;

    /// <summary>Bytes of an uncompressed point.</summary>
    public const int UncompressedSize = 96;

    /// <summary>Bytes of a point in memory.</summary>
    internal const int Size = 96;

    internal readonly AffinePoint<Fp> Point;

    internal G1Affine(in AffinePoint<Fp> point) => Point = point;

    /// <summary>The generator that the protocol fixes.</summary>
    public static G1Affine Generator { get; } = new(new AffinePoint<Fp>(
        Fp.FromHex("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"),
        Fp.FromHex("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1")));

    /// <summary>The neutral element.</summary>
    public static G1Affine Infinity => default;

    /// <summary>The first coordinate; zero for infinity.</summary>
    public Fp X => Point.X;

    /// <summary>The second coordinate; zero for infinity.</summary>
    public Fp Y => Point.Y;

    /// <summary>Whether this is the neutral element.</summary>
    public bool IsInfinity => Point.IsInfinity;

    /// <summary>Whether this satisfies the curve's equation; infinity does.</summary>
    public bool IsOnCurve => Point.IsOnCurve;

    /// <summary>Whether this, a point of the curve, is in the subgroup of order r.</summary>
    public bool IsInSubgroup => G1Kernels.IsInSubgroup(this);

    /// <summary>The point of given coordinates.</summary>
    /// <exception cref="PointDecodingException">It is not on the curve, or not in the subgroup where that is asked for.</exception>
    public static G1Affine FromCoordinates(in Fp x, in Fp y, PointChecks checks = PointChecks.Subgroup)
    {
        var point = new G1Affine(new AffinePoint<Fp>(x, y));
        Span<byte> encoded = stackalloc byte[UncompressedSize];
        point.WriteUncompressed(encoded);
        return ReadUncompressed(encoded, checks);
    }

    /// <summary>Reads a compressed point.</summary>
    /// <param name="bytes">48 bytes.</param>
    /// <param name="checks">Whether membership in the subgroup is checked; the curve is, in any case.</param>
    /// <exception cref="PointDecodingException">The bytes are not a point.</exception>
    public static G1Affine ReadCompressed(ReadOnlySpan<byte> bytes, PointChecks checks = PointChecks.Subgroup)
    {
        Span<G1Affine> one = stackalloc G1Affine[1];
        RequireLength(bytes, CompressedSize);
        G1Kernels.Decode(bytes, compressed: true, checks, one);
        return one[0];
    }

    /// <summary>Reads an uncompressed point.</summary>
    /// <param name="bytes">96 bytes.</param>
    /// <param name="checks">What is checked beyond flags and canonical coordinates.</param>
    /// <exception cref="PointDecodingException">The bytes are not a point.</exception>
    public static G1Affine ReadUncompressed(ReadOnlySpan<byte> bytes, PointChecks checks = PointChecks.Subgroup)
    {
        Span<G1Affine> one = stackalloc G1Affine[1];
        RequireLength(bytes, UncompressedSize);
        G1Kernels.Decode(bytes, compressed: false, checks, one);
        return one[0];
    }

    /// <summary>Reads a sequence of uncompressed points, which costs less for each than reading one.</summary>
    /// <param name="bytes">96 bytes a point.</param>
    /// <param name="points">Receives the points; its length says how many.</param>
    /// <param name="checks">What is checked beyond flags and canonical coordinates.</param>
    /// <exception cref="PointDecodingException">A point is malformed; <see cref="PointDecodingException.Index"/> says which.</exception>
    public static void ReadUncompressed(ReadOnlySpan<byte> bytes, Span<G1Affine> points, PointChecks checks = PointChecks.Subgroup)
    {
        RequireLength(bytes, checked(points.Length * UncompressedSize));
        G1Kernels.Decode(bytes, compressed: false, checks, points);
    }

    /// <summary>Writes the compressed encoding.</summary>
    /// <param name="bytes">Room for 48 bytes.</param>
    public void WriteCompressed(Span<byte> bytes) => PointEncoding.Encode(Point, compressed: true, bytes);

    /// <summary>Writes the uncompressed encoding.</summary>
    /// <param name="bytes">Room for 96 bytes.</param>
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
    public G1Projective ToProjective() => new(Point.ToProjective());

    /// <summary>The same point in projective coordinates.</summary>
    public static implicit operator G1Projective(in G1Affine point) => point.ToProjective();

    /// <summary>The negation.</summary>
    public static G1Affine operator -(in G1Affine value) => new(-value.Point);

    /// <summary>The multiple by a public scalar. Time depends on the scalar.</summary>
    public static G1Projective operator *(in G1Affine point, Fr scalar) => point.ToProjective() * scalar;

    /// <inheritdoc/>
    public bool Equals(G1Affine other) => Point.X == other.Point.X && Point.Y == other.Point.Y;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is G1Affine other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Point.X, Point.Y);

    /// <summary>The compressed encoding in hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToCompressed());

    /// <summary>Whether two points are equal.</summary>
    public static bool operator ==(in G1Affine left, in G1Affine right) => left.Equals(right);

    /// <summary>Whether two points differ.</summary>
    public static bool operator !=(in G1Affine left, in G1Affine right) => !left.Equals(right);

    private static void RequireLength(ReadOnlySpan<byte> bytes, int expected)
    {
        if (bytes.Length != expected)
        {
            throw PointEncoding.Failure(PointDecodingError.Length, "G1", 0, expected, bytes);
        }
    }
}
