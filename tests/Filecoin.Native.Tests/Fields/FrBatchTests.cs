using System.Numerics;
using Filecoin.Native.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Fields;

public sealed class FrBatchTests
{
    private delegate void Binary(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> output);

    [Theory, MemberData(nameof(Forms.Available), MemberType = typeof(Forms))]
    public void Multiply_add_and_subtract_are_elementwise(Form form) =>
        Prop.ForAll(FrGen.ArbPair, pair =>
        {
            AssertElementwise((a, b, c) => FrBatch.Multiply(form.Of(), a, b, c), (a, b) => a * b, pair);
            AssertElementwise((a, b, c) => FrBatch.Add(form.Of(), a, b, c), (a, b) => a + b, pair);
            AssertElementwise((a, b, c) => FrBatch.Subtract(form.Of(), a, b, c), (a, b) => a - b, pair);
        }).QuickCheckThrowOnFailure();

    [Theory, MemberData(nameof(Forms.Available), MemberType = typeof(Forms))]
    public void Every_pair_of_edge_values_multiplies_adds_and_subtracts(Form form)
    {
        Fr[] edges = [.. FrGen.EdgeIntegers.Select(FrGen.FromInteger)];
        foreach (Fr edge in edges)
        {
            (Fr[] A, Fr[] B) pair = (edges, [.. Enumerable.Repeat(edge, edges.Length)]);
            AssertElementwise((a, b, c) => FrBatch.Multiply(form.Of(), a, b, c), (a, b) => a * b, pair);
            AssertElementwise((a, b, c) => FrBatch.Add(form.Of(), a, b, c), (a, b) => a + b, pair);
            AssertElementwise((a, b, c) => FrBatch.Subtract(form.Of(), a, b, c), (a, b) => a - b, pair);
        }
    }

    [Theory, MemberData(nameof(Forms.Available), MemberType = typeof(Forms))]
    public void Scaling_is_elementwise(Form form) =>
        Prop.ForAll(FrGen.ArbPair, FrGen.ArbElement, FrGen.ArbElement, (pair, factor, ratio) =>
        {
            Fr[] scaled = new Fr[pair.A.Length];
            FrBatch.Scale(form.Of(), pair.A, factor, scaled);
            Assert.Equal(pair.A.Select(a => a * factor), scaled);
            Fr[] accumulator = [.. pair.B];
            FrBatch.ScaleAdd(form.Of(), pair.A, factor, accumulator);
            Assert.Equal(pair.B.Zip(scaled, (b, s) => b + s), accumulator);
            Fr[] powers = [.. pair.A];
            FrBatch.ScalePowers(form.Of(), powers, factor, ratio);
            Assert.Equal(pair.A.Select((a, i) => a * factor * ratio.Pow((ulong)i)), powers);
        }).QuickCheckThrowOnFailure();

    [Theory, MemberData(nameof(Forms.Available), MemberType = typeof(Forms))]
    public void Invert_inverts_each_and_leaves_zeros(Form form)
    {
        Prop.ForAll(FrGen.ArbVector, values => AssertInverted(form, values)).QuickCheckThrowOnFailure();
        Fr[] edges = [.. FrGen.EdgeIntegers.Select(FrGen.FromInteger)];
        AssertInverted(form, [.. Enumerable.Repeat(edges, 14).SelectMany(e => e)]);
        AssertInverted(form, new Fr[17]);
    }

    [Theory, MemberData(nameof(Forms.Available), MemberType = typeof(Forms))]
    public void Read_and_write_round_trip(Form form) =>
        Prop.ForAll(FrGen.ArbVector, values =>
        {
            byte[] bytes = new byte[values.Length * Fr.Size];
            FrBatch.Write(form.Of(), values, bytes);
            Assert.Equal(values.SelectMany(v => FrGen.Bytes(FrGen.ToInteger(v))), bytes);
            Fr[] back = new Fr[values.Length];
            FrBatch.Read(form.Of(), bytes, back);
            Assert.Equal(values, back);
        }).QuickCheckThrowOnFailure();

    [Theory, MemberData(nameof(Forms.Available), MemberType = typeof(Forms))]
    public void Node_sums_are_field_sums_of_canonical_bytes(Form form) =>
        Prop.ForAll(FrGen.ArbPair, pair =>
        {
            byte[] a = FrGen.Bytes(pair.A), b = FrGen.Bytes(pair.B), sum = new byte[a.Length];
            FrBatch.AddNodes(form.Of(), a, b, sum);
            Assert.Equal(FrGen.Bytes(pair.A.Zip(pair.B, (x, y) => x + y).ToArray()), sum);
            FrBatch.SubtractNodes(form.Of(), sum, b, sum);
            Assert.Equal(a, sum);
        }).QuickCheckThrowOnFailure();

    [Theory, MemberData(nameof(Forms.Available), MemberType = typeof(Forms))]
    public void A_non_canonical_element_is_named(Form form)
    {
        foreach ((int count, int bad) in ((int, int)[])[(1, 0), (8, 7), (21, 0), (21, 3), (21, 8), (21, 14), (21, 20)])
        {
            foreach (BigInteger value in (BigInteger[])[FrGen.Modulus, FrGen.Modulus + (BigInteger.One << 192), (BigInteger.One << 256) - 1])
            {
                byte[] good = new byte[count * Fr.Size], bytes = new byte[count * Fr.Size], output = new byte[count * Fr.Size];
                FrGen.Bytes(value).CopyTo(bytes, bad * Fr.Size);
                AssertNamed(bad, value, () => FrBatch.Read(form.Of(), bytes, new Fr[count]));
                AssertNamed(bad, value, () => FrBatch.AddNodes(form.Of(), bytes, good, output));
                AssertNamed(bad, value, () => FrBatch.AddNodes(form.Of(), good, bytes, output));
                AssertNamed(bad, value, () => FrBatch.SubtractNodes(form.Of(), bytes, good, output));
                AssertNamed(bad, value, () => FrBatch.SubtractNodes(form.Of(), good, bytes, output));
            }
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

    private static void AssertInverted(Form form, Fr[] values)
    {
        Fr[] inverted = [.. values];
        FrBatch.Invert(form.Of(), inverted);
        Assert.Equal(values.Select(v => v.IsZero ? v : v.Inverse()), inverted);
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
