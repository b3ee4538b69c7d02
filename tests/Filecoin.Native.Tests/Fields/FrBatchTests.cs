using System.Numerics;
using Filecoin.Native.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Fields;

public sealed class FrBatchTests
{
    private delegate void Binary(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> output);

    [Fact]
    public void Multiply_add_and_subtract_are_elementwise() =>
        Prop.ForAll(FrGen.ArbPair, pair =>
        {
            AssertElementwise(FrBatch.Multiply, (a, b) => a * b, pair);
            AssertElementwise(FrBatch.Add, (a, b) => a + b, pair);
            AssertElementwise(FrBatch.Subtract, (a, b) => a - b, pair);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Scale_and_scale_add_are_elementwise() =>
        Prop.ForAll(FrGen.ArbPair, FrGen.ArbElement, (pair, factor) =>
        {
            Fr[] scaled = new Fr[pair.A.Length];
            FrBatch.Scale(pair.A, factor, scaled);
            Assert.Equal(pair.A.Select(a => a * factor), scaled);
            Fr[] accumulator = [.. pair.B];
            FrBatch.ScaleAdd(pair.A, factor, accumulator);
            Assert.Equal(pair.B.Zip(scaled, (b, s) => b + s), accumulator);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Invert_inverts_each_and_leaves_zeros() =>
        Prop.ForAll(FrGen.ArbVector, values =>
        {
            Fr[] inverted = [.. values];
            FrBatch.Invert(inverted);
            Assert.Equal(values.Select(v => v.IsZero ? v : v.Inverse()), inverted);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_and_write_round_trip() =>
        Prop.ForAll(FrGen.ArbVector, values =>
        {
            byte[] bytes = FrGen.Bytes(values);
            Assert.Equal(values.SelectMany(v => FrGen.Bytes(FrGen.ToInteger(v))), bytes);
            Fr[] back = new Fr[values.Length];
            FrBatch.Read(bytes, back);
            Assert.Equal(values, back);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Node_sums_are_field_sums_of_canonical_bytes() =>
        Prop.ForAll(FrGen.ArbPair, pair =>
        {
            byte[] a = FrGen.Bytes(pair.A), b = FrGen.Bytes(pair.B), sum = new byte[a.Length];
            FrBatch.AddNodes(a, b, sum);
            Assert.Equal(FrGen.Bytes(pair.A.Zip(pair.B, (x, y) => x + y).ToArray()), sum);
            FrBatch.SubtractNodes(sum, b, sum);
            Assert.Equal(a, sum);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 7)]
    [InlineData(21, 0)]
    [InlineData(21, 8)]
    [InlineData(21, 20)]
    public void A_non_canonical_element_is_named(int count, int bad)
    {
        foreach (BigInteger value in (BigInteger[])[FrGen.Modulus, (BigInteger.One << 256) - 1])
        {
            byte[] good = new byte[count * Fr.Size], bytes = new byte[count * Fr.Size], output = new byte[count * Fr.Size];
            FrGen.Bytes(value).CopyTo(bytes, bad * Fr.Size);
            AssertNamed(bad, value, () => FrBatch.Read(bytes, new Fr[count]));
            AssertNamed(bad, value, () => FrBatch.AddNodes(bytes, good, output));
            AssertNamed(bad, value, () => FrBatch.AddNodes(good, bytes, output));
            AssertNamed(bad, value, () => FrBatch.SubtractNodes(bytes, good, output));
            AssertNamed(bad, value, () => FrBatch.SubtractNodes(good, bytes, output));
        }
    }

    [Fact]
    public void Unequal_lengths_and_partial_overlaps_are_refused()
    {
        Fr[] values = new Fr[9];
        Assert.Throws<ArgumentException>(() => FrBatch.Multiply(values, values.AsSpan(1), values));
        Assert.Throws<ArgumentException>(() => FrBatch.Multiply(values.AsSpan(0, 8), values.AsSpan(0, 8), values.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => FrBatch.Scale(values.AsSpan(1), Fr.One, values.AsSpan(0, 8)));
        Assert.Throws<ArgumentException>(() => FrBatch.Read(new byte[33], new Fr[1]));
        Assert.Throws<ArgumentException>(() => FrBatch.Write(new Fr[2], new byte[32]));
        Assert.Throws<ArgumentException>(() => FrBatch.AddNodes(new byte[33], new byte[33], new byte[33]));
        byte[] nodes = new byte[96];
        Assert.Throws<ArgumentException>(() => FrBatch.AddNodes(nodes.AsSpan(0, 64), nodes.AsSpan(0, 64), nodes.AsSpan(32)));
    }

    private static void AssertNamed(int index, BigInteger value, Action act)
    {
        var error = Assert.Throws<NonCanonicalFieldElementException>(act);
        Assert.Equal((long)index * Fr.Size, error.Offset);
        Assert.Equal(value.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)[^64..], error.Found);
    }

    private static void AssertElementwise(Binary batch, Func<Fr, Fr, Fr> one, (Fr[] A, Fr[] B) pair)
    {
        Fr[] expected = [.. pair.A.Zip(pair.B, one)];
        Fr[] output = new Fr[expected.Length];
        batch(pair.A, pair.B, output);
        Assert.Equal(expected, output);
        Fr[] inPlace = [.. pair.A];
        batch(inPlace, pair.B, inPlace);
        Assert.Equal(expected, inPlace);
        inPlace = [.. pair.B];
        batch(pair.A, inPlace, inPlace);
        Assert.Equal(expected, inPlace);
    }
}
