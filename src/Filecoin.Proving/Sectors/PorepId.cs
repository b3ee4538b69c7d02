using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Proving.Sectors;

/// <summary>Seeds the graph and enters the replica id: registered proof id and nonce, 8 bytes little-endian each, then zeros (filecoin-proofs-api registry, <c>porep_id</c>).</summary>
public readonly record struct PorepId
{
    private readonly Bytes32 value;

    private PorepId(Bytes32 value) => this.value = value;

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => value.Span;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="FormatException">The span is not 32 bytes.</exception>
    public static PorepId FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.From(bytes, "PoRep id"));

    /// <summary>Reads 64 hexadecimal digits, any case.</summary>
    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static PorepId Parse(ReadOnlySpan<char> hex) => new(Bytes32.Parse(hex, "PoRep id"));

    /// <summary>The id of a registered proof; the nonce is zero for all that exist.</summary>
    public static PorepId Create(ulong registeredProof, ulong nonce = 0)
    {
        Bytes32 value = default;
        BinaryPrimitives.WriteUInt64LittleEndian(value[..8], registeredProof);
        BinaryPrimitives.WriteUInt64LittleEndian(value[8..16], nonce);
        return new PorepId(value);
    }

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray() => value.ToArray();

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => value.ToString();
}
