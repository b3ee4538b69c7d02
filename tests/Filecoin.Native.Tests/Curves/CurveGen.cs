using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Tests.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Curves;

/// <summary>Points of both groups, infinity among them, and points of the curves that are outside the groups.</summary>
internal static class CurveGen
{
    public static Gen<G1Affine> G1 { get; } = FrGen.Element.Select(k => (G1Affine.Generator * k).ToAffine());

    public static Gen<G2Affine> G2 { get; } = FrGen.Element.Select(k => (G2Affine.Generator * k).ToAffine());

    /// <summary>The order r, for which there is no scalar.</summary>
    public static ReadOnlySpan<ulong> Order => Fr.Modulus;

    /// <summary>Points with small x: on the curve, and in the subgroup but with negligible probability.</summary>
    public static IEnumerable<G1Affine> OutsideG1(int count)
    {
        for (ulong i = 0; count > 0; i++)
        {
            Fp x = Fp.FromUInt64(i);
            if ((x.Square() * x + Fp.FromUInt64(4)).TrySquareRoot(out Fp y))
            {
                count--;
                yield return G1Affine.FromCoordinates(x, y, PointChecks.OnCurve);
            }
        }
    }

    public static IEnumerable<G2Affine> OutsideG2(int count)
    {
        for (ulong i = 0; count > 0; i++)
        {
            var x = new Fp2(Fp.FromUInt64(i), Fp.One);
            if ((x.Square() * x + new Fp2(Fp.FromUInt64(4), Fp.FromUInt64(4))).TrySquareRoot(out Fp2 y))
            {
                count--;
                yield return G2Affine.FromCoordinates(x, y, PointChecks.OnCurve);
            }
        }
    }
}
