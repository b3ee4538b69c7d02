using Filecoin.ChainCo.Chain;
using Filecoin.Samples.Localnet.Actors;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>The randomness of the chain under a tipset, as networks since version 13 draw it: a null round takes the tipset after it.</summary>
/// <param name="store">The blocks.</param>
/// <param name="beacon">The beacon.</param>
/// <param name="from">The tipset.</param>
internal sealed class TipSetRandomness(ChainStore store, Beacon beacon, TipSet from) : IChainRandomness
{
    public byte[] FromTickets(long tag, ChainEpoch epoch, ReadOnlySpan<byte> entropy)
    {
        NotFuture(epoch);
        TipSet at = store.ByHeight(Math.Max(0, epoch.Value), from, after: true) ?? throw new BlockException($"there is no tipset for the randomness of epoch {epoch}");
        return ChainRandomness.Draw(at.MinTicket.VRFProof.Span, tag, epoch, entropy);
    }

    public byte[] FromBeacon(long tag, ChainEpoch epoch, ReadOnlySpan<byte> entropy)
    {
        NotFuture(epoch);
        return ChainRandomness.Draw(beacon.At(epoch).Data.Span, tag, epoch, entropy);
    }

    private void NotFuture(ChainEpoch epoch)
    {
        if (epoch > from.Height)
            throw new BlockException($"cannot draw randomness from the future: epoch {epoch} on a tipset of {from.Height}");
    }
}
