using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Filecoin.Proving.Pieces;

/// <summary>
/// Bit padding: every 254 bits of data become 32 bytes whose top two bits are zero, so that each is a field element. 127 bytes of data
/// become 128 padded bytes (the fr32 crate, <c>padding.rs</c>).
/// </summary>
public static class Fr32
{
    /// <summary>Bytes of data in one unit: four field elements.</summary>
    public const int UnpaddedUnit = 127;

    /// <summary>Bytes of one unit after padding.</summary>
    public const int PaddedUnit = 128;

    private const ulong TopMask = ulong.MaxValue >> 2;

    /// <summary>Padded bytes of <paramref name="unpadded"/> bytes of data, the last unit filled up with zeros.</summary>
    public static long PaddedLength(long unpadded) => checked((unpadded + UnpaddedUnit - 1) / UnpaddedUnit * PaddedUnit);

    /// <summary>Pads whole units.</summary>
    /// <param name="data">n × 127 bytes.</param>
    /// <param name="padded">Exactly n × 128 bytes, not overlapping <paramref name="data"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the spans overlap.</exception>
    public static void Pad(ReadOnlySpan<byte> data, Span<byte> padded)
    {
        CheckUnits(data.Length, padded.Length, data.Overlaps(padded));

        // The vector form of a unit reads seven bytes of the next; the last one has none.
        while (data.Length >= UnpaddedUnit + 8)
        {
            PadUnit(data[..(UnpaddedUnit + 8)], padded[..PaddedUnit]);
            data = data[UnpaddedUnit..];
            padded = padded[PaddedUnit..];
        }

        if (data.IsEmpty)
            return;
        Span<byte> last = stackalloc byte[UnpaddedUnit + 8];
        data.CopyTo(last);
        PadUnit(last, padded);
    }

    /// <summary>Pads data of any length; what is missing in the last unit is zeros.</summary>
    /// <param name="data">Any number of bytes.</param>
    /// <param name="padded">Exactly <see cref="PaddedLength"/> bytes, not overlapping <paramref name="data"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the spans overlap.</exception>
    public static void PadToEnd(ReadOnlySpan<byte> data, Span<byte> padded)
    {
        if (padded.Length != PaddedLength(data.Length))
            throw new ArgumentException($"Expected room for {PaddedLength(data.Length)} padded bytes, found {padded.Length}.", nameof(padded));
        var units = data.Length / UnpaddedUnit;
        Pad(data[..(units * UnpaddedUnit)], padded[..(units * PaddedUnit)]);
        if (data.Length % UnpaddedUnit == 0)
            return;
        Span<byte> last = stackalloc byte[UnpaddedUnit];
        data[(units * UnpaddedUnit)..].CopyTo(last);
        Pad(last, padded[(units * PaddedUnit)..]);
    }

    /// <summary>Takes the padding out of whole units. The top two bits of each node are dropped, whatever they are.</summary>
    /// <param name="padded">n × 128 bytes.</param>
    /// <param name="data">Exactly n × 127 bytes, not overlapping <paramref name="padded"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the spans overlap.</exception>
    public static void Unpad(ReadOnlySpan<byte> padded, Span<byte> data)
    {
        CheckUnits(data.Length, padded.Length, padded.Overlaps(data));
        while (data.Length >= PaddedUnit)
        {
            // Writes 128 bytes; the next unit overwrites the last of them.
            UnpadUnit(padded[..PaddedUnit], data[..PaddedUnit]);
            data = data[UnpaddedUnit..];
            padded = padded[PaddedUnit..];
        }

        if (data.IsEmpty)
            return;
        Span<byte> last = stackalloc byte[PaddedUnit];
        UnpadUnit(padded, last);
        last[..UnpaddedUnit].CopyTo(data);
    }

    /// <summary>Node k holds bits 254k and up: 32 bytes from byte ⌊254k / 8⌋ on, shifted down by 254k mod 8.</summary>
    private static void PadUnit(ReadOnlySpan<byte> data, Span<byte> padded)
    {
        var mask = Vector256.Create(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, TopMask);
        (Load(data) & mask).AsByte().CopyTo(padded);
        (((Load(data[31..]) >>> 6) | (Load(data[39..]) << 58)) & mask).AsByte().CopyTo(padded[32..]);
        (((Load(data[63..]) >>> 4) | (Load(data[71..]) << 60)) & mask).AsByte().CopyTo(padded[64..]);
        (((Load(data[95..]) >>> 2) | (Load(data[103..]) << 62)) & mask).AsByte().CopyTo(padded[96..]);
    }

    private static Vector256<ulong> Load(ReadOnlySpan<byte> data) => Vector256.Create(data).AsUInt64();

    /// <summary>The nodes' 254 bits one behind the other; the 128th byte is zero.</summary>
    private static void UnpadUnit(ReadOnlySpan<byte> padded, Span<byte> data)
    {
        Join(padded, 0, data);
        Join(padded, 1, data);
        Join(padded, 2, data);
        Join(padded, 3, data);
    }

    /// <summary>Node k without its first 2k bits, which are already out, followed by the first bits of node k + 1.</summary>
    private static void Join(ReadOnlySpan<byte> padded, int k, Span<byte> data)
    {
        var node = padded[(32 * k)..];
        ulong w0 = Word(node, 0), w1 = Word(node, 1), w2 = Word(node, 2), w3 = Word(node, 3) & TopMask;
        var next = k < 3 ? Word(node, 4) : 0;
        var down = 2 * k;

        // A shift by 64 would be one by 0, so the words above node 0, which stay as they are, are shifted in two steps.
        BinaryPrimitives.WriteUInt64LittleEndian(data[(32 * k)..], (w0 >> down) | (w1 << 1 << (63 - down)));
        BinaryPrimitives.WriteUInt64LittleEndian(data[((32 * k) + 8)..], (w1 >> down) | (w2 << 1 << (63 - down)));
        BinaryPrimitives.WriteUInt64LittleEndian(data[((32 * k) + 16)..], (w2 >> down) | (w3 << 1 << (63 - down)));
        BinaryPrimitives.WriteUInt64LittleEndian(data[((32 * k) + 24)..], (w3 >> down) | (next << (62 - down)));
    }

    private static ulong Word(ReadOnlySpan<byte> node, int index) => BinaryPrimitives.ReadUInt64LittleEndian(node[(8 * index)..]);

    private static void CheckUnits(int unpadded, int padded, bool overlap)
    {
        if (unpadded % UnpaddedUnit != 0 || padded != unpadded / UnpaddedUnit * PaddedUnit)
            throw new ArgumentException($"Expected n × 127 bytes of data and n × 128 padded bytes, found {unpadded} and {padded}.");
        if (overlap)
            throw new ArgumentException("Data and padded bytes overlap.");
    }
}
