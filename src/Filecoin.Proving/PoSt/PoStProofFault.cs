using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoSt;

/// <summary>The part of a sector's vanilla proof in which it fails.</summary>
public enum PoStProofPart
{
    /// <summary>The number of sectors or of inclusions, or the length of a path.</summary>
    Shape,

    /// <summary>The proof is of another sector.</summary>
    Sector,

    /// <summary>CommR is not the hash of CommC and CommRLast, or not the sector's.</summary>
    CommR,

    /// <summary>A path's root is not CommRLast.</summary>
    CommRLast,

    /// <summary>A path opens another node than the challenged one.</summary>
    Challenge,

    /// <summary>A path does not lead from its leaf to its root.</summary>
    Inclusion,
}

/// <summary>Where and why a well-formed vanilla proof does not verify.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Challenge">Index of the challenge, or -1 where it is not one of them.</param>
/// <param name="Part">What fails.</param>
/// <param name="Detail">What was expected and what was found.</param>
public sealed record PoStProofFault(SectorNumber Sector, int Challenge, PoStProofPart Part, string Detail)
{
    /// <summary>One line for a log.</summary>
    public override string ToString() => $"sector {Sector}, challenge {Challenge}, {Part}: {Detail}";
}
