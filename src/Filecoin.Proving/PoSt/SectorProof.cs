using System.Collections.Immutable;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoSt;

/// <summary>
/// The vanilla proof of one sector: what is read where the sector lies, and from which a SNARK can be made anywhere
/// (filecoin-proofs <c>FallbackPoStSectorProof</c>).
/// </summary>
public sealed record SectorProof
{
    /// <summary>The sector's number.</summary>
    public required SectorNumber Sector { get; init; }

    /// <summary>Commitment of its replica.</summary>
    public required Commitment CommR { get; init; }

    /// <summary>Root of its TreeC.</summary>
    public required Commitment CommC { get; init; }

    /// <summary>Root of its TreeR.</summary>
    public required Commitment CommRLast { get; init; }

    /// <summary>Inclusion in TreeR of the challenged nodes, in the order of the challenges: 66 winning, 10 window.</summary>
    public required ImmutableArray<MerkleProof> Inclusions { get; init; }

    /// <summary>What the proof says it is of.</summary>
    public PoStSector Public => new(Sector, CommR);
}
