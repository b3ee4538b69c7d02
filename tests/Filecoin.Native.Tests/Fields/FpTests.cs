using System.Numerics;
using Filecoin.Native.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Fields;

public sealed class FpTests
{
    private static readonly BigInteger P = FpGen.Modulus;

    [Fact]
    public void Arithmetic_is_that_of_integers_modulo_p() => Prop.ForAll(
        FpGen.Integer.ToArbitrary(),
        FpGen.Integer.ToArbitrary(),
        (a, b) =>
        {
            Fp x = FpGen.FromInteger(a), y = FpGen.FromInteger(b);
            Assert.Equal((a + b) % P, FpGen.ToInteger(x + y));
            Assert.Equal((a - b + P) % P, FpGen.ToInteger(x - y));
            Assert.Equal(a * b % P, FpGen.ToInteger(x * y));
            Assert.Equal(a * a % P, FpGen.ToInteger(x.Square()));
            Assert.Equal((P - a) % P, FpGen.ToInteger(-x));
            Assert.Equal(a > P / 2, x.IsLexicographicallyLargest);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Inverses_and_roots_are_of_integers_modulo_p() => Prop.ForAll(FpGen.Integer.ToArbitrary(), a =>
    {
        Fp x = FpGen.FromInteger(a);
        Assert.Equal(BigInteger.ModPow(a, P - 2, P), FpGen.ToInteger(x.Inverse()));
        bool isSquare = BigInteger.ModPow(a, (P - 1) / 2, P) <= 1;
        Assert.Equal(isSquare, x.TrySquareRoot(out Fp root));
        Assert.Equal(isSquare ? x : Fp.Zero, root.Square());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Wide_integers_are_reduced() => Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 255), 64).ToArbitrary(), bytes =>
    {
        byte[] wide = [.. bytes.Select(b => (byte)b)];
        Assert.Equal(new BigInteger(wide, isUnsigned: true, isBigEndian: true) % P, FpGen.ToInteger(Fp.ReduceWide(wide)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_modulus_and_above_are_not_canonical()
    {
        foreach (BigInteger value in (BigInteger[])[P, P + 1, (BigInteger.One << 384) - 1, BigInteger.One << 381])
        {
            byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
            Assert.Equal(Fp.Size, bytes.Length);
            Assert.False(Fp.TryReadBigEndian(bytes, out _));
            Assert.Throws<NonCanonicalFieldElementException>(() => Fp.ReadBigEndian(bytes));
        }
    }

    [Fact]
    public void The_tower_is_made_of_fields() => Prop.ForAll(
        FpGen.Element12.ToArbitrary(),
        FpGen.Element12.ToArbitrary(),
        FpGen.Element12.ToArbitrary(),
        (a, b, c) =>
        {
            Assert.Equal(a * b, b * a);
            Assert.Equal(a * b * c, a * (b * c));
            Assert.Equal(a * (b + c), a * b + a * c);
            Assert.Equal(a.Square(), a * a);
            Assert.Equal(a.Double() - a, a);
            Assert.Equal(a, -(-a));
            Assert.Equal(a.IsZero ? Fp12.Zero : Fp12.One, a * a.Inverse());
            Assert.Equal(b.C0.IsZero ? Fp6.Zero : Fp6.One, b.C0 * b.C0.Inverse());
            Assert.Equal(c.C1.C2.IsZero ? Fp2.Zero : Fp2.One, c.C1.C2 * c.C1.C2.Inverse());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Generators_of_the_tower_have_their_powers()
    {
        var u = new Fp2(Fp.Zero, Fp.One);
        Assert.Equal(-Fp2.One, u.Square());
        var v = new Fp6(Fp2.Zero, Fp2.One, Fp2.Zero);
        Assert.Equal(new Fp6(Fp2.One + u, Fp2.Zero, Fp2.Zero), v.Square() * v);
        var w = new Fp12(Fp6.Zero, Fp6.One);
        Assert.Equal(new Fp12(v, Fp6.Zero), w.Square());
        Assert.Equal(new Fp12(v * v, Fp6.Zero), new Fp12(v, Fp6.Zero) * w * w);
    }

    [Fact]
    public void Frobenius_is_the_power_p() => Prop.ForAll(
        FpGen.Element12.ToArbitrary(),
        a => Assert.Equal(a.Pow(Fp.Modulus), a.Frobenius())).Check(Config.QuickThrowOnFailure.WithMaxTest(5));

    [Fact]
    public void Squares_of_the_quadratic_field_have_roots() => Prop.ForAll(FpGen.Element2.ToArbitrary(), a =>
    {
        Assert.True(a.Square().TrySquareRoot(out Fp2 root));
        Assert.True(root == a || root == -a);
        // The non-residue turns squares into non-squares.
        Assert.Equal(a.IsZero, (a.Square() * Fp2.NonResidue).TrySquareRoot(out _));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));
}
