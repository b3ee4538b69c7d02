using System.Runtime.InteropServices;

namespace Filecoin.Native.Fields;

/// <summary>
/// An element c0 + c1·w of the quadratic extension of <see cref="Fp6"/> with w² = v. 576 bytes in memory, c0 first.
/// Values of the pairing are elements of its subgroup of order r, written multiplicatively.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Fp12 : IEquatable<Fp12>, IField<Fp12>
{
    /// <summary>An element from its coefficients.</summary>
    public Fp12(in Fp6 c0, in Fp6 c1) => (C0, C1) = (c0, c1);

    /// <summary>The coefficient of one.</summary>
    public Fp6 C0 { get; }

    /// <summary>The coefficient of w.</summary>
    public Fp6 C1 { get; }

    /// <summary>The additive identity.</summary>
    public static Fp12 Zero => default;

    /// <summary>The multiplicative identity.</summary>
    public static Fp12 One => new(Fp6.One, Fp6.Zero);

    /// <summary>Whether this is the additive identity.</summary>
    public bool IsZero => C0.IsZero & C1.IsZero;

    /// <summary>Whether this is the multiplicative identity: a product of pairings that cancels.</summary>
    public bool IsOne => this == One;

    /// <summary>The sum.</summary>
    public static Fp12 operator +(in Fp12 left, in Fp12 right) => new(left.C0 + right.C0, left.C1 + right.C1);

    /// <summary>The difference.</summary>
    public static Fp12 operator -(in Fp12 left, in Fp12 right) => new(left.C0 - right.C0, left.C1 - right.C1);

    /// <summary>The negation.</summary>
    public static Fp12 operator -(in Fp12 value) => new(-value.C0, -value.C1);

    /// <summary>The product.</summary>
    public static Fp12 operator *(in Fp12 left, in Fp12 right)
    {
        Fp6 low = left.C0 * right.C0, high = left.C1 * right.C1;
        Fp6 cross = (left.C0 + left.C1) * (right.C0 + right.C1) - low - high;
        return new Fp12(low + high.TimesNonResidue(), cross);
    }

    /// <summary>The square.</summary>
    public Fp12 Square()
    {
        Fp6 product = C0 * C1;
        Fp6 square = (C0 + C1) * (C0 + C1.TimesNonResidue()) - product - product.TimesNonResidue();
        return new Fp12(square, product.Double());
    }

    /// <summary>Twice this.</summary>
    public Fp12 Double() => this + this;

    /// <summary>c0 − c1·w, this to the power p⁶: the inverse, for values of the pairing.</summary>
    public Fp12 Conjugate() => new(C0, -C1);

    /// <summary>The inverse; of zero, zero.</summary>
    public Fp12 Inverse()
    {
        Fp6 norm = (C0.Square() - C1.Square().TimesNonResidue()).Inverse();
        return new Fp12(C0 * norm, -(C1 * norm));
    }

    /// <summary>This to a public exponent, given in 64-bit limbs, least significant first.</summary>
    public Fp12 Pow(ReadOnlySpan<ulong> exponent)
    {
        Fp12 result = One;
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

    /// <summary>This to the power p.</summary>
    public Fp12 Frobenius() => new(C0.Frobenius(), C1.Frobenius() * TowerConstants.FrobeniusW);

    /// <inheritdoc/>
    public bool Equals(Fp12 other) => C0 == other.C0 && C1 == other.C1;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Fp12 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(C0, C1);

    /// <summary>Whether two elements are equal.</summary>
    public static bool operator ==(in Fp12 left, in Fp12 right) => left.Equals(right);

    /// <summary>Whether two elements differ.</summary>
    public static bool operator !=(in Fp12 left, in Fp12 right) => !left.Equals(right);
}
