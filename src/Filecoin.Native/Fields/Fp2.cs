using System.Runtime.InteropServices;

namespace Filecoin.Native.Fields;

/// <summary>
/// An element c0 + c1·u of the quadratic extension of <see cref="Fp"/> with u² = −1. 96 bytes in memory, c0 first.
/// As the field below it, constant time but for square roots, comparison and decoding.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Fp2 : IEquatable<Fp2>, ICurveField<Fp2>
{
    /// <summary>Bytes of an element, in memory and encoded.</summary>
    public const int Size = 2 * Fp.Size;

    /// <summary>An element from its coefficients.</summary>
    public Fp2(in Fp c0, in Fp c1) => (C0, C1) = (c0, c1);

    /// <summary>The coefficient of one.</summary>
    public Fp C0 { get; }

    /// <summary>The coefficient of u.</summary>
    public Fp C1 { get; }

    /// <summary>The additive identity.</summary>
    public static Fp2 Zero => default;

    /// <summary>The multiplicative identity.</summary>
    public static Fp2 One => new(Fp.One, Fp.Zero);

    /// <summary>1 + u, which is neither a square nor a cube: v³ of the tower, and the factor between the curve and its twist.</summary>
    internal static Fp2 NonResidue => new(Fp.One, Fp.One);

    /// <summary>Whether this is the additive identity.</summary>
    public bool IsZero => C0.IsZero & C1.IsZero;

    static int ICurveField<Fp2>.EncodedSize => Size;

    static Fp2 ICurveField<Fp2>.CurveB => new(Fp.FromUInt64(4), Fp.FromUInt64(4));

    /// <summary>Whether the canonical integers, c1's before c0's, are above those of the negation.</summary>
    public bool IsLexicographicallyLargest => C1.IsZero ? C0.IsLexicographicallyLargest : C1.IsLexicographicallyLargest;

    /// <summary>The sum.</summary>
    public static Fp2 operator +(in Fp2 left, in Fp2 right) => new(left.C0 + right.C0, left.C1 + right.C1);

    /// <summary>The difference.</summary>
    public static Fp2 operator -(in Fp2 left, in Fp2 right) => new(left.C0 - right.C0, left.C1 - right.C1);

    /// <summary>The negation.</summary>
    public static Fp2 operator -(in Fp2 value) => new(-value.C0, -value.C1);

    /// <summary>The product.</summary>
    public static Fp2 operator *(in Fp2 left, in Fp2 right)
    {
        Fp low = left.C0 * right.C0, high = left.C1 * right.C1;
        Fp cross = (left.C0 + left.C1) * (right.C0 + right.C1);
        return new Fp2(low - high, cross - low - high);
    }

    /// <summary>The product with an element of the base field.</summary>
    public static Fp2 operator *(in Fp2 left, in Fp right) => new(left.C0 * right, left.C1 * right);

    /// <summary>The square.</summary>
    public Fp2 Square()
    {
        Fp product = C0 * C1;
        return new Fp2((C0 + C1) * (C0 - C1), product.Double());
    }

    /// <summary>Twice this.</summary>
    public Fp2 Double() => new(C0.Double(), C1.Double());

    /// <summary>c0 − c1·u, which is also this to the power p.</summary>
    public Fp2 Conjugate() => new(C0, -C1);

    /// <summary>c0² + c1², the product with the conjugate.</summary>
    public Fp Norm() => C0.Square() + C1.Square();

    /// <summary>The inverse; of zero, zero.</summary>
    public Fp2 Inverse()
    {
        Fp inverse = Norm().Inverse();
        return new Fp2(C0 * inverse, -(C1 * inverse));
    }

    /// <summary>The product with 1 + u.</summary>
    internal Fp2 TimesNonResidue() => new(C0 - C1, C0 + C1);

    /// <summary>This to a public exponent, given in 64-bit limbs, least significant first.</summary>
    public Fp2 Pow(ReadOnlySpan<ulong> exponent)
    {
        Fp2 result = One;
        for (int i = exponent.Length * 64 - 1; i >= 0; i--)
        {
            result = result.Square();
            if (((exponent[i >> 6] >> (i & 63)) & 1) != 0)
            {
                result *= this;
            }
        }
        return result;
    }

    /// <summary>A square root, where this has one. Of the two, either may come.</summary>
    /// <param name="root">The root; zero where there is none.</param>
    /// <returns>Whether this is a square.</returns>
    public bool TrySquareRoot(out Fp2 root)
    {
        // With n² = c0² + c1², one of (c0 ± n) / 2 is the square of the root's first coefficient x; the second is c1 / 2x.
        root = Zero;
        if (C1.IsZero)
        {
            if (C0.TrySquareRoot(out Fp real))
            {
                root = new Fp2(real, Fp.Zero);
                return true;
            }
            bool found = (-C0).TrySquareRoot(out Fp imaginary);
            root = new Fp2(Fp.Zero, imaginary);
            return found;
        }
        if (!Norm().TrySquareRoot(out Fp norm))
        {
            return false;
        }
        Fp half = Fp.FromUInt64(2).Inverse();
        if (!((C0 + norm) * half).TrySquareRoot(out Fp x) && !((C0 - norm) * half).TrySquareRoot(out x))
        {
            return false;
        }
        root = new Fp2(x, C1 * x.Double().Inverse());
        return root.Square() == this;
    }

    Fp2 ICurveField<Fp2>.TimesThreeB()
    {
        Fp2 four = TimesNonResidue().Double().Double();
        return four.Double() + four;
    }

    static Fp2 ICurveField<Fp2>.Select(ulong mask, in Fp2 left, in Fp2 right) =>
        new(Select(mask, left.C0, right.C0), Select(mask, left.C1, right.C1));

    private static T Select<T>(ulong mask, in T left, in T right)
        where T : unmanaged, ICurveField<T> => T.Select(mask, left, right);

    /// <summary>Reads the canonical encoding: c1, then c0, each 48 bytes big-endian, as the ZCash encoding of points has it.</summary>
    /// <returns>Whether both integers are below p.</returns>
    /// <exception cref="ArgumentException">There are not 96 bytes.</exception>
    public static bool TryReadBigEndian(ReadOnlySpan<byte> bytes, out Fp2 value)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"Expected {Size} bytes, found {bytes.Length}.", nameof(bytes));
        }
        bool isCanonical = Fp.TryReadBigEndian(bytes[..Fp.Size], out Fp c1) & Fp.TryReadBigEndian(bytes[Fp.Size..], out Fp c0);
        value = isCanonical ? new Fp2(c0, c1) : Zero;
        return isCanonical;
    }

    /// <summary>Writes the canonical encoding: c1, then c0, each 48 bytes big-endian.</summary>
    public void WriteBigEndian(Span<byte> bytes)
    {
        C1.WriteBigEndian(bytes[..Fp.Size]);
        C0.WriteBigEndian(bytes.Slice(Fp.Size, Fp.Size));
    }

    /// <inheritdoc/>
    public bool Equals(Fp2 other) => C0 == other.C0 && C1 == other.C1;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Fp2 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(C0, C1);

    /// <summary>Both coefficients in hexadecimal digits.</summary>
    public override string ToString() => $"{C0} + {C1}*u";

    /// <summary>Whether two elements are equal.</summary>
    public static bool operator ==(in Fp2 left, in Fp2 right) => left.Equals(right);

    /// <summary>Whether two elements differ.</summary>
    public static bool operator !=(in Fp2 left, in Fp2 right) => !left.Equals(right);
}
