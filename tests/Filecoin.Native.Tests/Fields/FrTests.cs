using System.Numerics;
using Filecoin.Native.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Fields;

public sealed class FrTests
{
    [Fact]
    public void Operators_equal_integer_arithmetic_modulo_r() =>
        Prop.ForAll(FrGen.ArbElement, FrGen.ArbElement, (a, b) =>
        {
            BigInteger x = FrGen.ToInteger(a), y = FrGen.ToInteger(b);
            Assert.Equal((x + y) % FrGen.Modulus, FrGen.ToInteger(a + b));
            Assert.Equal((x - y + FrGen.Modulus) % FrGen.Modulus, FrGen.ToInteger(a - b));
            Assert.Equal(x * y % FrGen.Modulus, FrGen.ToInteger(a * b));
            Assert.Equal((FrGen.Modulus - x) % FrGen.Modulus, FrGen.ToInteger(-a));
            Assert.Equal(x * x % FrGen.Modulus, FrGen.ToInteger(a.Square()));
            Assert.Equal(2 * x % FrGen.Modulus, FrGen.ToInteger(a.Double()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_pair_of_edge_values_multiplies_adds_and_subtracts()
    {
        foreach (BigInteger x in FrGen.EdgeIntegers)
        {
            Fr a = FrGen.FromInteger(x);
            Assert.Equal(x, FrGen.ToInteger(a));
            foreach (BigInteger y in FrGen.EdgeIntegers)
            {
                Fr b = FrGen.FromInteger(y);
                Assert.Equal(x * y % FrGen.Modulus, FrGen.ToInteger(a * b));
                Assert.Equal((x + y) % FrGen.Modulus, FrGen.ToInteger(a + b));
                Assert.Equal((x - y + FrGen.Modulus) % FrGen.Modulus, FrGen.ToInteger(a - b));
            }
        }
    }

    [Fact]
    public void Results_are_stored_fully_reduced() =>
        Prop.ForAll(FrGen.ArbElement, FrGen.ArbElement, (a, b) =>
            Fr.IsBelowModulus(a + b) && Fr.IsBelowModulus(a - b) && Fr.IsBelowModulus(a * b) && Fr.IsBelowModulus(-a))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Inverse_undoes_multiplication() =>
        Prop.ForAll(FrGen.ArbElement, a => a.IsZero || a * a.Inverse() == Fr.One).QuickCheckThrowOnFailure();

    [Fact]
    public void Zero_has_no_inverse() => Assert.Throws<DivideByZeroException>(() => Fr.Zero.Inverse());

    [Fact]
    public void Pow_equals_integer_power() =>
        Prop.ForAll(FrGen.ArbElement, ArbMap.Default.ArbFor<ulong>(), (a, e) =>
            FrGen.ToInteger(a.Pow(e)) == BigInteger.ModPow(FrGen.ToInteger(a), e, FrGen.Modulus)).QuickCheckThrowOnFailure();

    [Fact]
    public void Constants_hold()
    {
        Assert.Equal(BigInteger.Zero, FrGen.ToInteger(Fr.Zero));
        Assert.Equal(BigInteger.One, FrGen.ToInteger(Fr.One));
        Assert.Equal(new BigInteger(7), FrGen.ToInteger(Fr.MultiplicativeGenerator));
        Assert.Equal(new BigInteger(ulong.MaxValue), FrGen.ToInteger(Fr.FromUInt64(ulong.MaxValue)));
        Assert.Equal(FrGen.Modulus, new BigInteger(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Fr.Modulus), isUnsigned: true));
        Assert.Equal("0x" + Fr.ModulusHex[..^1] + "0", (-Fr.One).ToString());
        Assert.Equal(
            BigInteger.ModPow(7, (FrGen.Modulus - 1) >> Fr.TwoAdicity, FrGen.Modulus),
            FrGen.ToInteger(Fr.RootOfUnity));
        Assert.Equal(-Fr.One, Fr.RootOfUnityOfOrder(1));
        Assert.Equal(Fr.One, Fr.RootOfUnityOfOrder(20).Pow(1UL << 20));
        Assert.NotEqual(Fr.One, Fr.RootOfUnityOfOrder(20).Pow(1UL << 19));
        Assert.True(Fr.One.IsOne);
        Assert.True(default(Fr).IsZero);
    }

    [Fact]
    public void Canonical_limbs_round_trip() =>
        Prop.ForAll(FrGen.ArbElement, a =>
        {
            Span<ulong> limbs = stackalloc ulong[4];
            a.ToCanonical(limbs);
            Assert.True(Fr.TryFromCanonical(limbs, out Fr back));
            Assert.Equal(a, back);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Integers_not_below_the_modulus_are_refused()
    {
        BigInteger largest = (BigInteger.One << 256) - 1;
        foreach (BigInteger value in (BigInteger[])[FrGen.Modulus, FrGen.Modulus + 1, FrGen.Modulus + (BigInteger.One << 64), FrGen.Modulus * 2, largest])
        {
            byte[] bytes = FrGen.Bytes(value);
            Assert.False(Fr.TryRead(bytes, out Fr none));
            Assert.True(none.IsZero);
            var error = Assert.Throws<NonCanonicalFieldElementException>(() => Fr.Read(bytes));
            Assert.Equal(0, error.Offset);
            Assert.Equal(value.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)[^64..], error.Found);
            Assert.Equal(Fr.ModulusHex, error.Modulus);
        }
    }

    [Fact]
    public void Short_buffers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Fr.Read(new byte[31]));
        Assert.Throws<ArgumentException>(() => Fr.One.Write(new byte[31]));
        Assert.Throws<ArgumentException>(() => Fr.One.ToCanonical(new ulong[3]));
        Assert.Throws<ArgumentException>(() => Fr.TryFromCanonical(new ulong[3], out _));
    }
}
