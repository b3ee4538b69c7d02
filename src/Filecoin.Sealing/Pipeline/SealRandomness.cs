using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Sectors;
using Ticket = Filecoin.Proving.Sectors.Ticket;

namespace Filecoin.Sealing.Pipeline;

/// <summary>The chain randomness of sealing (go-state-types crypto <c>DomainSeparationTag_SealRandomness</c>, <c>_InteractiveSealChallengeSeed</c>).</summary>
internal static class SealRandomness
{
    public const long TicketTag = 5, SeedTag = 6;

    public static async Task<Ticket> TicketAsync(ISealingChain chain, Address miner, ChainEpoch epoch, TipSetKey key, CancellationToken cancellationToken) =>
        Ticket.FromBytes((await chain.TicketRandomnessAsync(TicketTag, epoch, Entropy(miner), key, cancellationToken).ConfigureAwait(false)).Span);

    public static async Task<Seed> SeedAsync(ISealingChain chain, Address miner, ChainEpoch epoch, TipSetKey key, CancellationToken cancellationToken) =>
        Seed.FromBytes((await chain.BeaconRandomnessAsync(SeedTag, epoch, Entropy(miner), key, cancellationToken).ConfigureAwait(false)).Span);

    private static byte[] Entropy(Address miner)
    {
        var writer = new DagCborWriter();
        writer.WriteAddress(miner);
        return writer.ToArray();
    }
}
