using System.Runtime.InteropServices;
using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>
/// A point (X/Z, Y/Z) of y² = x³ + b in homogeneous coordinates; infinity is (0 : 1 : 0). The formulas are the complete ones of
/// Renes, Costello and Batina (eprint 2015/1060, algorithms 7 to 9): no operand is exceptional, since neither curve has a point of
/// order two, and nothing branches on an operand, so that they serve secret scalars too.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ProjectivePoint<F>(F X, F Y, F Z)
    where F : unmanaged, ICurveField<F>
{
    public static ProjectivePoint<F> Infinity => new(F.Zero, F.One, F.Zero);

    public bool IsInfinity => Z.IsZero;

    public static ProjectivePoint<F> operator -(in ProjectivePoint<F> value) => new(value.X, -value.Y, value.Z);

    public static ProjectivePoint<F> operator +(in ProjectivePoint<F> p, in ProjectivePoint<F> q)
    {
        F xx = p.X * q.X, yy = p.Y * q.Y, zz = p.Z * q.Z;
        F xy = (p.X + p.Y) * (q.X + q.Y) - (xx + yy);
        F yz = (p.Y + p.Z) * (q.Y + q.Z) - (yy + zz);
        F xz = (p.X + p.Z) * (q.X + q.Z) - (xx + zz);
        return Combine(xx, yy, zz, xy, yz, xz);
    }

    /// <summary>The sum with an affine point that is not infinity.</summary>
    public ProjectivePoint<F> AddFinite(in AffinePoint<F> q)
    {
        F xx = X * q.X, yy = Y * q.Y;
        F xy = (X + Y) * (q.X + q.Y) - (xx + yy);
        F yz = q.Y * Z + Y;
        F xz = q.X * Z + X;
        return Combine(xx, yy, Z, xy, yz, xz);
    }

    public ProjectivePoint<F> Add(in AffinePoint<F> q) => q.IsInfinity ? this : AddFinite(q);

    public ProjectivePoint<F> Double()
    {
        F yy = Y.Square();
        F b = Z.Square().TimesThreeB();
        F eight = yy.Double().Double().Double();
        F difference = yy - (b.Double() + b);
        return new(
            (difference * (X * Y)).Double(),
            b * eight + difference * (yy + b),
            Y * Z * eight);
    }

    public AffinePoint<F> ToAffine()
    {
        // The inverse of zero is zero, and so infinity comes out as (0, 0).
        F inverse = Z.Inverse();
        return new(X * inverse, Y * inverse);
    }

    /// <summary>Many points made affine with one inversion.</summary>
    public static void ToAffine(ReadOnlySpan<ProjectivePoint<F>> points, Span<AffinePoint<F>> affine)
    {
        F product = F.One;
        for (int i = 0; i < points.Length; i++)
        {
            affine[i] = new(product, F.Zero);
            product = points[i].IsInfinity ? product : product * points[i].Z;
        }
        F inverse = product.Inverse();
        for (int i = points.Length - 1; i >= 0; i--)
        {
            ProjectivePoint<F> point = points[i];
            if (point.IsInfinity)
            {
                affine[i] = default;
                continue;
            }
            F own = inverse * affine[i].X;
            inverse *= point.Z;
            affine[i] = new(point.X * own, point.Y * own);
        }
    }

    /// <summary>Whether two representations are of one point.</summary>
    public bool IsSame(in ProjectivePoint<F> other) =>
        IsInfinity | other.IsInfinity
            ? IsInfinity & other.IsInfinity
            : (X * other.Z - other.X * Z).IsZero & (Y * other.Z - other.Y * Z).IsZero;

    /// <summary>The multiple by a public integer, given in 64-bit limbs, least significant first. Time depends on the integer.</summary>
    public ProjectivePoint<F> Multiply(ReadOnlySpan<ulong> scalar)
    {
        Span<ProjectivePoint<F>> multiples = stackalloc ProjectivePoint<F>[16];
        FillMultiples(multiples);
        ProjectivePoint<F> result = Infinity;
        for (int i = scalar.Length * 16 - 1; i >= 0; i--)
        {
            int digit = (int)(scalar[i >> 4] >> ((i & 15) * 4)) & 15;
            result = result.Double().Double().Double().Double();
            if (digit != 0)
            {
                result += multiples[digit];
            }
        }
        return result;
    }

    /// <summary>
    /// The multiple by a secret integer: the same operations, and the same memory touched in the same order, whatever the integer is.
    /// </summary>
    public ProjectivePoint<F> MultiplySecret(ReadOnlySpan<ulong> scalar)
    {
        Span<ProjectivePoint<F>> multiples = stackalloc ProjectivePoint<F>[16];
        FillMultiples(multiples);
        ProjectivePoint<F> result = Infinity;
        for (int i = scalar.Length * 16 - 1; i >= 0; i--)
        {
            ulong digit = (scalar[i >> 4] >> ((i & 15) * 4)) & 15;
            result = result.Double().Double().Double().Double();
            ProjectivePoint<F> chosen = multiples[0];
            for (ulong j = 1; j < 16; j++)
            {
                ulong difference = j ^ digit;
                ulong mask = (ulong)((long)(difference - 1) >> 63);
                ProjectivePoint<F> candidate = multiples[(int)j];
                chosen = new(
                    F.Select(mask, candidate.X, chosen.X),
                    F.Select(mask, candidate.Y, chosen.Y),
                    F.Select(mask, candidate.Z, chosen.Z));
            }
            result += chosen;
        }
        multiples.Clear();
        return result;
    }

    private void FillMultiples(Span<ProjectivePoint<F>> multiples)
    {
        multiples[0] = Infinity;
        for (int i = 1; i < multiples.Length; i++)
        {
            multiples[i] = multiples[i - 1] + this;
        }
    }

    private static ProjectivePoint<F> Combine(in F xx, in F yy, in F zz, in F xy, in F yz, in F xz)
    {
        F threeXx = xx.Double() + xx;
        F b = zz.TimesThreeB();
        F sum = yy + b, difference = yy - b;
        F bxz = xz.TimesThreeB();
        return new(
            xy * difference - yz * bxz,
            difference * sum + bxz * threeXx,
            sum * yz + threeXx * xy);
    }
}
