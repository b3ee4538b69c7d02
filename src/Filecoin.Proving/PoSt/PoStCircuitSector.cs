using System.Collections.Immutable;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoSt;

/// <summary>One sector as the PoSt circuit sees it.</summary>
/// <param name="Sector">The sector's number.</param>
/// <param name="CommR">Commitment of its replica, public.</param>
/// <param name="CommC">Root of its TreeC.</param>
/// <param name="CommRLast">Root of its TreeR.</param>
/// <param name="Inclusions">Inclusion in TreeR of each challenged node: ten in a window PoSt, one in a winning PoSt.</param>
public sealed record PoStCircuitSector(
    SectorNumber Sector, Commitment CommR, Commitment CommC, Commitment CommRLast, ImmutableArray<MerkleProof> Inclusions);
