using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Reference;
using Filecoin.Native.Tests.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Curves;

public sealed class TargetGroupTests
{
    private static readonly Fp12 Base = Pairing.Pair(G1Affine.Generator, G2Affine.Generator);
    private static readonly Config Few = Config.QuickThrowOnFailure.WithMaxTest(6);

    private static readonly Gen<Fp12> Element = FrGen.Element.Select(scalar => Base.Pow(Limbs(scalar)));

    [Fact]
    public void Powers_multiply_as_one_by_one() => Prop.ForAll(
        Gen.Choose(0, 9).SelectMany(n => Gen.ArrayOf(Element, n).SelectMany(v => Gen.ArrayOf(FrGen.Element, n).Select(s => (v, s)))).ToArbitrary(),
        pair =>
        {
            var (values, exponents) = pair;
            Fp12 expected = Fp12.One;
            for (int i = 0; i < values.Length; i++)
            {
                expected *= values[i].Pow(Limbs(exponents[i]));
            }
            Assert.Equal(expected, TargetGroup.MultiPower(values, exponents));
            Assert.Equal(expected, TargetGroupReference.MultiPower(values, exponents.SelectMany(Limbs).ToArray()));
        }).Check(Few);

    [Fact]
    public void Compressed_elements_come_back() => Prop.ForAll(Element.Where(value => !value.IsOne).ToArbitrary(), value =>
    {
        byte[] bytes = new byte[TargetGroup.CompressedSize];
        TargetGroup.WriteCompressed(value, bytes);
        Assert.Equal(value, TargetGroup.ReadCompressed(bytes));
        Fp6 torus = (value.C0 + Fp6.One) * value.C1.Inverse();
        Assert.Equal(value, TargetGroupReference.FromTorus(torus));
    }).Check(Few);

    [Fact]
    public void Only_elements_of_order_r_are_of_the_group()
    {
        Fp12 random = new(new Fp6(Fp2.NonResidue, Fp2.One, Fp2.NonResidue.Double()), new Fp6(Fp2.One, Fp2.Zero, Fp2.One));
        // The first part of the final exponentiation leaves an element that squares cyclotomically, and that need not have order r.
        Fp12 unitary = random.Conjugate() * random.Inverse();
        Fp12 cyclotomic = unitary.Frobenius().Frobenius() * unitary;
        Fp12 inside = Pairing.FinalExponentiation(random);
        (Fp12 Value, bool Is)[] cases =
            [(Base, true), (Fp12.One, true), (inside, true), (inside * Base, true), (Fp12.Zero, false), (random, false), (unitary, false),
             (cyclotomic, false), (-Base, false), (Base + Fp12.One, false)];
        Assert.All(cases, entry =>
        {
            Assert.Equal(entry.Is, TargetGroup.Contains(entry.Value));
            Assert.Equal(entry.Is, TargetGroupReference.Contains(entry.Value));
        });
    }

    [Fact]
    public void Bytes_that_are_no_element_are_refused()
    {
        byte[] bytes = new byte[TargetGroup.CompressedSize];
        TargetGroup.WriteCompressed(Base, bytes);
        Assert.Equal(PointDecodingError.Length, Error(bytes[1..]));
        for (int coefficient = 0; coefficient < 6; coefficient++)
        {
            byte[] large = (byte[])bytes.Clone();
            large.AsSpan(coefficient * Fp.Size, Fp.Size).Fill(0xff);
            Assert.Equal(PointDecodingError.NonCanonicalCoordinate, Error(large));
            byte[] other = (byte[])bytes.Clone();
            other[coefficient * Fp.Size] ^= 1;
            Assert.Equal(PointDecodingError.NotInSubgroup, Error(other));
        }
        Assert.Equal(PointDecodingError.NotInSubgroup, Error(new byte[TargetGroup.CompressedSize]));
        Assert.Throws<ArgumentException>(() => TargetGroup.WriteCompressed(Fp12.One, new byte[TargetGroup.CompressedSize]));

        static PointDecodingError Error(byte[] malformed) => Assert.Throws<PointDecodingException>(() => TargetGroup.ReadCompressed(malformed)).Error;
    }

    [Fact]
    public void Lists_against_the_same_points_are_their_own_products() => Prop.ForAll(
        Gen.Choose(0, 3).SelectMany(lists => Gen.Choose(0, 5).SelectMany(count =>
            Gen.ArrayOf(CurveGen.G1, lists * count).SelectMany(ps => Gen.ArrayOf(CurveGen.G2, count).Select(qs => (lists, ps, qs))))).ToArbitrary(),
        entry =>
        {
            var (lists, ps, qs) = entry;
            Fp12[] products = new Fp12[lists];
            Pairing.MillerLoops(ps, qs, products);
            for (int i = 0; i < lists; i++)
            {
                ReadOnlySpan<G1Affine> list = ps.AsSpan(i * qs.Length, qs.Length);
                Assert.Equal(Pairing.MultiPairing(list, qs), Pairing.FinalExponentiation(products[i]));
                Assert.Equal(Pairing.FinalExponentiation(PairingReference.MillerLoop(list, qs)), Pairing.FinalExponentiation(products[i]));
            }
        }).Check(Few);

    private static ulong[] Limbs(Fr scalar)
    {
        ulong[] limbs = new ulong[4];
        scalar.ToCanonical(limbs);
        return limbs;
    }
}
