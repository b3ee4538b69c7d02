using System.Runtime.InteropServices;

namespace Filecoin.Native.Fields;

/// <summary>An element c0 + c1·v + c2·v² of the cubic extension of <see cref="Fp2"/> with v³ = 1 + u. 288 bytes in memory, c0 first.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Fp6 : IEquatable<Fp6>, IField<Fp6>
{
    /// <summary>An element from its coefficients.</summary>
    public Fp6(in Fp2 c0, in Fp2 c1, in Fp2 c2) => (C0, C1, C2) = (c0, c1, c2);

    /// <summary>The coefficient of one.</summary>
    public Fp2 C0 { get; }

    /// <summary>The coefficient of v.</summary>
    public Fp2 C1 { get; }

    /// <summary>The coefficient of v².</summary>
    public Fp2 C2 { get; }

    /// <summary>The additive identity.</summary>
    public static Fp6 Zero => default;

    /// <summary>The multiplicative identity.</summary>
    public static Fp6 One => new(Fp2.One, Fp2.Zero, Fp2.Zero);

    /// <summary>Whether this is the additive identity.</summary>
    public bool IsZero => C0.IsZero & C1.IsZero & C2.IsZero;

    /// <summary>The sum.</summary>
    public static Fp6 operator +(in Fp6 left, in Fp6 right) => new(left.C0 + right.C0, left.C1 + right.C1, left.C2 + right.C2);

    /// <summary>The difference.</summary>
    public static Fp6 operator -(in Fp6 left, in Fp6 right) => new(left.C0 - right.C0, left.C1 - right.C1, left.C2 - right.C2);

    /// <summary>The negation.</summary>
    public static Fp6 operator -(in Fp6 value) => new(-value.C0, -value.C1, -value.C2);

    /// <summary>The product.</summary>
    public static Fp6 operator *(in Fp6 left, in Fp6 right)
    {
        Fp2 d0 = left.C0 * right.C0, d1 = left.C1 * right.C1, d2 = left.C2 * right.C2;
        Fp2 s12 = (left.C1 + left.C2) * (right.C1 + right.C2) - d1 - d2;
        Fp2 s01 = (left.C0 + left.C1) * (right.C0 + right.C1) - d0 - d1;
        Fp2 s02 = (left.C0 + left.C2) * (right.C0 + right.C2) - d0 - d2;
        return new Fp6(d0 + s12.TimesNonResidue(), s01 + d2.TimesNonResidue(), s02 + d1);
    }

    /// <summary>The product with an element of the quadratic field.</summary>
    public static Fp6 operator *(in Fp6 left, in Fp2 right) => new(left.C0 * right, left.C1 * right, left.C2 * right);

    /// <summary>The square.</summary>
    public Fp6 Square() => this * this;

    /// <summary>Twice this.</summary>
    public Fp6 Double() => this + this;

    /// <summary>The inverse; of zero, zero.</summary>
    public Fp6 Inverse()
    {
        Fp2 t0 = C0.Square() - (C1 * C2).TimesNonResidue();
        Fp2 t1 = C2.Square().TimesNonResidue() - C0 * C1;
        Fp2 t2 = C1.Square() - C0 * C2;
        Fp2 norm = C0 * t0 + (C2 * t1 + C1 * t2).TimesNonResidue();
        return new Fp6(t0, t1, t2) * norm.Inverse();
    }

    /// <summary>The product with v.</summary>
    internal Fp6 TimesNonResidue() => new(C2.TimesNonResidue(), C0, C1);

    /// <summary>This to the power p.</summary>
    internal Fp6 Frobenius() =>
        new(C0.Conjugate(), C1.Conjugate() * TowerConstants.FrobeniusV, C2.Conjugate() * TowerConstants.FrobeniusVSquare);

    /// <inheritdoc/>
    public bool Equals(Fp6 other) => C0 == other.C0 && C1 == other.C1 && C2 == other.C2;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Fp6 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(C0, C1, C2);

    /// <summary>Whether two elements are equal.</summary>
    public static bool operator ==(in Fp6 left, in Fp6 right) => left.Equals(right);

    /// <summary>Whether two elements differ.</summary>
    public static bool operator !=(in Fp6 left, in Fp6 right) => !left.Equals(right);
}
