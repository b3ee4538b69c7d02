using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Proving.Sectors;

/// <summary>PoSt randomness as a field element: chain randomness with its top two bits cleared.</summary>
public readonly record struct PoStRandomness
{
    private readonly Bytes32 value;

    private PoStRandomness(Bytes32 value) => this.value = value;

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => value.Span;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="FormatException">The span is not 32 bytes.</exception>
    public static PoStRandomness FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.From(bytes, "PoSt randomness"));

    /// <summary>Reads 64 hexadecimal digits, any case.</summary>
    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static PoStRandomness Parse(ReadOnlySpan<char> hex) => new(Bytes32.Parse(hex, "PoSt randomness"));

    /// <summary>Clears the top two bits of 32 bytes of chain randomness, as nodes do before they prove or verify.</summary>
    /// <exception cref="FormatException">The span is not 32 bytes.</exception>
    public static PoStRandomness FromChain(ReadOnlySpan<byte> randomness) => new(Bytes32.Trim254(randomness, "PoSt randomness"));

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray() => value.ToArray();

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => value.ToString();
}
