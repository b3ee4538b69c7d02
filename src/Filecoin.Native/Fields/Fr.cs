using System.Runtime.InteropServices;

namespace Filecoin.Native.Fields;

/// <summary>
/// An element of the scalar field of BLS12-381: integers modulo
/// r = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001 (255 bits).
/// </summary>
/// <remarks>
/// In memory an element is 32 bytes: four little-endian 64-bit limbs, least significant first, of the Montgomery form
/// a·2^256 mod r, always fully reduced. Spans of <see cref="Fr"/> and byte regions that hold this form are the same thing.
/// Outside memory an element is 32 bytes, little-endian, canonical (<see cref="Read(ReadOnlySpan{byte})"/>,
/// <see cref="Write"/>). The default value is zero. Nothing here is constant time: proofs hold no long-term secret in this field.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly partial struct Fr : IEquatable<Fr>
{
    /// <summary>Bytes of an element, in memory and in its canonical encoding.</summary>
    public const int Size = 32;

    /// <summary>Bits of the modulus.</summary>
    public const int ModulusBits = 255;

    /// <summary>Bits that every value of which fits the field whatever the bits are.</summary>
    public const int CapacityBits = 254;

    /// <summary>The largest s such that 2^s divides r − 1: transforms have at most 2^32 points.</summary>
    public const int TwoAdicity = 32;

    /// <summary>The modulus in big-endian hexadecimal digits.</summary>
    internal const string ModulusHex = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";

    internal const ulong R0 = 0xffffffff00000001, R1 = 0x53bda402fffe5bfe, R2 = 0x3339d80809a1d805, R3 = 0x73eda753299d7d48;

    /// <summary>−r⁻¹ mod 2^64.</summary>
    internal const ulong NegativeInverse = 0xfffffffeffffffff;

    internal readonly ulong L0, L1, L2, L3;

    /// <summary>An element from the limbs of its Montgomery form, which must be below r.</summary>
    internal Fr(ulong l0, ulong l1, ulong l2, ulong l3) => (L0, L1, L2, L3) = (l0, l1, l2, l3);

    /// <summary>The modulus r as four 64-bit limbs, least significant first.</summary>
    public static ReadOnlySpan<ulong> Modulus => [R0, R1, R2, R3];

    /// <summary>The additive identity.</summary>
    public static Fr Zero => default;

    /// <summary>The multiplicative identity.</summary>
    public static Fr One => new(0x00000001fffffffe, 0x5884b7fa00034802, 0x998c4fefecbc4ff5, 0x1824b159acc5056f);

    /// <summary>7, which generates the multiplicative group; transforms on a coset shift by it.</summary>
    public static Fr MultiplicativeGenerator => new(0x0000000efffffff1, 0x17e363d300189c0f, 0xff9c57876f8457b0, 0x351332208fc5a8c4);

    /// <summary>7^((r − 1) / 2^32), a primitive 2^32-th root of unity.</summary>
    public static Fr RootOfUnity => new(0xb9b58d8c5f0e466a, 0x5b1b4c801819d7ec, 0x0af53ae352a31e64, 0x5bf3adda19e9b27b);

    /// <summary>2^512 mod r: a Montgomery product with it brings an integer into Montgomery form.</summary>
    private static Fr MontgomerySquare => new(0xc999e990f3f29c6d, 0x2b6cedcb87925c23, 0x05d314967254398f, 0x0748d9d99f59ff11);

    /// <summary>Whether this is the additive identity.</summary>
    public bool IsZero => (L0 | L1 | L2 | L3) == 0;

    /// <summary>Whether this is the multiplicative identity.</summary>
    public bool IsOne => this == One;

    /// <summary>The element of an unsigned integer.</summary>
    public static Fr FromUInt64(ulong value) => new Fr(value, 0, 0, 0) * MontgomerySquare;

    /// <summary>A primitive root of unity of order 2^<paramref name="logOrder"/>.</summary>
    /// <param name="logOrder">0 to <see cref="TwoAdicity"/>.</param>
    public static Fr RootOfUnityOfOrder(int logOrder)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(logOrder);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logOrder, TwoAdicity);
        Fr root = RootOfUnity;
        for (int i = logOrder; i < TwoAdicity; i++)
        {
            root = root.Square();
        }
        return root;
    }

    /// <inheritdoc/>
    public bool Equals(Fr other) => ((L0 ^ other.L0) | (L1 ^ other.L1) | (L2 ^ other.L2) | (L3 ^ other.L3)) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Fr other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(L0, L1, L2, L3);

    /// <summary>The canonical integer as 64 big-endian hexadecimal digits with prefix.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        bytes.Reverse();
        return string.Concat("0x", Convert.ToHexStringLower(bytes));
    }

    /// <summary>Whether two elements are equal.</summary>
    public static bool operator ==(Fr left, Fr right) => left.Equals(right);

    /// <summary>Whether two elements differ.</summary>
    public static bool operator !=(Fr left, Fr right) => !left.Equals(right);
}
