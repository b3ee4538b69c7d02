using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Msm;

namespace Filecoin.Proving.Groth16;

/// <summary>
/// Checks proofs of one circuit (Groth 2016, §3.2): e(A, B) = e(α, β) · e(Σ xᵢ·ICᵢ, γ) · e(C, δ).
/// Immutable and safe for any number of threads.
/// </summary>
public sealed class Groth16Verifier
{
    private readonly G1Affine[] _ic;
    private readonly G2Affine _minusGamma;
    private readonly G2Affine _minusDelta;
    private readonly Fp12 _alphaBeta;

    /// <summary>Prepares a verifying key; this costs one pairing.</summary>
    public Groth16Verifier(VerifyingKey key)
    {
        Key = key;
        _ic = key.Ic.ToArray();
        _minusGamma = -key.Gamma2;
        _minusDelta = -key.Delta2;
        _alphaBeta = Pairing.Pair(key.Alpha1, key.Beta2);
    }

    /// <summary>The key.</summary>
    public VerifyingKey Key { get; }

    /// <summary>Whether a proof is valid for its public inputs.</summary>
    /// <param name="proof">A proof; its points were checked when it was read.</param>
    /// <param name="publicInputs">The public inputs without the constant one.</param>
    /// <exception cref="PublicInputException">The number of inputs is not the key's.</exception>
    public bool Verify(in Groth16Proof proof, ReadOnlySpan<Fr> publicInputs)
    {
        RequireCount(publicInputs.Length, 0);
        var inputs = (MultiScalar.MultiplyG1(G1Bases.FromPoints(_ic.AsMemory(1)), publicInputs) + _ic[0]).ToAffine();
        return Pairing.MultiPairing([proof.A, inputs, proof.C], [proof.B, _minusGamma, _minusDelta]) == _alphaBeta;
    }

    /// <summary>
    /// Whether every proof of a batch is valid, by one multi-pairing over a random combination of them. A batch with a
    /// wrong proof passes with probability at most 2⁻¹²⁸. To learn which proof is wrong, verify each.
    /// </summary>
    /// <param name="proofs">The proofs.</param>
    /// <param name="publicInputs">Each proof's public inputs, in the same order.</param>
    /// <param name="degreeOfParallelism">Threads to use at most; at least one.</param>
    /// <exception cref="PublicInputException">A number of inputs is not the key's, or there are not as many lists as proofs.</exception>
    public bool VerifyBatch(IReadOnlyList<Groth16Proof> proofs, IReadOnlyList<Fr[]> publicInputs, int degreeOfParallelism = 1)
    {
        ArgumentNullException.ThrowIfNull(proofs);
        ArgumentNullException.ThrowIfNull(publicInputs);
        if (proofs.Count != publicInputs.Count)
            throw new PublicInputException(0, $"{proofs.Count} proofs come with {publicInputs.Count} lists of public inputs");
        if (proofs.Count == 0) return true;
        if (proofs.Count == 1) return Verify(proofs[0], publicInputs[0]);

        var z = new Fr[proofs.Count];
        var icScalars = new Fr[_ic.Length];
        for (int i = 0; i < z.Length; i++)
        {
            RequireCount(publicInputs[i].Length, i);
            z[i] = Groth16Randomness.Secure.NextHalfScalar();
            icScalars[0] += z[i];
            for (int j = 1; j < icScalars.Length; j++) icScalars[j] += z[i] * publicInputs[i][j - 1];
        }

        // Π e(zᵢAᵢ, Bᵢ) · e(Σzᵢ·α, −β) · e(Σ over inputs, −γ) · e(ΣzᵢCᵢ, −δ) = 1
        var chunks = Math.Min(degreeOfParallelism, z.Length);
        var products = new Fp12[chunks + 1];
        Parallel.For(0, chunks + 1, new ParallelOptions { MaxDegreeOfParallelism = degreeOfParallelism }, chunk => products[chunk] = chunk < chunks
            ? MillerLoops(proofs, z, (int)((long)z.Length * chunk / chunks), (int)((long)z.Length * (chunk + 1) / chunks))
            : MillerLoops(
                [Key.Alpha1 * icScalars[0], Sum(_ic, icScalars), Sum([.. proofs.Select(p => p.C)], z)], [-Key.Beta2, _minusGamma, _minusDelta]));
        return Pairing.FinalExponentiation(products.Aggregate((product, next) => product * next)).IsOne;
    }

    private static Fp12 MillerLoops(IReadOnlyList<Groth16Proof> proofs, Fr[] z, int first, int end)
    {
        var left = new G1Projective[end - first];
        var right = new G2Affine[left.Length];
        for (int i = 0; i < left.Length; i++)
        {
            left[i] = proofs[first + i].A * z[first + i];
            right[i] = proofs[first + i].B;
        }
        return MillerLoops(left, right);
    }

    private static Fp12 MillerLoops(G1Projective[] left, G2Affine[] right)
    {
        var affine = new G1Affine[left.Length];
        G1Projective.ToAffine(left, affine);
        return Pairing.MillerLoop(affine, right);
    }

    private static G1Projective Sum(G1Affine[] points, Fr[] scalars) => MultiScalar.MultiplyG1(G1Bases.FromPoints(points), scalars);

    private void RequireCount(int found, int proof)
    {
        if (found != Key.PublicInputs)
            throw new PublicInputException(proof, $"the key takes {Key.PublicInputs} public inputs, found {found}");
    }
}
