using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Hashing;

/// <summary>SHA-256 (FIPS 180-4): whole messages, and the 64-byte pairs of binary Merkle trees by the batch.</summary>
public static class Sha256
{
    /// <summary>Bytes of a digest.</summary>
    public const int DigestSize = 32;

    /// <summary>Bytes of a message block, and of a pair of nodes.</summary>
    public const int BlockSize = 64;

    /// <summary>The digest of a message.</summary>
    /// <param name="data">The message. May overlap <paramref name="digest"/>.</param>
    /// <param name="digest">32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="digest"/> is not 32 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        Buffers.RequireLength(digest.Length, DigestSize);
        if (!Kernels.IsNative)
        {
            SHA256.HashData(data, digest);
            return;
        }

        Span<uint> state = stackalloc uint[Sha256Reference.StateWords];
        Sha256Reference.InitialState.CopyTo(state);
        var whole = data.Length & -BlockSize;
        Compress(state, data[..whole]);

        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        data[whole..].CopyTo(block);
        Finish(state, block, data.Length - whole, (ulong)data.Length, digest);
    }

    /// <summary>The digest of every 64-byte pair of nodes.</summary>
    /// <param name="pairs">n × 64 bytes.</param>
    /// <param name="parents">n × 32 bytes, not overlapping <paramref name="pairs"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the spans overlap.</exception>
    public static void HashPairs(ReadOnlySpan<byte> pairs, Span<byte> parents) => HashPairs(pairs, parents, 0xff);

    /// <summary>
    /// The parent of every 64-byte pair of nodes in Filecoin's binary trees: the digest with the top two bits of its last byte
    /// cleared, so that it is a field element (the 254-bit trimming of the official Sha256Hasher).
    /// </summary>
    /// <param name="pairs">n × 64 bytes.</param>
    /// <param name="parents">n × 32 bytes, not overlapping <paramref name="pairs"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the spans overlap.</exception>
    public static void HashPairs254(ReadOnlySpan<byte> pairs, Span<byte> parents) => HashPairs(pairs, parents, 0x3f);

    private static void HashPairs(ReadOnlySpan<byte> pairs, Span<byte> parents, byte lastByteMask)
    {
        Buffers.RequireMultiple(pairs.Length, BlockSize);
        Buffers.RequireLength(parents.Length, pairs.Length / 2);
        Buffers.RequireDisjoint(pairs, parents);
        if (Kernels.IsNative)
            Sha256Native.HashPairs(pairs, parents, lastByteMask);
        else
            Sha256Reference.HashPairs(pairs, parents, lastByteMask);
    }

    /// <summary>Runs whole blocks through a state of eight words.</summary>
    internal static void Compress(Span<uint> state, ReadOnlySpan<byte> blocks)
    {
        if (Kernels.IsNative)
            Sha256Native.Compress(state, blocks);
        else
            Sha256Reference.Compress(state, blocks);
    }

    /// <summary>Pads the last, partly filled block (zeros after its content), compresses it and writes the digest.</summary>
    internal static void Finish(Span<uint> state, Span<byte> block, int filled, ulong length, Span<byte> digest)
    {
        block[filled] = 0x80;
        if (filled >= BlockSize - sizeof(ulong))
        {
            Compress(state, block);
            block.Clear();
        }

        BinaryPrimitives.WriteUInt64BigEndian(block[^sizeof(ulong)..], length * 8);
        Compress(state, block);
        Sha256Reference.WriteDigest(state, digest);
    }
}
