using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Proving.Sectors;

/// <summary>A commitment of 32 bytes: CommP, CommD, CommC, CommR, CommRLast, or a node of a tree. Little-endian, below 2^254 or below the field modulus.</summary>
public readonly record struct Commitment
{
    private readonly Bytes32 value;

    private Commitment(Bytes32 value) => this.value = value;

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => value.Span;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="FormatException">The span is not 32 bytes.</exception>
    public static Commitment FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.From(bytes, "Commitment"));

    /// <summary>Reads 64 hexadecimal digits, any case.</summary>
    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static Commitment Parse(ReadOnlySpan<char> hex) => new(Bytes32.Parse(hex, "Commitment"));

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray() => value.ToArray();

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => value.ToString();
}
