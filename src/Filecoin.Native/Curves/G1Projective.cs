using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Curves;

/// <summary>
/// A point of G1 in homogeneous coordinates, (X/Z, Y/Z): what sums are kept in, since adding takes no inversion.
/// One point has many representations; equality is of points. The formulas are complete: no operand is exceptional.
/// </summary>
/// <remarks>In memory 144 bytes: X, Y, Z in Montgomery form. The default value is not a point: begin with <see cref="Infinity"/>.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct G1Projective : IEquatable<G1Projective>
{
    internal readonly ProjectivePoint<Fp> Point;

    internal G1Projective(in ProjectivePoint<Fp> point) => Point = point;

    /// <summary>The generator that the protocol fixes.</summary>
    public static G1Projective Generator => G1Affine.Generator.ToProjective();

    /// <summary>The neutral element.</summary>
    public static G1Projective Infinity => new(ProjectivePoint<Fp>.Infinity);

    /// <summary>Whether this is the neutral element.</summary>
    public bool IsInfinity => Point.IsInfinity;

    /// <summary>The sum.</summary>
    public static G1Projective operator +(in G1Projective left, in G1Projective right) => new(left.Point + right.Point);

    /// <summary>The sum with an affine point, which costs less.</summary>
    public static G1Projective operator +(in G1Projective left, in G1Affine right) => new(left.Point.Add(right.Point));

    /// <summary>The difference.</summary>
    public static G1Projective operator -(in G1Projective left, in G1Projective right) => left + -right;

    /// <summary>The negation.</summary>
    public static G1Projective operator -(in G1Projective value) => new(-value.Point);

    /// <summary>The multiple by a public scalar. Time depends on the scalar.</summary>
    public static G1Projective operator *(in G1Projective point, Fr scalar) => G1Kernels.Multiply(point, scalar);

    /// <summary>Twice this.</summary>
    public G1Projective Double() => new(Point.Double());

    /// <summary>
    /// The multiple by a secret scalar: neither branches nor addresses depend on the scalar or the point.
    /// </summary>
    public G1Projective MultiplySecret(Fr scalar) => G1Kernels.MultiplySecret(this, scalar);

    /// <summary>The same point as (x, y); takes an inversion.</summary>
    public G1Affine ToAffine() => new(Point.ToAffine());

    /// <summary>Many points as (x, y), with one inversion.</summary>
    /// <param name="points">The points.</param>
    /// <param name="affine">Receives as many.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void ToAffine(ReadOnlySpan<G1Projective> points, Span<G1Affine> affine)
    {
        if (points.Length != affine.Length)
        {
            throw new ArgumentException($"Expected room for {points.Length} points, found {affine.Length}.", nameof(affine));
        }
        ProjectivePoint<Fp>.ToAffine(
            MemoryMarshal.Cast<G1Projective, ProjectivePoint<Fp>>(points),
            MemoryMarshal.Cast<G1Affine, AffinePoint<Fp>>(affine));
    }

    /// <inheritdoc/>
    public bool Equals(G1Projective other) => Point.IsSame(other.Point);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is G1Projective other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToAffine().GetHashCode();

    /// <summary>The compressed encoding in hexadecimal digits.</summary>
    public override string ToString() => ToAffine().ToString();

    /// <summary>Whether two points are equal.</summary>
    public static bool operator ==(in G1Projective left, in G1Projective right) => left.Equals(right);

    /// <summary>Whether two points differ.</summary>
    public static bool operator !=(in G1Projective left, in G1Projective right) => !left.Equals(right);
}
