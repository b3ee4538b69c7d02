namespace Filecoin.ChainCo.Chain;

/// <summary>
/// RLE+: bits taken from the low end of each byte; two version bits (00), one bit for the value of the first run, then run lengths:
/// 1 for a run of one, 01 and four bits for 2 to 15, 00 and a varint from 16 on. Zero bytes at the end are not written.
/// </summary>
internal static class RlePlus
{
    public static byte[] Encode(ReadOnlySpan<BitRange> ranges)
    {
        if (ranges.IsEmpty)
            return [];
        var bits = new BitSink();
        bits.Put(0, 2);
        bits.Put(ranges[0].Start == 0 ? 1u : 0u, 1);
        ulong at = 0;
        foreach (BitRange range in ranges)
        {
            if (range.Start > at)
                PutRun(bits, range.Start - at);
            PutRun(bits, range.Length);
            at = range.End;
        }

        byte[] encoded = bits.ToTrimmedArray();
        return encoded.Length <= Bitfield.MaxEncodedLength
            ? encoded
            : throw new BitfieldFormatException($"RLE+: {encoded.Length} bytes, at most {Bitfield.MaxEncodedLength} are allowed");
    }

    public static BitRange[] Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Bitfield.MaxEncodedLength)
            throw new BitfieldFormatException($"RLE+: {bytes.Length} bytes, at most {Bitfield.MaxEncodedLength} are allowed");
        if (bytes.IsEmpty)
            return [];
        if (bytes[^1] == 0)
            throw new BitfieldFormatException("RLE+: the last byte is zero");
        var bits = new BitSource(bytes);
        if (bits.Take(2) != 0)
            throw new BitfieldFormatException("RLE+: the version is not 0");
        bool set = bits.Take(1) == 1;
        var ranges = new List<BitRange>();
        ulong at = 0;
        while (bits.HasOnes)
        {
            BitRange run = Bitfield.Checked(at, TakeRun(ref bits));
            if (set)
                ranges.Add(run);
            at = run.End;
            set = !set;
        }

        // After the loop `set` is the value of the run that would follow, so the last one read had the other.
        return ranges.Count > 0 && !set ? [.. ranges] : throw new BitfieldFormatException("RLE+: the last run is not of set bits");
    }

    private static void PutRun(BitSink bits, ulong length)
    {
        switch (length)
        {
            case 1:
                bits.Put(1, 1);
                break;
            case < 16:
                bits.Put(2, 2);
                bits.Put((uint)length, 4);
                break;
            default:
                bits.Put(0, 2);
                for (; length >= 0x80; length >>= 7)
                    bits.Put((uint)(length & 0x7f) | 0x80, 8);
                bits.Put((uint)length, 8);
                break;
        }
    }

    private static ulong TakeRun(ref BitSource bits)
    {
        if (bits.Take(1) == 1)
            return 1;
        if (bits.Take(1) == 1)
            return bits.Take(4) is >= 2 and var four ? four : throw new BitfieldFormatException("RLE+: a short block holds 2 to 15");

        ulong length = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            uint next = bits.Take(8);
            if (shift == 63 && next > 1)
                break;
            length |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                if ((next == 0 && shift > 0) || length < 16)
                    throw new BitfieldFormatException("RLE+: a run length is not in its shortest form");
                return length;
            }
        }

        throw new BitfieldFormatException("RLE+: a run length does not fit 64 bits");
    }

    private sealed class BitSink
    {
        private readonly List<byte> _bytes = [];
        private int _used = 8;

        public void Put(uint value, int count)
        {
            for (int i = 0; i < count; i++)
            {
                if (_used == 8)
                {
                    _bytes.Add(0);
                    _used = 0;
                }

                _bytes[^1] |= (byte)(((value >> i) & 1) << _used++);
            }
        }

        public byte[] ToTrimmedArray()
        {
            int length = _bytes.Count;
            while (length > 0 && _bytes[length - 1] == 0)
                length--;
            return [.. _bytes[..length]];
        }
    }

    private ref struct BitSource(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private long _position;

        /// <summary>True while a one is left. The last byte is not zero, so only its high bits need a look.</summary>
        public readonly bool HasOnes
        {
            get
            {
                long index = _position >> 3;
                return index < _bytes.Length - 1 || (index == _bytes.Length - 1 && _bytes[(int)index] >> (int)(_position & 7) != 0);
            }
        }

        /// <summary>The next bits, the first one lowest; zeros past the end.</summary>
        public uint Take(int count)
        {
            uint value = 0;
            for (int i = 0; i < count; i++, _position++)
            {
                long index = _position >> 3;
                if (index < _bytes.Length)
                    value |= (uint)((_bytes[(int)index] >> (int)(_position & 7)) & 1) << i;
            }

            return value;
        }
    }
}
