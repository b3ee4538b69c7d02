using System.Collections.Immutable;
using Filecoin.Native.Fields;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoSt;

/// <summary>What a verifier of a PoSt knows: the randomness and the sectors it covers.</summary>
public sealed record PoStPublicInputs
{
    /// <summary>Public inputs of a PoSt.</summary>
    /// <param name="randomness">The PoSt's randomness.</param>
    /// <param name="sectors">At least one sector; in strictly ascending order of their numbers, as verifiers order them. Winning PoSt is of one.</param>
    /// <exception cref="ArgumentException">No sector, or sectors out of order.</exception>
    public PoStPublicInputs(PoStRandomness randomness, ImmutableArray<PoStSector> sectors)
    {
        if (sectors.IsDefaultOrEmpty)
            throw new ArgumentException("Expected at least one sector, found none.", nameof(sectors));
        for (var i = 1; i < sectors.Length; i++)
        {
            if (sectors[i].Number.CompareTo(sectors[i - 1].Number) <= 0)
                throw new ArgumentException($"Expected ascending sector numbers, found {sectors[i].Number} after {sectors[i - 1].Number}.", nameof(sectors));
        }

        (Randomness, Sectors) = (randomness, sectors);
    }

    /// <summary>The PoSt's randomness.</summary>
    public PoStRandomness Randomness { get; }

    /// <summary>The sectors in ascending order of their numbers.</summary>
    public ImmutableArray<PoStSector> Sectors { get; }

    /// <summary>Partitions that the sectors fill, each with its own Groth16 proof.</summary>
    public int Partitions(PoStConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return ((Sectors.Length - 1) / config.SectorsPerPartition) + 1;
    }

    /// <summary>
    /// The public inputs of one partition's circuit, without the leading one: for each sector CommR and its challenged nodes; a partition that
    /// is not full repeats its last sector. A winning PoSt is 66 sectors of one challenge each
    /// (storage-proofs-post <c>fallback/compound.rs</c>, <c>generate_public_inputs</c>).
    /// </summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="partition">0 to the number of partitions less one.</param>
    /// <exception cref="NonCanonicalFieldElementException">A CommR is no field element.</exception>
    public ImmutableArray<Fr> ForCircuit(PoStConfig config, int partition)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, Partitions(config));
        var inputs = ImmutableArray.CreateBuilder<Fr>(config.CircuitSectors * (1 + config.CircuitChallenges));
        var first = partition * config.SectorsPerPartition;
        var end = Math.Min(first + config.SectorsPerPartition, Sectors.Length);
        for (var position = first; position < end; position++)
        {
            var sector = Sectors[position];
            var commR = Fr.Read(sector.CommR.Span);
            var challenges = PoStChallenges.ForSector(config, Randomness, sector.Number, position);
            for (var i = 0; i < challenges.Length; i++)
            {
                if (i % config.CircuitChallenges == 0)
                    inputs.Add(commR);
                inputs.Add(Fr.FromUInt64(challenges[i]));
            }
        }

        while (inputs.Count < inputs.Capacity)
            inputs.Add(inputs[inputs.Count - (1 + config.CircuitChallenges)]);
        return inputs.MoveToImmutable();
    }
}
