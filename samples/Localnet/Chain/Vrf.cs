using Filecoin.ChainCo.Chain;
using Filecoin.Native.Curves;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>The verifiable random values of blocks, made with a miner's key (lotus chain/gen, miner).</summary>
internal static class Vrf
{
    private const long TicketLookback = 1;

    /// <summary>What a ticket's proof signs.</summary>
    public static byte[] TicketInput(BeaconEntry beacon, Address miner, ChainEpoch epoch, Ticket parent) =>
        ChainRandomness.Draw(beacon.Data.Span, ChainRandomness.TicketTag, epoch - TicketLookback, [.. ChainRandomness.EntropyOf(miner), .. parent.VRFProof.Span]);

    /// <summary>What an election's proof signs.</summary>
    public static byte[] ElectionInput(BeaconEntry beacon, Address miner, ChainEpoch epoch) =>
        ChainRandomness.Draw(beacon.Data.Span, ChainRandomness.ElectionTag, epoch, ChainRandomness.EntropyOf(miner));

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
