using Filecoin.Native.Curves;
using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>
/// Membership in the subgroups of order r by their endomorphisms (Scott, eprint 2021/1130): on G1, φ(x, y) = (βx, y) multiplies by −z²;
/// on G2, ψ, the twist's Frobenius map, multiplies by z; and no other point of the curve shows either. z = −0xd201000000010000.
/// </summary>
internal static class Subgroups
{
    /// <summary>|z|, the curve's parameter without its sign.</summary>
    internal const ulong Parameter = 0xd201000000010000;

    private static readonly Fp s_beta = FindBeta();

    /// <summary>The cube root of one with which φ multiplies G1 by −z².</summary>
    internal static Fp Beta => s_beta;

    internal static bool Contains(in ProjectivePoint<Fp> point)
    {
        var image = new ProjectivePoint<Fp>(point.X * s_beta, point.Y, point.Z);
        return image.IsSame(-point.Multiply([Parameter]).Multiply([Parameter]));
    }

    internal static bool Contains(in ProjectivePoint<Fp2> point) => Psi(point).IsSame(-point.Multiply([Parameter]));

    /// <summary>ψ: Frobenius seen through the twist.</summary>
    internal static ProjectivePoint<Fp2> Psi(in ProjectivePoint<Fp2> point) =>
        new(point.X.Conjugate() * TowerConstants.PsiX, point.Y.Conjugate() * TowerConstants.PsiY, point.Z.Conjugate());

    /// <summary>A multiple of a point of the twist that is in G2: [z² − z − 1]P + [z − 1]ψ(P) + ψ²(2P) (Budroni and Pintore, eprint 2017/419).</summary>
    internal static ProjectivePoint<Fp2> ClearCofactor(in ProjectivePoint<Fp2> point)
    {
        ProjectivePoint<Fp2> zp = -point.Multiply([Parameter]);
        ProjectivePoint<Fp2> zzp = -zp.Multiply([Parameter]);
        return zzp + -zp + -point + Psi(zp + -point) + Psi(Psi(point.Double()));
    }

    private static Fp FindBeta()
    {
        // 2^((p − 1) / 3) is a primitive cube root of one; it or its square is the one that fits.
        ReadOnlySpan<ulong> third =
            [0x9354ffffffffe38e, 0x0a395554e5c6aaaa, 0xcd104635a790520c, 0xcc27c3d6fbd7063f, 0x190937e76bc3e447, 0x08ab05f8bdd54cde];
        Fp root = Fp.FromUInt64(2).Pow(third);
        ProjectivePoint<Fp> generator = G1Affine.Generator.Point.ToProjective();
        ProjectivePoint<Fp> multiple = -generator.Multiply([Parameter]).Multiply([Parameter]);
        return new ProjectivePoint<Fp>(generator.X * root, generator.Y, generator.Z).IsSame(multiple) ? root : root.Square();
    }
}
