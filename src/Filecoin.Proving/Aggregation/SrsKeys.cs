using Filecoin.Native.Curves;

namespace Filecoin.Proving.Aggregation;

/// <summary>The powers that a prover takes for n proofs: of α and β in G1 up to the exponent 2n − 1, in G2 up to n − 1.</summary>
internal sealed record SrsProverKey(
    int Proofs, ReadOnlyMemory<G1Affine> GAlpha, ReadOnlyMemory<G1Affine> GBeta, ReadOnlyMemory<G2Affine> HAlpha, ReadOnlyMemory<G2Affine> HBeta);

/// <summary>What a verifier takes of a reference string, whatever the number of proofs: g, h and their multiples by α and β.</summary>
internal sealed record SrsVerifierKey(G1Affine G, G1Affine GAlpha, G1Affine GBeta, G2Affine H, G2Affine HAlpha, G2Affine HBeta);
