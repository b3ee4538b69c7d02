using System.Runtime.InteropServices;

namespace Filecoin.Native.Fields;

/// <summary>
/// An element of the base field of BLS12-381: integers modulo
/// p = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab (381 bits).
/// </summary>
/// <remarks>
/// In memory an element is 48 bytes: six little-endian 64-bit limbs, least significant first, of the Montgomery form a·2^384 mod p,
/// always fully reduced. Outside memory an element is 48 bytes, big-endian, canonical, as the ZCash encoding of points has it.
/// The default value is zero. Addition, subtraction, negation, multiplication, squaring and inversion take no branch and no index
/// from their operands; square roots, comparison and decoding are for public values.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly partial struct Fp : IEquatable<Fp>, ICurveField<Fp>
{
    /// <summary>Bytes of an element, in memory and encoded.</summary>
    public const int Size = 48;

    /// <summary>The modulus in big-endian hexadecimal digits.</summary>
    internal const string ModulusHex =
        "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";

    internal const ulong P0 = 0xb9feffffffffaaab, P1 = 0x1eabfffeb153ffff, P2 = 0x6730d2a0f6b0f624;
    internal const ulong P3 = 0x64774b84f38512bf, P4 = 0x4b1ba7b6434bacd7, P5 = 0x1a0111ea397fe69a;

    /// <summary>−p⁻¹ mod 2^64.</summary>
    internal const ulong NegativeInverse = 0x89f3fffcfffcfffd;

    internal readonly ulong L0, L1, L2, L3, L4, L5;

    /// <summary>An element from the limbs of its Montgomery form, which must be below p.</summary>
    internal Fp(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4, ulong l5) =>
        (L0, L1, L2, L3, L4, L5) = (l0, l1, l2, l3, l4, l5);

    /// <summary>The modulus p as six 64-bit limbs, least significant first.</summary>
    public static ReadOnlySpan<ulong> Modulus => [P0, P1, P2, P3, P4, P5];

    /// <summary>The additive identity.</summary>
    public static Fp Zero => default;

    /// <summary>The multiplicative identity.</summary>
    public static Fp One => new(
        0x760900000002fffd, 0xebf4000bc40c0002, 0x5f48985753c758ba, 0x77ce585370525745, 0x5c071a97a256ec6d, 0x15f65ec3fa80e493);

    /// <summary>2^768 mod p: a Montgomery product with it brings an integer into Montgomery form.</summary>
    private static Fp MontgomerySquare => new(
        0xf4df1f341c341746, 0x0a76e6a609d104f1, 0x8de5476c4c95b6d5, 0x67eb88a9939d83c0, 0x9a793e85b519952d, 0x11988fe592cae3aa);

    /// <summary>Whether this is the additive identity.</summary>
    public bool IsZero => (L0 | L1 | L2 | L3 | L4 | L5) == 0;

    /// <summary>Whether this is the multiplicative identity.</summary>
    public bool IsOne => this == One;

    static Fp ICurveField<Fp>.CurveB => FromUInt64(4);

    static int ICurveField<Fp>.EncodedSize => Size;

    /// <summary>The element of an unsigned integer.</summary>
    public static Fp FromUInt64(ulong value) => new Fp(value, 0, 0, 0, 0, 0) * MontgomerySquare;

    Fp ICurveField<Fp>.TimesThreeB()
    {
        Fp twice = Double();
        Fp four = twice.Double();
        return four.Double() + four;
    }

    /// <inheritdoc/>
    public bool Equals(Fp other) =>
        ((L0 ^ other.L0) | (L1 ^ other.L1) | (L2 ^ other.L2) | (L3 ^ other.L3) | (L4 ^ other.L4) | (L5 ^ other.L5)) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Fp other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(L0, L1, L2, L3, L4, L5);

    /// <summary>The canonical integer as 96 big-endian hexadecimal digits with prefix.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteBigEndian(bytes);
        return string.Concat("0x", Convert.ToHexStringLower(bytes));
    }

    /// <summary>Whether two elements are equal.</summary>
    public static bool operator ==(in Fp left, in Fp right) => left.Equals(right);

    /// <summary>Whether two elements differ.</summary>
    public static bool operator !=(in Fp left, in Fp right) => !left.Equals(right);
}
