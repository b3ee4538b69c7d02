using System.Numerics;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>
/// The optimal ate pairing. A line through points of the twist, evaluated at (xP, yP) and scaled by factors that the final
/// exponentiation takes to one, is c0 + c1·xP·v + c4·yP·v·w; T is in homogeneous coordinates (eprint 2009/615, 2010/526).
/// </summary>
internal static class PairingReference
{
    private readonly record struct Line(Fp2 C0, Fp2 C1, Fp2 C4);

    /// <summary>The product of the pairs' Miller loops. A pair with infinity contributes one.</summary>
    internal static Fp12 MillerLoop(ReadOnlySpan<G1Affine> ps, ReadOnlySpan<G2Affine> qs)
    {
        ProjectivePoint<Fp2>[] ts = new ProjectivePoint<Fp2>[ps.Length];
        for (int i = 0; i < ts.Length; i++)
        {
            ts[i] = qs[i].Point.ToProjective();
        }
        Fp12 product = Fp12.One;
        for (int bit = 62 - BitOperations.LeadingZeroCount(Subgroups.Parameter); bit >= 0; bit--)
        {
            product = product.Square();
            bool adds = ((Subgroups.Parameter >> bit) & 1) != 0;
            for (int i = 0; i < ts.Length; i++)
            {
                if (ps[i].IsInfinity || qs[i].IsInfinity)
                {
                    continue;
                }
                product *= Evaluate(DoubleStep(ref ts[i]), ps[i]);
                if (adds)
                {
                    product *= Evaluate(AddStep(ref ts[i], qs[i].Point), ps[i]);
                }
            }
        }
        // z is negative.
        return product.Conjugate();
    }

    /// <summary>
    /// The power 3·(p¹² − 1)/r: first (p⁶ − 1)(p² + 1), then (z − 1)²(z + p)(z² + p² − 1) + 3, which is 3·(p⁴ − p² + 1)/r
    /// (Hayashida, Hayasaka, Teruya, eprint 2020/875).
    /// </summary>
    internal static Fp12 FinalExponentiation(in Fp12 value)
    {
        Fp12 easy = value.Conjugate() * value.Inverse();
        easy = easy.Frobenius().Frobenius() * easy;
        Fp12 t = PowerOfZ(easy) * easy.Conjugate();
        t = PowerOfZ(t) * t.Conjugate();
        t = PowerOfZ(t) * t.Frobenius();
        t = PowerOfZ(PowerOfZ(t)) * t.Frobenius().Frobenius() * t.Conjugate();
        return t * easy.Square() * easy;
    }

    private static Fp12 PowerOfZ(in Fp12 value) => value.Pow([Subgroups.Parameter]).Conjugate();

    private static Fp12 Evaluate(in Line line, in G1Affine p) =>
        new(new Fp6(line.C0, line.C1 * p.X, Fp2.Zero), new Fp6(Fp2.Zero, line.C4 * p.Y, Fp2.Zero));

    /// <summary>T becomes 2T; the tangent at T.</summary>
    private static Line DoubleStep(ref ProjectivePoint<Fp2> t)
    {
        Fp2 xx = t.X.Square(), yy = t.Y.Square();
        Fp2 b = Coordinate.TimesThreeB(t.Z.Square());
        Fp2 yz = (t.Y * t.Z).Double();
        t = t.Double();
        return new Line(yy - b, -(xx.Double() + xx), yz);
    }

    /// <summary>T becomes T + Q; the line through both. T is never ±Q nor infinity: Q has order r, and the multiples met are below it.</summary>
    private static Line AddStep(ref ProjectivePoint<Fp2> t, in AffinePoint<Fp2> q)
    {
        Fp2 theta = t.Y - q.Y * t.Z, lambda = t.X - q.X * t.Z;
        t = t.AddFinite(q);
        return new Line(theta * q.X - lambda * q.Y, -theta, lambda);
    }

    private static class Coordinate
    {
        internal static T TimesThreeB<T>(in T value)
            where T : unmanaged, ICurveField<T> => value.TimesThreeB();
    }
}
