using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Msm;
using Filecoin.Proving.Groth16;

namespace Filecoin.Proving.Aggregation;

/// <summary>
/// Checks aggregates as bellperson does (<c>aggregate/verify.rs</c>): the equations of both inner products, of the keys' openings and of
/// Groth16 in one product of pairings. Each equation but Groth16's is raised to a random power, so that an aggregate that breaks one
/// passes with probability at most 2⁻¹²⁸.
/// </summary>
/// <param name="srs">The reference string.</param>
/// <param name="key">The circuit's key.</param>
/// <param name="version">The transcript's version.</param>
/// <param name="options">Threads and cancellation.</param>
internal sealed class SnarkPackVerifier(SrsVerifierKey srs, VerifyingKey key, SnarkPackVersion version, ParallelOptions options)
{
    /// <summary>Whether an aggregate holds.</summary>
    /// <param name="proof">The aggregate.</param>
    /// <param name="context">What it is bound to besides.</param>
    /// <param name="statements">Public inputs of the proofs; those of padding repeat the last.</param>
    public bool Verify(AggregateProof proof, ReadOnlySpan<byte> context, StatementSums statements)
    {
        var n = (uint)proof.Proofs;
        var commitments = Challenges.OfCommitments(proof.Ab, proof.C);
        var r = Challenges.OfCombination(commitments, context);
        var (challenges, inverses) = Rounds(proof, Challenges.OfStart(commitments, proof.Zab, proof.Zc, r));
        var z = Challenges.OfOpening(version, challenges[^1], proof.Rounds[^1], proof.Final);

        // Openings and r take the challenges from the last round's on.
        Fr[] last = [.. challenges.Reverse()], lastInverses = [.. inverses.Reverse()];
        if (!HoldsForC(proof, challenges, inverses, KeyPolynomial.Evaluate(lastInverses, r, Fr.One))) return false;

        var v = KeyPolynomial.Evaluate(lastInverses, z, Fr.One);
        var w = KeyPolynomial.Evaluate(last, z, r.Inverse()) * z.Pow(n);
        var weights = Weights.Draw();
        var pairs = new Pairs();
        AddKeys(pairs, proof, weights, z, v, w);
        AddGroth16(pairs, proof, (r.Pow(n) - Fr.One) * (r - Fr.One).Inverse(), statements.Sum(r, key.PublicInputs, options));
        return pairs.Product(options) == RightSide(proof, weights, challenges, inverses);
    }

    private (Fr[] Challenges, Fr[] Inverses) Rounds(AggregateProof proof, Fr start)
    {
        var inverses = new Fr[proof.Rounds.Length];
        for (int i = 0; i < inverses.Length; i++)
            inverses[i] = Challenges.OfRound(version, i, i == 0 ? start : inverses[i - 1], proof.Rounds[i]);
        var challenges = (Fr[])inverses.Clone();
        FrBatch.Invert(challenges);
        return (challenges, inverses);
    }

    /// <summary>The one equation without a pairing: what is left of C times what is left of r is what the rounds make of Σ rⁱ·Cᵢ.</summary>
    private static bool HoldsForC(AggregateProof proof, Fr[] challenges, Fr[] inverses, Fr r)
    {
        var points = new List<G1Affine>(2 * challenges.Length);
        foreach (var round in proof.Rounds) points.AddRange([round.ZcLeft, round.ZcRight]);
        var sum = MultiScalar.MultiplyG1(G1Bases.FromPoints(points.ToArray()), Interleave(challenges, inverses)) + proof.Zc;
        return sum == proof.Final.C * r;
    }

    /// <summary>Both inner products under what is left of the keys, and the keys' openings; equations share their points of G2.</summary>
    private void AddKeys(Pairs pairs, AggregateProof proof, in Weights weight, Fr z, Fr v, Fr w)
    {
        var (f, o) = (proof.Final, proof.Openings);
        // A·B = Z; A·v + w·B = T, U; C·v = T, U
        pairs.Add(f.B, (f.A, weight.Z), (f.W1, weight.AbT), (f.W2, weight.AbU));
        // e(−g, v − f(z)h) · e(g^secret − zg, π) = 1
        pairs.Add(f.V1, (f.A, weight.AbT), (f.C, weight.CT), (srs.G, -weight.V1));
        pairs.Add(f.V2, (f.A, weight.AbU), (f.C, weight.CU), (srs.G, -weight.V2));
        pairs.Add(o.V1, (srs.GAlpha, weight.V1), (srs.G, -(weight.V1 * z)));
        pairs.Add(o.V2, (srs.GBeta, weight.V2), (srs.G, -(weight.V2 * z)));
        // e(w − f(z)g, −h) · e(π, h^secret − zh) = 1
        pairs.Add(srs.HAlpha, (o.W1, weight.W1));
        pairs.Add(srs.HBeta, (o.W2, weight.W2));
        pairs.Add(srs.H,
            (srs.G, ((weight.V1 + weight.V2) * v) + ((weight.W1 + weight.W2) * w)),
            (f.W1, -weight.W1), (f.W2, -weight.W2), (o.W1, -(weight.W1 * z)), (o.W2, -(weight.W2 * z)));
    }

    /// <summary>Groth16's equation for all proofs, combined by the powers of r: e(Σ rⁱAᵢ, Bᵢ) = e(Σrⁱ·α, β) · e(Σ over inputs, γ) · e(Σ rⁱCᵢ, δ).</summary>
    private void AddGroth16(Pairs pairs, AggregateProof proof, Fr sumOfPowers, Fr[] inputs)
    {
        var ic = key.Ic.ToArray();
        var scalars = new Fr[ic.Length];
        scalars[0] = sumOfPowers;
        inputs.CopyTo(scalars, 1);
        pairs.Add(key.Beta2, (key.Alpha1, sumOfPowers));
        pairs.Add(key.Gamma2, (MultiScalar.MultiplyG1(G1Bases.FromPoints(ic), scalars).ToAffine(), Fr.One));
        pairs.Add(key.Delta2, (proof.Zc, Fr.One));
    }

    /// <summary>What the equations' right sides come to: the rounds' elements to the power of challenge and weight.</summary>
    private Fp12 RightSide(AggregateProof proof, in Weights weight, Fr[] challenges, Fr[] inverses)
    {
        List<Fp12> values = [proof.Zab, proof.Ab.T, proof.Ab.U, proof.C.T, proof.C.U];
        List<Fr> powers = [Fr.One + weight.Z, weight.AbT, weight.AbU, weight.CT, weight.CU];
        for (int i = 0; i < challenges.Length; i++)
        {
            var round = proof.Rounds[i];
            values.AddRange([round.ZabLeft, round.AbLeft.T, round.AbLeft.U, round.CLeft.T, round.CLeft.U]);
            values.AddRange([round.ZabRight, round.AbRight.T, round.AbRight.U, round.CRight.T, round.CRight.U]);
            foreach (var x in (Fr[])[challenges[i], inverses[i]])
                powers.AddRange([x * weight.Z, x * weight.AbT, x * weight.AbU, x * weight.CT, x * weight.CU]);
        }
        return Pairs.MultiPower([.. values], [.. powers], options);
    }

    private static Fr[] Interleave(Fr[] even, Fr[] odd) => [.. even.Zip(odd).SelectMany(pair => (Fr[])[pair.First, pair.Second])];

    /// <summary>The random powers of the equations: A·B = Z, then both commitments to A and B, to C, and the openings of v and w.</summary>
    private readonly record struct Weights(Fr Z, Fr AbT, Fr AbU, Fr CT, Fr CU, Fr V1, Fr V2, Fr W1, Fr W2)
    {
        public static Weights Draw()
        {
            var source = Groth16Randomness.Secure;
            return new Weights(
                source.NextHalfScalar(), source.NextHalfScalar(), source.NextHalfScalar(), source.NextHalfScalar(), source.NextHalfScalar(),
                source.NextHalfScalar(), source.NextHalfScalar(), source.NextHalfScalar(), source.NextHalfScalar());
        }
    }
}
