using System.Numerics;

namespace Filecoin.ChainCo.Chain;

/// <summary>Base58 with the Bitcoin alphabet: CIDs of version 0 and libp2p peer ids.</summary>
internal static class Base58
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        int zeros = 0;
        while (zeros < bytes.Length && bytes[zeros] == 0)
            zeros++;
        var value = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        var digits = new List<char>(bytes.Length * 2);
        while (!value.IsZero)
        {
            value = BigInteger.DivRem(value, 58, out BigInteger digit);
            digits.Add(Alphabet[(int)digit]);
        }

        for (int i = 0; i < zeros; i++)
            digits.Add('1');
        digits.Reverse();
        return new string([.. digits]);
    }

    /// <summary>False for a foreign character. The caller bounds the length of the text: the work is quadratic in it.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        int zeros = 0;
        while (zeros < text.Length && text[zeros] == '1')
            zeros++;
        BigInteger value = BigInteger.Zero;
        foreach (char c in text)
        {
            int digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
                return false;
            value = (value * 58) + digit;
        }

        byte[] magnitude = value.IsZero ? [] : value.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes = new byte[zeros + magnitude.Length];
        magnitude.CopyTo(bytes, zeros);
        return true;
    }
}
