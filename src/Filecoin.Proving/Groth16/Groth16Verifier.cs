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
    /// <exception cref="PublicInputException">A number of inputs is not the key's, or there are not as many lists as proofs.</exception>
    public bool VerifyBatch(ReadOnlySpan<Groth16Proof> proofs, IReadOnlyList<Fr[]> publicInputs)
    {
        if (proofs.Length != publicInputs.Count)
            throw new PublicInputException(0, $"{proofs.Length} proofs come with {publicInputs.Count} lists of public inputs");
        if (proofs.Length == 0) return true;
        if (proofs.Length == 1) return Verify(proofs[0], publicInputs[0]);

        var n = proofs.Length;
        var z = new Fr[n];
        var icScalars = new Fr[_ic.Length];
        for (int i = 0; i < n; i++)
        {
            RequireCount(publicInputs[i].Length, i);
            z[i] = Groth16Randomness.Secure.NextHalfScalar();
            icScalars[0] += z[i];
            for (int j = 1; j < icScalars.Length; j++) icScalars[j] += z[i] * publicInputs[i][j - 1];
        }

        // Π e(zᵢAᵢ, Bᵢ) · e(Σzᵢ·α, −β) · e(Σ over inputs, −γ) · e(ΣzᵢCᵢ, −δ) = 1
        var left = new G1Projective[n + 3];
        var right = new G2Affine[n + 3];
        var c = new G1Affine[n];
        for (int i = 0; i < n; i++)
        {
            left[i] = proofs[i].A * z[i];
            right[i] = proofs[i].B;
            c[i] = proofs[i].C;
        }
        (left[n], right[n]) = (Key.Alpha1 * icScalars[0], -Key.Beta2);
        (left[n + 1], right[n + 1]) = (MultiScalar.MultiplyG1(G1Bases.FromPoints(_ic), icScalars), _minusGamma);
        (left[n + 2], right[n + 2]) = (MultiScalar.MultiplyG1(G1Bases.FromPoints(c), z), _minusDelta);
        var leftAffine = new G1Affine[left.Length];
        G1Projective.ToAffine(left, leftAffine);
        return Pairing.MultiPairing(leftAffine, right).IsOne;
    }

    private void RequireCount(int found, int proof)
    {
        if (found != Key.PublicInputs)
            throw new PublicInputException(proof, $"the key takes {Key.PublicInputs} public inputs, found {found}");
    }
}
