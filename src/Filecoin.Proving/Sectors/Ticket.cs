using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Proving.Sectors;

/// <summary>Chain randomness drawn before sealing and bound into the replica id. Any 32 bytes; not a field element.</summary>
public readonly record struct Ticket
{
    private readonly Bytes32 value;

    private Ticket(Bytes32 value) => this.value = value;

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => value.Span;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="FormatException">The span is not 32 bytes.</exception>
    public static Ticket FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.From(bytes, "Ticket"));

    /// <summary>Reads 64 hexadecimal digits, any case.</summary>
    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static Ticket Parse(ReadOnlySpan<char> hex) => new(Bytes32.Parse(hex, "Ticket"));

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray() => value.ToArray();

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => value.ToString();
}
