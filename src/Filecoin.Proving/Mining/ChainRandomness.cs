using System.Buffers.Binary;
using Filecoin.ChainCo.Chain;
using Filecoin.Native.Hashing;

namespace Filecoin.Proving.Mining;

/// <summary>Randomness drawn from a beacon entry (lotus <c>chain/rand</c>, <c>DrawRandomnessFromBase</c>).</summary>
internal static class ChainRandomness
{
    public const long TicketProduction = 1, ElectionProofProduction = 2, WinningPoStChallengeSeed = 3;

    /// <summary>BLAKE2b-256 of the tag, the digest of the base, the epoch and the entropy; integers big-endian.</summary>
    public static byte[] Draw(ReadOnlySpan<byte> source, long tag, ChainEpoch epoch, ReadOnlySpan<byte> entropy)
    {
        var content = new byte[48 + entropy.Length];
        BinaryPrimitives.WriteInt64BigEndian(content, tag);
        Blake2b.Hash256(source, content.AsSpan(8, 32));
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(40), epoch.Value);
        entropy.CopyTo(content.AsSpan(48));
        var randomness = new byte[32];
        Blake2b.Hash256(content, randomness);
        return randomness;
    }
}
