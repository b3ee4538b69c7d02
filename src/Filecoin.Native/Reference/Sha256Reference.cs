using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Filecoin.Native.Reference;

/// <summary>The SHA-256 compression function as FIPS 180-4 section 6.2 writes it.</summary>
internal static class Sha256Reference
{
    internal const int BlockSize = 64;
    internal const int StateWords = 8;

    internal static ReadOnlySpan<uint> InitialState =>
    [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];

    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Runs whole 64-byte blocks through the state (eight words, host order).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Compress(Span<uint> state, ReadOnlySpan<byte> blocks)
    {
        Span<uint> w = stackalloc uint[64];
        for (; blocks.Length >= BlockSize; blocks = blocks[BlockSize..])
        {
            for (var t = 0; t < 16; t++)
                w[t] = BinaryPrimitives.ReadUInt32BigEndian(blocks[(4 * t)..]);
            for (var t = 16; t < 64; t++)
            {
                var s0 = BitOperations.RotateRight(w[t - 15], 7) ^ BitOperations.RotateRight(w[t - 15], 18) ^ (w[t - 15] >> 3);
                var s1 = BitOperations.RotateRight(w[t - 2], 17) ^ BitOperations.RotateRight(w[t - 2], 19) ^ (w[t - 2] >> 10);
                w[t] = w[t - 16] + s0 + w[t - 7] + s1;
            }

            Rounds(state, w);
        }
    }

    /// <summary>Writes the state as a digest: eight big-endian words.</summary>
    internal static void WriteDigest(ReadOnlySpan<uint> state, Span<byte> digest)
    {
        for (var i = 0; i < StateWords; i++)
            BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * i)..], state[i]);
    }

    /// <summary>Digests of 64-byte messages.</summary>
    internal static void HashPairs(ReadOnlySpan<byte> pairs, Span<byte> parents, byte lastByteMask)
    {
        Span<byte> padding = stackalloc byte[BlockSize];
        padding.Clear();
        padding[0] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padding[56..], 8 * BlockSize);

        Span<uint> state = stackalloc uint[StateWords];
        for (int i = 0, o = 0; i < pairs.Length; i += BlockSize, o += 32)
        {
            InitialState.CopyTo(state);
            Compress(state, pairs.Slice(i, BlockSize));
            Compress(state, padding);
            WriteDigest(state, parents[o..]);
            parents[o + 31] &= lastByteMask;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rounds(Span<uint> state, ReadOnlySpan<uint> w)
    {
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        var k = RoundConstants;
        for (var t = 0; t < 64; t += 8)
        {
            Round(a, b, c, ref d, e, f, g, ref h, k[t] + w[t]);
            Round(h, a, b, ref c, d, e, f, ref g, k[t + 1] + w[t + 1]);
            Round(g, h, a, ref b, c, d, e, ref f, k[t + 2] + w[t + 2]);
            Round(f, g, h, ref a, b, c, d, ref e, k[t + 3] + w[t + 3]);
            Round(e, f, g, ref h, a, b, c, ref d, k[t + 4] + w[t + 4]);
            Round(d, e, f, ref g, h, a, b, ref c, k[t + 5] + w[t + 5]);
            Round(c, d, e, ref f, g, h, a, ref b, k[t + 6] + w[t + 6]);
            Round(b, c, d, ref e, f, g, h, ref a, k[t + 7] + w[t + 7]);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    /// <summary>One round: the new a is left in h and the new e in d, and the caller turns the names instead of the values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint kw)
    {
        var s1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
        var t1 = h + s1 + ((e & f) ^ (~e & g)) + kw;
        var s0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
        d += t1;
        h = t1 + s0 + ((a & b) ^ (a & c) ^ (b & c));
    }
}
