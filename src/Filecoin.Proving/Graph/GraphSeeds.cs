using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Graph;

/// <summary>What a PoRep id seeds (storage-proofs-core <c>crypto/mod.rs</c>): SHA-256(domain tag ‖ PoRep id).</summary>
internal static class GraphSeeds
{
    /// <summary>Bytes of a DRSample seed; the other four of a ChaCha8 key are the node.</summary>
    public const int DrSampleBytes = 28;

    /// <summary>The first 28 bytes of the digest under "Filecoin_DRSample".</summary>
    public static byte[] DrSample(PorepId porepId) => Derive("Filecoin_DRSample"u8, porepId)[..DrSampleBytes];

    /// <summary>Four little-endian keys from the digest under "Filecoin_Feistel"; the permutation uses three, the cache's name all.</summary>
    public static ulong[] Feistel(PorepId porepId)
    {
        var digest = Derive("Filecoin_Feistel"u8, porepId);
        var keys = new ulong[4];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = BinaryPrimitives.ReadUInt64LittleEndian(digest.AsSpan(i * sizeof(ulong)));
        return keys;
    }

    private static byte[] Derive(ReadOnlySpan<byte> tag, PorepId porepId) => SHA256.HashData([.. tag, .. porepId.Span]);
}
