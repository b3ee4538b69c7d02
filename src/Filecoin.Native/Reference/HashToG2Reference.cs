using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>
/// From elements of <see cref="Fp2"/> to G2 (RFC 9380, suite BLS12381G2_XMD:SHA-256_SSWU_RO_): the simplified SWU map to a curve that is
/// 3-isogenous to the twist, the isogeny, and the clearing of the cofactor. For public messages: not constant time.
/// </summary>
internal static class HashToG2Reference
{
    /// <summary>The isogenous curve is y² = x³ + A·x + B with A = 240u and B = 1012(1 + u); Z = −(2 + u).</summary>
    private static readonly Fp2 s_a = Element(0, 240), s_b = Element(1012, 1012), s_z = -Element(2, 1);

    /// <summary>The isogeny's kernel is infinity and the two points with x = −6 + 6u.</summary>
    private static readonly Fp2 s_kernel = -Element(6, 0) + Element(0, 6);

    /// <summary>Vélu's t = 2(3x² + A) and w = 4(x³ + A·x + B) at the kernel.</summary>
    private static readonly Fp2 s_t = (s_kernel.Square() * Fp.FromUInt64(3) + s_a).Double(), s_w = Curve(s_kernel).Double().Double();

    private static readonly Fp s_ninth = Fp.FromUInt64(9).Inverse(), s_minusTwentySeventh = -Fp.FromUInt64(27).Inverse();

    /// <summary>The sum of the maps of two elements, in G2.</summary>
    internal static ProjectivePoint<Fp2> Map(in Fp2 u0, in Fp2 u1) =>
        Subgroups.ClearCofactor(Isogeny(Swu(u0)).ToProjective() + Isogeny(Swu(u1)).ToProjective());

    /// <summary>Section 6.6.2: a point of the isogenous curve.</summary>
    internal static AffinePoint<Fp2> Swu(in Fp2 u)
    {
        Fp2 zu = s_z * u.Square();
        Fp2 denominator = zu.Square() + zu;
        Fp2 x = denominator.IsZero
            ? s_b * (s_z * s_a).Inverse()
            : -s_b * s_a.Inverse() * (Fp2.One + denominator.Inverse());
        if (!Curve(x).TrySquareRoot(out Fp2 y))
        {
            x = zu * x;
            Curve(x).TrySquareRoot(out y);
        }
        return new(x, Sign(u) == Sign(y) ? y : -y);
    }

    /// <summary>Section 4.1, sgn0: the parity of the first coefficient that is not zero.</summary>
    private static bool Sign(in Fp2 value) => ((value.C0.IsZero ? value.C1 : value.C0).ToCanonical().L0 & 1) == 1;

    /// <summary>Vélu's isogeny, scaled so that its image is the twist: x/9 and −y/27. Appendix E.3 lists the same map's coefficients.</summary>
    private static AffinePoint<Fp2> Isogeny(in AffinePoint<Fp2> point)
    {
        // Points of the kernel go to infinity; the inverse of zero is zero.
        Fp2 inverse = (point.X - s_kernel).Inverse();
        if (inverse.IsZero)
        {
            return default;
        }
        Fp2 t = s_t * inverse, w = s_w * inverse.Square();
        Fp2 x = point.X + t + w;
        Fp2 y = point.Y * (Fp2.One - (t + w.Double()) * inverse);
        return new(x * s_ninth, y * s_minusTwentySeventh);
    }

    private static Fp2 Curve(in Fp2 x) => (x.Square() + s_a) * x + s_b;

    private static Fp2 Element(ulong c0, ulong c1) => new(Fp.FromUInt64(c0), Fp.FromUInt64(c1));
}
