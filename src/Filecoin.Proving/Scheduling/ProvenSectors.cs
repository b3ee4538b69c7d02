using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling;

/// <summary>From the chain's records of sectors to what proving them takes.</summary>
internal static class ProvenSectors
{
    /// <summary>The wanted sectors in ascending order of their numbers.</summary>
    /// <exception cref="InvalidDataException">The chain gave other sectors than those asked for, or one whose commitment is no CommR.</exception>
    public static ImmutableArray<ProvenSector> Of(ulong miner, Bitfield wanted, IReadOnlyList<SectorOnChainInfo> infos)
    {
        var sectors = ImmutableArray.CreateBuilder<ProvenSector>(infos.Count);
        foreach (SectorOnChainInfo info in infos.OrderBy(info => info.SectorNumber))
        {
            if (!info.SealedCID.TryGetSealedCommitment(out ReadOnlySpan<byte> commR))
                throw new InvalidDataException($"sector {info.SectorNumber}: expected the link of a sealed commitment, found {info.SealedCID}");
            sectors.Add(new ProvenSector(new SectorId(miner, new SectorNumber(info.SectorNumber)), Commitment.FromBytes(commR), info.SectorKeyCID is not null));
        }

        return Bitfield.Of(infos.Select(info => info.SectorNumber)).Equals(wanted) && (ulong)infos.Count == wanted.Count
            ? sectors.MoveToImmutable()
            : throw new InvalidDataException($"expected the records of {wanted.Count} sectors, found {infos.Count}");
    }
}
