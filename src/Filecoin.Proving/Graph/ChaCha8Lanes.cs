using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Filecoin.Proving.Graph;

/// <summary>
/// ChaCha with eight rounds under eight keys at once, which differ in their last word alone: the random streams of eight neighbouring
/// nodes. Only as much of each stream as DRSample reads: 20 words, from blocks 0 and 1 (64-bit counter, stream number 0, as rand_chacha).
/// </summary>
internal static class ChaCha8Lanes
{
    /// <summary>Streams made at once.</summary>
    public const int Lanes = 8;

    /// <summary>Words of each stream.</summary>
    public const int Words = 20;

    private const int BlockWords = 16;
    private const int DoubleRounds = 4;

    /// <summary>Word w of the stream of node <paramref name="firstNode"/> + l comes to <paramref name="words"/>[w · 8 + l].</summary>
    public static void Fill(ReadOnlySpan<uint> seed, uint firstNode, Span<uint> words)
    {
        Block(seed, firstNode, 0, words[..(BlockWords * Lanes)]);
        Block(seed, firstNode, 1, words[(BlockWords * Lanes)..(Words * Lanes)]);
    }

    private static void Block(ReadOnlySpan<uint> seed, uint firstNode, uint counter, Span<uint> words)
    {
        var key7 = Vector256.Create(firstNode) + Vector256<uint>.Indices;
        var x0 = Vector256.Create(0x61707865u);
        var x1 = Vector256.Create(0x3320646eu);
        var x2 = Vector256.Create(0x79622d32u);
        var x3 = Vector256.Create(0x6b206574u);
        var x4 = Vector256.Create(seed[0]);
        var x5 = Vector256.Create(seed[1]);
        var x6 = Vector256.Create(seed[2]);
        var x7 = Vector256.Create(seed[3]);
        var x8 = Vector256.Create(seed[4]);
        var x9 = Vector256.Create(seed[5]);
        var xa = Vector256.Create(seed[6]);
        var xb = key7;
        var xc = Vector256.Create(counter);
        var xd = Vector256<uint>.Zero;
        var xe = Vector256<uint>.Zero;
        var xf = Vector256<uint>.Zero;
        for (var i = 0; i < DoubleRounds; i++)
        {
            QuarterRound(ref x0, ref x4, ref x8, ref xc);
            QuarterRound(ref x1, ref x5, ref x9, ref xd);
            QuarterRound(ref x2, ref x6, ref xa, ref xe);
            QuarterRound(ref x3, ref x7, ref xb, ref xf);
            QuarterRound(ref x0, ref x5, ref xa, ref xf);
            QuarterRound(ref x1, ref x6, ref xb, ref xc);
            QuarterRound(ref x2, ref x7, ref x8, ref xd);
            QuarterRound(ref x3, ref x4, ref x9, ref xe);
        }

        (x0 + Vector256.Create(0x61707865u)).CopyTo(words);
        (x1 + Vector256.Create(0x3320646eu)).CopyTo(words[Lanes..]);
        (x2 + Vector256.Create(0x79622d32u)).CopyTo(words[(2 * Lanes)..]);
        (x3 + Vector256.Create(0x6b206574u)).CopyTo(words[(3 * Lanes)..]);
        if (words.Length == 4 * Lanes)
            return;
        (x4 + Vector256.Create(seed[0])).CopyTo(words[(4 * Lanes)..]);
        (x5 + Vector256.Create(seed[1])).CopyTo(words[(5 * Lanes)..]);
        (x6 + Vector256.Create(seed[2])).CopyTo(words[(6 * Lanes)..]);
        (x7 + Vector256.Create(seed[3])).CopyTo(words[(7 * Lanes)..]);
        (x8 + Vector256.Create(seed[4])).CopyTo(words[(8 * Lanes)..]);
        (x9 + Vector256.Create(seed[5])).CopyTo(words[(9 * Lanes)..]);
        (xa + Vector256.Create(seed[6])).CopyTo(words[(10 * Lanes)..]);
        (xb + key7).CopyTo(words[(11 * Lanes)..]);
        (xc + Vector256.Create(counter)).CopyTo(words[(12 * Lanes)..]);
        xd.CopyTo(words[(13 * Lanes)..]);
        xe.CopyTo(words[(14 * Lanes)..]);
        xf.CopyTo(words[(15 * Lanes)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(
        ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        a += b;
        d = RotateLeft(d ^ a, 16);
        c += d;
        b = RotateLeft(b ^ c, 12);
        a += b;
        d = RotateLeft(d ^ a, 8);
        c += d;
        b = RotateLeft(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateLeft(Vector256<uint> value, int bits) =>
        Vector256.ShiftLeft(value, bits) | Vector256.ShiftRightLogical(value, 32 - bits);
}
