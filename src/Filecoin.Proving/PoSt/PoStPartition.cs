using System.Collections.Immutable;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoSt;

/// <summary>The witness of one partition's circuit: as many sectors as it has room for, the last repeated where there are fewer.</summary>
/// <param name="Index">The partition.</param>
/// <param name="Sectors">The sectors, 66 of them the same in a winning PoSt.</param>
public sealed record PoStPartition(int Index, ImmutableArray<PoStCircuitSector> Sectors)
{
    /// <summary>Cuts sectors' proofs into partitions (filecoin-proofs <c>partition_vanilla_proofs</c>).</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="proofs">Proofs of the sectors, in strictly ascending order of their numbers.</param>
    /// <exception cref="ArgumentException">No proof, proofs out of order or with another number of challenges, or more than one for a winning PoSt.</exception>
    public static ImmutableArray<PoStPartition> Split(PoStConfig config, ImmutableArray<SectorProof> proofs)
    {
        ArgumentNullException.ThrowIfNull(config);
        Require(config, proofs);
        var partitions = ImmutableArray.CreateBuilder<PoStPartition>();
        for (var first = 0; first < proofs.Length; first += config.SectorsPerPartition)
        {
            var sectors = ImmutableArray.CreateBuilder<PoStCircuitSector>(config.CircuitSectors);
            for (var i = first; i < Math.Min(first + config.SectorsPerPartition, proofs.Length); i++)
                Add(sectors, config.CircuitChallenges, proofs[i]);
            while (sectors.Count < config.CircuitSectors)
                sectors.Add(sectors[^1]);
            partitions.Add(new(partitions.Count, sectors.MoveToImmutable()));
        }

        return partitions.ToImmutable();
    }

    private static void Add(ImmutableArray<PoStCircuitSector>.Builder sectors, int challenges, SectorProof proof)
    {
        for (var i = 0; i < proof.Inclusions.Length; i += challenges)
            sectors.Add(new(proof.Sector, proof.CommR, proof.CommC, proof.CommRLast, proof.Inclusions.Slice(i, challenges)));
    }

    private static void Require(PoStConfig config, ImmutableArray<SectorProof> proofs)
    {
        if (proofs.IsDefaultOrEmpty)
            throw new ArgumentException("Expected at least one sector's proof, found none.", nameof(proofs));
        if (config.Kind == PoStKind.Winning && proofs.Length != 1)
            throw new ArgumentException($"Expected one sector's proof for a winning PoSt, found {proofs.Length}.", nameof(proofs));
        for (var i = 0; i < proofs.Length; i++)
        {
            if (proofs[i].Inclusions.Length != config.ChallengesPerSector)
            {
                throw new ArgumentException(
                    $"Expected {config.ChallengesPerSector} inclusions of sector {proofs[i].Sector}, found {proofs[i].Inclusions.Length}.", nameof(proofs));
            }

            if (i > 0 && proofs[i].Sector.CompareTo(proofs[i - 1].Sector) <= 0)
                throw new ArgumentException($"Expected ascending sector numbers, found {proofs[i].Sector} after {proofs[i - 1].Sector}.", nameof(proofs));
        }
    }
}
