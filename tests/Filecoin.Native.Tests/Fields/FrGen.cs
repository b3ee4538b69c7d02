using System.Globalization;
using System.Numerics;
using Filecoin.Native.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Fields;

/// <summary>Elements for property tests: uniform ones, and those at the edges of limbs, lanes and the modulus.</summary>
internal static class FrGen
{
    public static readonly BigInteger Modulus =
        BigInteger.Parse("073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static readonly BigInteger[] Edges = MakeEdges();

    /// <summary>Canonical integers below the modulus.</summary>
    public static Gen<BigInteger> Integer { get; } = Gen.Frequency(
        (3, Gen.ArrayOf(Gen.Choose(0, 255), 40).Select(bytes => FromLimbs(bytes) % Modulus)),
        (1, Gen.Elements(Edges)));

    public static Gen<Fr> Element { get; } = Integer.Select(FromInteger);

    public static Arbitrary<Fr> ArbElement { get; } = Arb.From(Element);

    /// <summary>Vectors of 0 to 70 elements: batches that do and do not fill the lanes.</summary>
    public static Arbitrary<Fr[]> ArbVector { get; } = Arb.From(Gen.Choose(0, 70).SelectMany(n => Gen.ArrayOf(Element, n)));

    public static Arbitrary<(Fr[] A, Fr[] B)> ArbPair { get; } = Arb.From(
        Gen.Choose(0, 70).SelectMany(n => Gen.ArrayOf(Element, n).SelectMany(a => Gen.ArrayOf(Element, n).Select(b => (a, b)))));

    /// <summary>The integers at the edges, below the modulus.</summary>
    public static IEnumerable<BigInteger> EdgeIntegers => Edges;

    public static Fr FromInteger(BigInteger value) => Fr.Read(Bytes(value));

    public static BigInteger ToInteger(Fr value)
    {
        Span<byte> bytes = stackalloc byte[Fr.Size];
        value.Write(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }

    public static byte[] Bytes(BigInteger value)
    {
        byte[] bytes = new byte[Fr.Size];
        Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
        return bytes;
    }

    public static byte[] Bytes(ReadOnlySpan<Fr> values)
    {
        byte[] bytes = new byte[values.Length * Fr.Size];
        FrBatch.Write(values, bytes);
        return bytes;
    }

    private static BigInteger FromLimbs(int[] bytes) => new(bytes.Select(b => (byte)b).ToArray(), isUnsigned: true);

    private static BigInteger[] MakeEdges()
    {
        var edges = new List<BigInteger> { 0, 1, 2, Modulus - 1, Modulus - 2, Modulus / 2, (Modulus + 1) / 2 };
        BigInteger montgomery = BigInteger.One << 256;
        foreach (int power in (int[])[32, 51, 52, 53, 63, 64, 65, 104, 128, 156, 192, 208, 252, 253, 254])
        {
            edges.AddRange([(BigInteger.One << power) - 1, BigInteger.One << power, (BigInteger.One << power) + 1]);
        }
        // Elements whose stored form is at an edge.
        BigInteger inverse = BigInteger.ModPow(montgomery, Modulus - 2, Modulus);
        edges.AddRange([.. edges.Select(e => e * inverse % Modulus)]);
        return [.. edges.Select(e => e % Modulus)];
    }
}
