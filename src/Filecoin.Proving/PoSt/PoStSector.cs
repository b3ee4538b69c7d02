using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoSt;

/// <summary>What a verifier of a PoSt knows of a sector.</summary>
/// <param name="Number">Its number.</param>
/// <param name="CommR">Commitment of its replica.</param>
public readonly record struct PoStSector(SectorNumber Number, Commitment CommR);
