using Filecoin.Native.Fields;
using Filecoin.Native.Polynomials;

namespace Filecoin.Native.Tests.Polynomials;

public sealed class FrVectorTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 1)]
    [InlineData(4096, 2)]
    [InlineData(10001, 1)]
    [InlineData(10001, 3)]
    public void Runs_cover_the_vector_once(int count, int parallelism)
    {
        Fr[] a = NttTests.Pseudorandom(count, 6), b = NttTests.Pseudorandom(count, 7);
        Fr factor = Fr.FromUInt64(99), ratio = Fr.FromUInt64(3);
        Assert.Equal(a.Zip(b, (x, y) => x * y), Copy(a, v => FrVector.Multiply(v, b, parallelism)));
        Assert.Equal(a.Zip(b, (x, y) => x + y), Copy(a, v => FrVector.Add(v, b, parallelism)));
        Assert.Equal(a.Zip(b, (x, y) => x - y), Copy(a, v => FrVector.Subtract(v, b, parallelism)));
        Assert.Equal(a.Select(x => x * factor), Copy(a, v => FrVector.Scale(v, factor, parallelism)));
        Assert.Equal(a.Select((x, i) => x * ratio.Pow((ulong)i)), Copy(a, v => FrVector.DistributePowers(v, ratio, parallelism)));
    }

    [Fact]
    public void Lengths_overlaps_and_degrees_are_checked()
    {
        Fr[] values = new Fr[10];
        Assert.Throws<ArgumentException>(() => FrVector.Multiply(values, values.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => FrVector.Add(values.AsSpan(1), values.AsSpan(0, 9)));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrVector.Scale(values, Fr.One, 0));
        Assert.Throws<OperationCanceledException>(() => FrVector.Scale(values, Fr.One, 1, new CancellationToken(true)));
    }

    private static Fr[] Copy(Fr[] values, Action<Fr[]> act)
    {
        Fr[] copy = [.. values];
        act(copy);
        return copy;
    }
}
