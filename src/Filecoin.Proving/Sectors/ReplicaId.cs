using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Filecoin.Proving.Sectors;

/// <summary>Names one replica: who, which sector, when, what data, which graph. A field element; the prefix of every label.</summary>
public readonly record struct ReplicaId
{
    private readonly Bytes32 value;

    private ReplicaId(Bytes32 value) => this.value = value;

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => value.Span;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="FormatException">The span is not 32 bytes.</exception>
    public static ReplicaId FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.From(bytes, "Replica id"));

    /// <summary>Reads 64 hexadecimal digits, any case.</summary>
    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static ReplicaId Parse(ReadOnlySpan<char> hex) => new(Bytes32.Parse(hex, "Replica id"));

    /// <summary>
    /// SHA-256(prover id ‖ sector number, big-endian ‖ ticket ‖ CommD ‖ PoRep id) with the top two bits of the last byte cleared
    /// (storage-proofs-porep <c>generate_replica_id</c>).
    /// </summary>
    public static ReplicaId Compute(ProverId prover, SectorNumber sector, Ticket ticket, Commitment commD, PorepId porepId)
    {
        Span<byte> preimage = stackalloc byte[(4 * Bytes32.Size) + sizeof(ulong)];
        prover.Span.CopyTo(preimage);
        BinaryPrimitives.WriteUInt64BigEndian(preimage[32..], sector.Value);
        ticket.Span.CopyTo(preimage[40..]);
        commD.Span.CopyTo(preimage[72..]);
        porepId.Span.CopyTo(preimage[104..]);
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        SHA256.HashData(preimage, digest);
        return new ReplicaId(Bytes32.Trim254(digest, "Replica id"));
    }

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray() => value.ToArray();

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => value.ToString();
}
