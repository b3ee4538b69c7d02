namespace Filecoin.ChainCo.Chain;

/// <summary>Unsigned LEB128 as multiformats restricts it: the shortest form, at most nine bytes, hence below 2^63.</summary>
internal static class Varint
{
    public const int MaxLength = 9;

    /// <summary>Writes <paramref name="value"/> and returns the number of bytes used.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        int i = 0;
        while (value >= 0x80)
        {
            destination[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[i++] = (byte)value;
        return i;
    }

    public static int Length(ulong value)
    {
        int length = 1;
        while ((value >>= 7) != 0)
            length++;
        return length;
    }

    /// <summary>Returns the number of bytes read, or 0 when the bytes end early, run past nine, or are not the shortest form.</summary>
    public static int Read(ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (int i = 0; i < source.Length && i < MaxLength; i++)
        {
            byte b = source[i];
            value |= (ulong)(b & 0x7f) << (7 * i);
            if (b < 0x80)
                return b == 0 && i > 0 ? 0 : i + 1;
        }

        value = 0;
        return 0;
    }
}
