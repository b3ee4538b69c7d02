using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Filecoin.Proving.Sectors;

/// <summary>Thirty-two bytes by value: what every typed wrapper of this room holds.</summary>
[InlineArray(Size)]
internal struct Bytes32 : IEquatable<Bytes32>
{
    internal const int Size = 32;

    private byte first;

    [UnscopedRef]
    internal readonly ReadOnlySpan<byte> Span => this;

    public static bool operator ==(Bytes32 left, Bytes32 right) => left.Equals(right);

    public static bool operator !=(Bytes32 left, Bytes32 right) => !left.Equals(right);

    internal static Bytes32 From(ReadOnlySpan<byte> bytes, string what)
    {
        if (bytes.Length != Size)
            throw new FormatException($"{what}: expected {Size} bytes, found {bytes.Length}.");
        Bytes32 value = default;
        bytes.CopyTo(value);
        return value;
    }

    internal static Bytes32 Parse(ReadOnlySpan<char> hex, string what)
    {
        Bytes32 value = default;
        if (hex.Length != 2 * Size || Convert.FromHexString(hex, value, out _, out _) != System.Buffers.OperationStatus.Done)
            throw new FormatException($"{what}: expected {2 * Size} hexadecimal digits, found '{hex}'.");
        return value;
    }

    /// <summary>Clears the top two bits of the last byte, so that the little-endian number is below 2^254 and thus a field element.</summary>
    internal static Bytes32 Trim254(ReadOnlySpan<byte> bytes, string what)
    {
        var value = From(bytes, what);
        value[Size - 1] &= 0x3f;
        return value;
    }

    internal readonly byte[] ToArray() => Span.ToArray();

    public readonly bool Equals(Bytes32 other) => Span.SequenceEqual(other.Span);

    public override readonly bool Equals(object? obj) => obj is Bytes32 other && Equals(other);

    public override readonly int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public override readonly string ToString() => Convert.ToHexStringLower(Span);
}
