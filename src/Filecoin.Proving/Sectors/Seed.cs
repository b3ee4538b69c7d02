using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Proving.Sectors;

/// <summary>Interactive chain randomness drawn after precommit, from which PoRep challenges follow. Any 32 bytes; not a field element.</summary>
public readonly record struct Seed
{
    private readonly Bytes32 value;

    private Seed(Bytes32 value) => this.value = value;

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => value.Span;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="FormatException">The span is not 32 bytes.</exception>
    public static Seed FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.From(bytes, "Seed"));

    /// <summary>Reads 64 hexadecimal digits, any case.</summary>
    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static Seed Parse(ReadOnlySpan<char> hex) => new(Bytes32.Parse(hex, "Seed"));

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray() => value.ToArray();

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => value.ToString();
}
