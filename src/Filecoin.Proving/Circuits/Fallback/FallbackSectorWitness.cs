using Filecoin.Native.Fields;
using Filecoin.Proving.PoSt;

namespace Filecoin.Proving.Circuits.Fallback;

/// <summary>The private inputs of one sector of a PoSt.</summary>
/// <param name="CommR">Poseidon of CommC and CommRLast.</param>
/// <param name="CommC">Root of TreeC.</param>
/// <param name="CommRLast">Root of TreeR.</param>
/// <param name="Leaves">The challenged leaves.</param>
/// <param name="Paths">Their paths to CommRLast.</param>
internal sealed record FallbackSectorWitness(Fr CommR, Fr CommC, Fr CommRLast, Fr[] Leaves, MerklePathWitness[] Paths)
{
    /// <summary>The witness that a sector's vanilla proofs give.</summary>
    /// <exception cref="NonCanonicalFieldElementException">A node is not a field element.</exception>
    public static FallbackSectorWitness Of(PoStCircuitSector sector) => new(
        Fr.Read(sector.CommR.Span),
        Fr.Read(sector.CommC.Span),
        Fr.Read(sector.CommRLast.Span),
        [.. sector.Inclusions.Select(proof => Fr.Read(proof.Leaf.Span))],
        [.. sector.Inclusions.Select(MerklePathWitness.Of)]);
}
