using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Msm;
using Filecoin.Proving.Groth16;

namespace Filecoin.Proving.Aggregation;

/// <summary>
/// Aggregates Groth16 proofs (SnarkPack, eprint 2021/529): commits to their points, combines them by powers of a challenge r, and halves
/// vectors and keys by a challenge a round until one element of each is left. Nothing is random: the bytes are those of bellperson's
/// prover (<c>aggregate/prove.rs</c>).
/// </summary>
internal sealed class SnarkPackProver(SrsProverKey key, SnarkPackVersion version, ParallelOptions options)
{
    private readonly MsmOptions _multiply = new() { DegreeOfParallelism = options.MaxDegreeOfParallelism, CancellationToken = options.CancellationToken };

    /// <summary>The vectors of a round; those of keys come in twos.</summary>
    private readonly record struct Vectors(
        ReadOnlyMemory<G1Affine> A, ReadOnlyMemory<G2Affine> B, ReadOnlyMemory<G1Affine> C, Fr[] R,
        ReadOnlyMemory<G2Affine> V1, ReadOnlyMemory<G2Affine> V2, ReadOnlyMemory<G1Affine> W1, ReadOnlyMemory<G1Affine> W2);

    /// <summary>Aggregates as many proofs as the key is for.</summary>
    /// <param name="proofs">The proofs.</param>
    /// <param name="context">What the aggregate is bound to besides.</param>
    public AggregateProof Prove(ReadOnlySpan<Groth16Proof> proofs, ReadOnlySpan<byte> context)
    {
        var n = key.Proofs;
        if (proofs.Length != n) throw new ArgumentException($"expected {n} proofs, found {proofs.Length}", nameof(proofs));
        G1Affine[] a = new G1Affine[n], c = new G1Affine[n];
        var b = new G2Affine[n];
        for (int i = 0; i < n; i++) (a[i], b[i], c[i]) = proofs[i];

        var (ab, commitmentC) = Commit(a, b, c);
        var commitments = Challenges.OfCommitments(ab, commitmentC);
        var r = Challenges.OfCombination(commitments, context);
        var powers = Powers(r, n);
        var scaledB = Folding.Scale(b, powers, options);
        var products = new PairingProducts(1);
        products.Add(scaledB, (0, a));
        var zab = products.Values(options)[0];
        var zc = Sum(c, powers);

        var inverse = r.Inverse();
        var inversePowers = Powers(inverse, n);
        var vectors = new Vectors(
            a, scaledB, c, powers, key.HAlpha, key.HBeta,
            Folding.Scale(key.GAlpha[n..], inversePowers, options), Folding.Scale(key.GBeta[n..], inversePowers, options));
        var (rounds, final, challenges) = Halve(vectors, Challenges.OfStart(commitments, zab, zc, r));
        var z = Challenges.OfOpening(version, challenges[^1], rounds[^1], final);
        return new AggregateProof(ab, commitmentC, zab, zc, rounds, final, Open(challenges, inverse, z));
    }

    private (PairCommitment Ab, PairCommitment C) Commit(G1Affine[] a, G2Affine[] b, G1Affine[] c)
    {
        var products = new PairingProducts(4);
        products.Add(key.HAlpha, (0, a), (2, c));
        products.Add(key.HBeta, (1, a), (3, c));
        products.Add(b, (0, key.GAlpha[key.Proofs..]), (1, key.GBeta[key.Proofs..]));
        var values = products.Values(options);
        return (new PairCommitment(values[0], values[1]), new PairCommitment(values[2], values[3]));
    }

    private (GipaRound[] Rounds, GipaFinal Final, Fr[] Challenges) Halve(Vectors v, Fr start)
    {
        var (rounds, challenges, inverse) = (new List<GipaRound>(), new List<Fr>(), start);
        while (v.R.Length > 1)
        {
            var round = Round(v);
            inverse = Challenges.OfRound(version, rounds.Count, inverse, round);
            var x = inverse.Inverse();
            v = new Vectors(
                Folding.Fold(v.A, x, options), Folding.Fold(v.B, inverse, options), Folding.Fold(v.C, x, options), Folding.Fold(v.R, inverse),
                Folding.Fold(v.V1, inverse, options), Folding.Fold(v.V2, inverse, options),
                Folding.Fold(v.W1, x, options), Folding.Fold(v.W2, x, options));
            rounds.Add(round);
            challenges.Add(x);
        }
        var final = new GipaFinal(v.A.Span[0], v.B.Span[0], v.C.Span[0], v.V1.Span[0], v.V2.Span[0], v.W1.Span[0], v.W2.Span[0]);
        return ([.. rounds], final, [.. challenges]);
    }

    private GipaRound Round(in Vectors v)
    {
        var half = v.R.Length / 2;
        var products = new PairingProducts(10);
        // Left: the right halves of A and C under the left half of the keys, and the left half of B. Right: the other way round.
        void Side(in Vectors u, int first, Range left, Range right)
        {
            var (a, c) = (u.A[right], u.C[right]);
            products.Add(u.V1[left], (first, a), (first + 2, c));
            products.Add(u.V2[left], (first + 1, a), (first + 3, c));
            products.Add(u.B[left], (first, u.W1[right]), (first + 1, u.W2[right]), (first + 4, a));
        }

        Side(v, 0, ..half, half..);
        Side(v, 5, half.., ..half);
        var value = products.Values(options);
        return new GipaRound(
            new PairCommitment(value[0], value[1]), new PairCommitment(value[5], value[6]),
            new PairCommitment(value[2], value[3]), new PairCommitment(value[7], value[8]),
            value[4], value[9], Sum(v.C[half..], v.R.AsSpan(0, half)), Sum(v.C[..half], v.R.AsSpan(half)));
    }

    /// <summary>Opens the keys' polynomials at z; that of w is Xⁿ times its own, since its powers begin at n.</summary>
    private KeyOpenings Open(Fr[] challenges, Fr inverseOfR, Fr z)
    {
        var n = key.Proofs;
        Array.Reverse(challenges);
        var inverses = (Fr[])challenges.Clone();
        FrBatch.Invert(inverses);
        var ofV = KeyPolynomial.Quotient(KeyPolynomial.Coefficients(inverses, Fr.One), z);
        var shifted = new Fr[2 * n];
        KeyPolynomial.Coefficients(challenges, inverseOfR).CopyTo(shifted, n);
        var ofW = KeyPolynomial.Quotient(shifted, z);
        return new KeyOpenings(
            MultiScalar.MultiplyG2(G2Bases.FromPoints(key.HAlpha[..ofV.Length]), ofV, _multiply).ToAffine(),
            MultiScalar.MultiplyG2(G2Bases.FromPoints(key.HBeta[..ofV.Length]), ofV, _multiply).ToAffine(),
            Sum(key.GAlpha[..ofW.Length], ofW), Sum(key.GBeta[..ofW.Length], ofW));
    }

    private G1Affine Sum(ReadOnlyMemory<G1Affine> points, ReadOnlySpan<Fr> scalars) =>
        MultiScalar.MultiplyG1(G1Bases.FromPoints(points), scalars, _multiply).ToAffine();

    private static Fr[] Powers(Fr value, int count)
    {
        var powers = new Fr[count];
        Array.Fill(powers, Fr.One);
        FrBatch.ScalePowers(powers, Fr.One, value);
        return powers;
    }
}
