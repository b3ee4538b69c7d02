using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Tests.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Curves;

public sealed class PairingTests
{
    private static readonly Fp12 Base = Pairing.Pair(G1Affine.Generator, G2Affine.Generator);

    [Fact]
    public void The_pairing_of_the_generators_has_order_r()
    {
        Assert.False(Base.IsOne);
        Assert.True(Base.Pow(Fr.Modulus).IsOne);
        Assert.Equal(Base.Conjugate(), Base.Inverse());
    }

    [Fact]
    public void The_pairing_is_bilinear() => Prop.ForAll(
        FrGen.ArbElement,
        FrGen.ArbElement,
        (x, y) =>
        {
            Span<ulong> exponent = stackalloc ulong[4];
            (x * y).ToCanonical(exponent);
            G1Affine p = (G1Affine.Generator * x).ToAffine();
            G2Affine q = (G2Affine.Generator * y).ToAffine();
            Assert.Equal(Base.Pow(exponent), Pairing.Pair(p, q));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(8));

    [Fact]
    public void A_product_of_pairings_is_the_product()
    {
        G1Affine[] ps = [.. Enumerable.Range(2, 5).Select(k => (G1Affine.Generator * Fr.FromUInt64((ulong)k)).ToAffine())];
        G2Affine[] qs = [.. Enumerable.Range(9, 5).Select(k => (G2Affine.Generator * Fr.FromUInt64((ulong)k)).ToAffine())];
        ps[3] = G1Affine.Infinity;
        qs[1] = G2Affine.Infinity;
        Fp12 product = Fp12.One;
        for (int i = 0; i < ps.Length; i++)
        {
            product *= Pairing.Pair(ps[i], qs[i]);
        }
        Assert.Equal(product, Pairing.MultiPairing(ps, qs));
        Assert.Equal(product, Pairing.FinalExponentiation(
            Pairing.MillerLoop(ps.AsSpan(0, 2), qs.AsSpan(0, 2)) * Pairing.MillerLoop(ps.AsSpan(2), qs.AsSpan(2))));
        Assert.True(Pairing.MultiPairing([], []).IsOne);
        Assert.Throws<ArgumentException>(() => Pairing.MultiPairing(ps, qs.AsSpan(1)));
    }

    [Fact]
    public void Products_that_cancel_are_one()
    {
        Fr x = Fr.FromUInt64(123456789);
        G1Affine p = (G1Affine.Generator * x).ToAffine();
        G2Affine q = (G2Affine.Generator * x).ToAffine();
        Assert.True(Pairing.MultiPairing([p, -G1Affine.Generator], [G2Affine.Generator, q]).IsOne);
        Assert.False(Pairing.MultiPairing([p, G1Affine.Generator], [G2Affine.Generator, q]).IsOne);
        Assert.True(Pairing.MultiPairing([G1Affine.Infinity], [q]).IsOne);
    }
}
