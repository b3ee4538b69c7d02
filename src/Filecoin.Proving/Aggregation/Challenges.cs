using Filecoin.Native.Fields;

namespace Filecoin.Proving.Aggregation;

/// <summary>The challenges of an aggregate in the order in which prover and verifier draw them (bellperson <c>aggregate/prove.rs</c>).</summary>
internal static class Challenges
{
    /// <summary>What binds the commitments to all proofs.</summary>
    public static Fr OfCommitments(PairCommitment ab, PairCommitment c) => new Transcript("hcom").Add(ab).Add(c).Challenge();

    /// <summary>r, by whose powers the proofs are combined.</summary>
    /// <param name="commitments">What binds the commitments.</param>
    /// <param name="context">What the aggregate is bound to besides, such as a digest of the statements.</param>
    public static Fr OfCombination(Fr commitments, ReadOnlySpan<byte> context) =>
        new Transcript("random-r").Add(commitments).Add(context).Challenge();

    /// <summary>What the first round starts from; in <see cref="SnarkPackVersion.V1"/> also its challenge.</summary>
    public static Fr OfStart(Fr commitments, in Fp12 zab, in Native.Curves.G1Affine zc, Fr r) =>
        new Transcript("gipa-0").Add(commitments).Add(zab).Add(zc).Add(r).Challenge();

    /// <summary>The inverse x⁻¹ of a round's challenge, after what the round sent.</summary>
    /// <param name="version">The transcript's version.</param>
    /// <param name="index">The round, from 0.</param>
    /// <param name="previous">The round before's, or what the first starts from.</param>
    /// <param name="round">What the round sent.</param>
    public static Fr OfRound(SnarkPackVersion version, int index, Fr previous, GipaRound round) =>
        index == 0 && version == SnarkPackVersion.V1
            ? previous
            : new Transcript(FormattableString.Invariant($"gipa-{index}")).Add(previous).Add(round).Challenge();

    /// <summary>z, where the keys' polynomials are opened.</summary>
    /// <param name="version">The transcript's version.</param>
    /// <param name="last">The last round's challenge x.</param>
    /// <param name="round">What the last round sent.</param>
    /// <param name="final">What is left of the vectors.</param>
    public static Fr OfOpening(SnarkPackVersion version, Fr last, GipaRound round, GipaFinal final)
    {
        if (version == SnarkPackVersion.V1) return Keys(last, final).Challenge();
        var link = new Transcript("gipa-extra-link").Add(last).Add(final.A).Add(final.B).Add(final.C).Add(round).Challenge();
        return Keys(link, final).Add(final.A).Add(final.B).Add(final.C).Challenge();
    }

    private static Transcript Keys(Fr start, GipaFinal final) =>
        new Transcript("random-z").Add(start).Add(final.V1).Add(final.V2).Add(final.W1).Add(final.W2);
}
