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
