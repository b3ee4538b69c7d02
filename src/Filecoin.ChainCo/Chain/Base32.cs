namespace Filecoin.ChainCo.Chain;

/// <summary>RFC 4648 base32 in lower case without padding, as addresses and CIDs write it. Decoding accepts only what encoding produces.</summary>
internal static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        int length = ((bytes.Length * 8) + 4) / 5;
        Span<char> text = length <= 512 ? stackalloc char[length] : new char[length];
        int written = 0;
        uint buffer = 0;
        int bits = 0;
        foreach (byte b in bytes)
        {
            buffer = (buffer << 8) | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text[written++] = Alphabet[(int)((buffer >> bits) & 31)];
            }
        }

        if (bits > 0)
            text[written++] = Alphabet[(int)((buffer << (5 - bits)) & 31)];
        return new string(text[..written]);
    }

    /// <summary>False for a foreign character, an impossible length or bits left over that are not zero.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[text.Length * 5 / 8];
        uint buffer = 0;
        int bits = 0;
        int written = 0;
        foreach (char c in text)
        {
            int value = c switch
            {
                >= 'a' and <= 'z' => c - 'a',
                >= '2' and <= '7' => c - '2' + 26,
                _ => -1,
            };
            if (value < 0)
                return false;
            buffer = (buffer << 5) | (uint)value;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[written++] = (byte)(buffer >> bits);
            }
        }

        return bits < 5 && (buffer & ((1u << bits) - 1)) == 0;
    }
}
