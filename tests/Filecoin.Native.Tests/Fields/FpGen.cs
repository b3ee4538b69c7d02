using System.Globalization;
using System.Numerics;
using Filecoin.Native.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Fields;

/// <summary>Elements of the base field and its tower: uniform ones, and those at the edges of limbs, lanes and the modulus.</summary>
internal static class FpGen
{
    public static readonly BigInteger Modulus = BigInteger.Parse("0" + Fp.ModulusHex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static readonly BigInteger[] Edges = MakeEdges();

    public static Gen<BigInteger> Integer { get; } = Gen.Frequency(
        (3, Gen.ArrayOf(Gen.Choose(0, 255), 56).Select(bytes => new BigInteger([.. bytes.Select(b => (byte)b)], isUnsigned: true) % Modulus)),
        (1, Gen.Elements(Edges)));

    public static Gen<Fp> Element { get; } = Integer.Select(FromInteger);

    public static Gen<Fp2> Element2 { get; } = Element.SelectMany(a => Element.Select(b => new Fp2(a, b)));

    public static Gen<Fp6> Element6 { get; } =
        Element2.SelectMany(a => Element2.SelectMany(b => Element2.Select(c => new Fp6(a, b, c))));

    public static Gen<Fp12> Element12 { get; } = Element6.SelectMany(a => Element6.Select(b => new Fp12(a, b)));

    public static Fp FromInteger(BigInteger value)
    {
        byte[] bytes = new byte[Fp.Size];
        byte[] big = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        big.CopyTo(bytes, Fp.Size - big.Length);
        return Fp.ReadBigEndian(bytes);
    }

    public static BigInteger ToInteger(Fp value)
    {
        Span<byte> bytes = stackalloc byte[Fp.Size];
        value.WriteBigEndian(bytes);
        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    private static BigInteger[] MakeEdges()
    {
        var edges = new List<BigInteger> { 0, 1, 2, 4, Modulus - 1, Modulus - 2, Modulus / 2, (Modulus + 1) / 2 };
        foreach (int power in (int[])[51, 52, 53, 63, 64, 65, 104, 128, 156, 192, 208, 256, 260, 312, 320, 364, 380])
        {
            edges.AddRange([(BigInteger.One << power) - 1, BigInteger.One << power, (BigInteger.One << power) + 1]);
        }
        BigInteger inverse = BigInteger.ModPow(BigInteger.One << 384, Modulus - 2, Modulus);
        edges.AddRange([.. edges.Select(e => e * inverse % Modulus)]);
        return [.. edges.Select(e => e % Modulus)];
    }
}
