using System.Buffers.Binary;
using Filecoin.ChainCo.Chain;
using Filecoin.Native.Curves;
using Filecoin.Native.Hashing;
using Filecoin.Samples.Localnet.Actors;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>Randomness for a purpose, and the verifiable random values drawn with a miner's key (lotus chain/rand, chain/gen, chain/types/electionproof.go).</summary>
internal static class Vrf
{
    private const long TicketLookback = 1;

    /// <summary>32 bytes for a purpose: BLAKE2b-256 of the tag, the digest of the base, the epoch and the entropy.</summary>
    public static byte[] Draw(ReadOnlySpan<byte> source, long tag, ChainEpoch epoch, ReadOnlySpan<byte> entropy)
    {
        byte[] input = new byte[48 + entropy.Length];
        BinaryPrimitives.WriteInt64BigEndian(input, tag);
        Blake2b.Hash256(source, input.AsSpan(8, 32));
        BinaryPrimitives.WriteInt64BigEndian(input.AsSpan(40), epoch.Value);
        entropy.CopyTo(input.AsSpan(48));
        byte[] drawn = new byte[32];
        Blake2b.Hash256(input, drawn);
        return drawn;
    }

    /// <summary>The CBOR of an address, the entropy of everything that concerns one actor.</summary>
    public static byte[] Entropy(Address actor)
    {
        var writer = new DagCborWriter();
        writer.WriteAddress(actor);
        return writer.ToArray();
    }

    /// <summary>What a ticket's proof signs.</summary>
    public static byte[] TicketInput(BeaconEntry beacon, Address miner, ChainEpoch epoch, Ticket parent) =>
        Draw(beacon.Data.Span, RandomnessTag.Ticket, epoch - TicketLookback, [.. Entropy(miner), .. parent.VRFProof.Span]);

    /// <summary>What an election's proof signs.</summary>
    public static byte[] ElectionInput(BeaconEntry beacon, Address miner, ChainEpoch epoch) =>
        Draw(beacon.Data.Span, RandomnessTag.Election, epoch, Entropy(miner));

    /// <summary>Whether a proof is the key's for an input.</summary>
    public static bool Verify(Address key, ReadOnlySpan<byte> input, ReadOnlySpan<byte> proof)
    {
        if (key.Protocol != AddressProtocol.Bls || proof.Length != BlsSignatures.SignatureSize)
            return false;
        try
        {
            return BlsSignatures.Verify(key.Payload, input, proof);
        }
        catch (PointDecodingException)
        {
            return false;
        }
    }
}
