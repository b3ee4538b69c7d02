using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Curves;

/// <summary>
/// A point of G2 in homogeneous coordinates, (X/Z, Y/Z): what sums are kept in, since adding takes no inversion.
/// One point has many representations; equality is of points. The formulas are complete: no operand is exceptional.
/// </summary>
/// <remarks>In memory 288 bytes: X, Y, Z in Montgomery form. The default value is not a point: begin with <see cref="Infinity"/>.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct G2Projective : IEquatable<G2Projective>
{
    internal readonly ProjectivePoint<Fp2> Point;

    internal G2Projective(in ProjectivePoint<Fp2> point) => Point = point;

    /// <summary>The generator that the protocol fixes.</summary>
    public static G2Projective Generator => G2Affine.Generator.ToProjective();

    /// <summary>The neutral element.</summary>
    public static G2Projective Infinity => new(ProjectivePoint<Fp2>.Infinity);

    /// <summary>Whether this is the neutral element.</summary>
    public bool IsInfinity => Point.IsInfinity;

    /// <summary>The sum.</summary>
    public static G2Projective operator +(in G2Projective left, in G2Projective right) => new(left.Point + right.Point);

    /// <summary>The sum with an affine point, which costs less.</summary>
    public static G2Projective operator +(in G2Projective left, in G2Affine right) => new(left.Point.Add(right.Point));

    /// <summary>The difference.</summary>
    public static G2Projective operator -(in G2Projective left, in G2Projective right) => left + -right;

    /// <summary>The negation.</summary>
    public static G2Projective operator -(in G2Projective value) => new(-value.Point);

    /// <summary>The multiple by a public scalar. Time depends on the scalar.</summary>
    public static G2Projective operator *(in G2Projective point, Fr scalar) => G2Kernels.Multiply(point, scalar);

    /// <summary>Twice this.</summary>
    public G2Projective Double() => new(Point.Double());

    /// <summary>
    /// The multiple by a secret scalar: neither branches nor addresses depend on the scalar or the point.
    /// </summary>
    public G2Projective MultiplySecret(Fr scalar) => G2Kernels.MultiplySecret(this, scalar);

    /// <summary>The same point as (x, y); takes an inversion.</summary>
    public G2Affine ToAffine() => new(Point.ToAffine());

    /// <summary>Many points as (x, y), with one inversion.</summary>
    /// <param name="points">The points.</param>
    /// <param name="affine">Receives as many.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void ToAffine(ReadOnlySpan<G2Projective> points, Span<G2Affine> affine)
    {
        if (points.Length != affine.Length)
        {
            throw new ArgumentException($"Expected room for {points.Length} points, found {affine.Length}.", nameof(affine));
        }
        ProjectivePoint<Fp2>.ToAffine(
            MemoryMarshal.Cast<G2Projective, ProjectivePoint<Fp2>>(points),
            MemoryMarshal.Cast<G2Affine, AffinePoint<Fp2>>(affine));
    }

    /// <inheritdoc/>
    public bool Equals(G2Projective other) => Point.IsSame(other.Point);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is G2Projective other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToAffine().GetHashCode();

    /// <summary>The compressed encoding in hexadecimal digits.</summary>
    public override string ToString() => ToAffine().ToString();

    /// <summary>Whether two points are equal.</summary>
    public static bool operator ==(in G2Projective left, in G2Projective right) => left.Equals(right);

    /// <summary>Whether two points differ.</summary>
    public static bool operator !=(in G2Projective left, in G2Projective right) => !left.Equals(right);
}
