using Filecoin.Native.Curves;
using Filecoin.Native.Fields;

namespace Filecoin.Proving.Aggregation;

/// <summary>A commitment under both keys: to a vector of G1, Π e(Aᵢ, vᵢ); to vectors of G1 and G2, Π e(Aᵢ, vᵢ)·e(wᵢ, Bᵢ).</summary>
/// <param name="T">Under the powers of α.</param>
/// <param name="U">Under the powers of β.</param>
internal sealed record PairCommitment(Fp12 T, Fp12 U);

/// <summary>What the prover sends in one round of halving (SnarkPack, eprint 2021/529, §3.3), for both inner products.</summary>
/// <param name="AbLeft">Commitment to A's right half and B's left.</param>
/// <param name="AbRight">Commitment to A's left half and B's right.</param>
/// <param name="CLeft">Commitment to C's right half.</param>
/// <param name="CRight">Commitment to C's left half.</param>
/// <param name="ZabLeft">Π e(A right, B left).</param>
/// <param name="ZabRight">Π e(A left, B right).</param>
/// <param name="ZcLeft">Σ r left · C right.</param>
/// <param name="ZcRight">Σ r right · C left.</param>
internal sealed record GipaRound(
    PairCommitment AbLeft, PairCommitment AbRight, PairCommitment CLeft, PairCommitment CRight,
    Fp12 ZabLeft, Fp12 ZabRight, G1Affine ZcLeft, G1Affine ZcRight);

/// <summary>What is left of every vector when rounds have halved it to one element.</summary>
/// <param name="A">A.</param>
/// <param name="B">B, which went in multiplied by the powers of r.</param>
/// <param name="C">C.</param>
/// <param name="V1">The key v under α.</param>
/// <param name="V2">The key v under β.</param>
/// <param name="W1">The key w under α, which went in divided by the powers of r.</param>
/// <param name="W2">The key w under β.</param>
internal sealed record GipaFinal(G1Affine A, G2Affine B, G1Affine C, G2Affine V1, G2Affine V2, G1Affine W1, G1Affine W2);

/// <summary>Proof that the last keys are what the challenges make of the reference string (Kate, Zaverucha, Goldberg).</summary>
/// <param name="V1">Opening of v under α.</param>
/// <param name="V2">Opening of v under β.</param>
/// <param name="W1">Opening of w under α.</param>
/// <param name="W2">Opening of w under β.</param>
internal sealed record KeyOpenings(G2Affine V1, G2Affine V2, G1Affine W1, G1Affine W2);
