using System.Collections.Immutable;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling.Vanilla;

/// <summary>What is asked of one replica: to open these nodes of this sector (lotus <c>storiface.PostSectorChallenge</c>).</summary>
/// <param name="Proof">The registered PoSt, winning or window.</param>
/// <param name="Sector">The sector.</param>
/// <param name="CommR">Commitment of its replica, as the chain knows it.</param>
/// <param name="Updated">Whether the replica holds data put in after sealing, so that its update file and cache are the ones to read.</param>
/// <param name="Nodes">The challenged nodes.</param>
public sealed record VanillaChallenge(PoStConfig Proof, SectorId Sector, Commitment CommR, bool Updated, ImmutableArray<ulong> Nodes)
{
    /// <summary>The sector as verifiers know it.</summary>
    public PoStSector Public => new(Sector.Number, CommR);

    /// <summary>The challenge of a sector under a randomness.</summary>
    /// <param name="proof">The registered PoSt; of version 1.2 when window, whose challenges do not depend on a sector's neighbours.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="randomness">The PoSt's randomness.</param>
    public static VanillaChallenge Of(PoStConfig proof, ProvenSector sector, PoStRandomness randomness) => new(
        proof, sector.Id, sector.CommR, sector.Updated, PoStChallenges.ForSector(proof, randomness, sector.Id.Number, 0));
}

/// <summary>A sector as the chain knows it, as far as proving it takes.</summary>
/// <param name="Id">Its miner and number.</param>
/// <param name="CommR">Commitment of its replica.</param>
/// <param name="Updated">Whether it holds data put in after sealing.</param>
public readonly record struct ProvenSector(SectorId Id, Commitment CommR, bool Updated);
