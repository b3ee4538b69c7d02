namespace Filecoin.Native.Tests.Hashing;

internal static class Hex
{
    internal static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    internal static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
