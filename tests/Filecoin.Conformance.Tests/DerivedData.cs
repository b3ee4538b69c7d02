using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Filecoin.Conformance.Tests;

/// <summary>The inputs of the recordings, derived again (Vectors/README.md).</summary>
internal static class DerivedData
{
    /// <summary>SHA-256("anchor-data" ‖ le64(label) ‖ le64(i)) for i = 0, 1, … cut to <paramref name="length"/>: a sector's piece.</summary>
    public static byte[] SectorPiece(ulong label, long length) => Blocks("anchor-data", label, length);

    /// <summary>SHA-256("anchor-piece" ‖ le64(size) ‖ le64(i)) for i = 0, 1, … cut to <paramref name="size"/>: a piece of pieces.jsonl.</summary>
    public static byte[] Piece(long size) => Blocks("anchor-piece", (ulong)size, size);

    /// <summary>SHA-256(label ‖ le64(k)).</summary>
    public static byte[] Digest(string label, ulong? k = null)
    {
        Span<byte> le = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(le, k ?? 0);
        return SHA256.HashData([.. Encoding.ASCII.GetBytes(label), .. k is null ? [] : le]);
    }

    private static byte[] Blocks(string name, ulong label, long length)
    {
        var result = new byte[length];
        Span<byte> preimage = stackalloc byte[name.Length + 16];
        Span<byte> digest = stackalloc byte[32];
        Encoding.ASCII.GetBytes(name, preimage);
        BinaryPrimitives.WriteUInt64LittleEndian(preimage[name.Length..], label);
        for (var i = 0; i * 32L < length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(preimage[(name.Length + 8)..], (ulong)i);
            SHA256.HashData(preimage, digest);
            digest[..(int)Math.Min(32, length - (i * 32L))].CopyTo(result.AsSpan(i * 32));
        }

        return result;
    }
}
