using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits.Gadgets;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Circuits.Gadgets;

/// <summary>Generated field elements, and what gadgets take.</summary>
internal static class Generators
{
    private static readonly Gen<Fr> AnyElement = Gen.Choose(0, 255).ArrayOf(Fr.Size).Select(bytes =>
    {
        byte[] canonical = [.. bytes.Select(b => (byte)b)];
        canonical[^1] &= 0x3f;
        return Fr.Read(canonical);
    });

    /// <summary>Elements, with zero, one and minus one more often than chance has them.</summary>
    public static Gen<Fr> Element => Gen.Frequency((1, Gen.Elements(Fr.Zero, Fr.One, -Fr.One)), (6, AnyElement));

    public static Gen<Fr[]> Elements(int count) => Element.ArrayOf(count);

    public static Gen<byte[]> Bytes(int count) => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(count);

    /// <summary>Bits of bytes, most significant first, as variables.</summary>
    public static Bit[] Allocate(ref RecordedSystem cs, byte[] bytes)
    {
        var bits = new Bit[bytes.Length * 8];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = Bit.Allocate(ref cs, ((bytes[i >> 3] >> (7 - (i & 7))) & 1) != 0);
        }
        return bits;
    }

    public static Number[] Allocate(ref RecordedSystem cs, Fr[] values)
    {
        var numbers = new Number[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            numbers[i] = Number.Allocate(ref cs, values[i]);
        }
        return numbers;
    }

    /// <summary>Bytes of bits, most significant first.</summary>
    public static byte[] ToBytes(ReadOnlySpan<Bit> bits)
    {
        var bytes = new byte[bits.Length / 8];
        for (int i = 0; i < bits.Length; i++)
        {
            bytes[i >> 3] |= (byte)((bits[i].Value ? 1 : 0) << (7 - (i & 7)));
        }
        return bytes;
    }
}
