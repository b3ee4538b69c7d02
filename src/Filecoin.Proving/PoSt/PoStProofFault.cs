using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoSt;

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
