using System.Buffers.Binary;

namespace Filecoin.ChainCo.Chain;

/// <summary>
/// Randomness drawn from a ticket or a beacon entry: BLAKE2b-256 of the tag, the digest of the source, the epoch and the entropy
/// (lotus <c>chain/rand</c>, <c>DrawRandomnessFromBase</c>; tags of go-state-types <c>crypto/randomness.go</c>).
/// </summary>
public static class ChainRandomness
{
    /// <summary>Bytes of drawn randomness.</summary>
    public const int Size = 32;

    /// <summary>The VRF input of a block's ticket.</summary>
    public const long TicketTag = 1;

    /// <summary>The VRF input of a block's election proof.</summary>
    public const long ElectionTag = 2;

    /// <summary>The challenge of a winning PoSt; from the beacon.</summary>
    public const long WinningPoStTag = 3;

    /// <summary>The challenge of a window PoSt; from the beacon.</summary>
    public const long WindowPoStTag = 4;

    /// <summary>A sector's ticket; from tickets.</summary>
    public const long SealTag = 5;

    /// <summary>A sector's seed; from the beacon.</summary>
    public const long InteractiveSealTag = 6;

    /// <summary>What ties a window PoSt to a chain; from tickets, without entropy.</summary>
    public const long PoStChainCommitTag = 9;

    /// <summary>Draws 32 bytes.</summary>
    /// <param name="source">A ticket's VRF proof or a beacon entry's data.</param>
    /// <param name="tag">What the randomness is for.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="entropy">For whom, see <see cref="EntropyOf"/>; may be empty.</param>
    public static byte[] Draw(ReadOnlySpan<byte> source, long tag, ChainEpoch epoch, ReadOnlySpan<byte> entropy)
    {
        byte[] preimage = new byte[8 + 32 + 8 + entropy.Length];
        BinaryPrimitives.WriteInt64BigEndian(preimage, tag);
        Blake2b.Hash(source, preimage.AsSpan(8, 32));
        BinaryPrimitives.WriteInt64BigEndian(preimage.AsSpan(40), epoch.Value);
        entropy.CopyTo(preimage.AsSpan(48));
        return Blake2b.Hash256(preimage);
    }

    /// <summary>The entropy of a miner's randomness: the CBOR of its id address.</summary>
    public static byte[] EntropyOf(Address miner)
    {
        var writer = new DagCborWriter();
        writer.WriteAddress(miner);
        return writer.ToArray();
    }
}
