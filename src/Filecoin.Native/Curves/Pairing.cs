using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Curves;

/// <summary>
/// The optimal ate pairing e: G1 × G2 → the subgroup of order r of <see cref="Fp12"/>. Points must be of their subgroups.
/// </summary>
/// <remarks>
/// The final exponentiation is to 3·(p¹² − 1)/r, as other implementations of BLS12-381 have it, so that values are the same as theirs.
/// Not constant time: pairings are of public points.
/// </remarks>
public static class Pairing
{
    /// <summary>The pairing of two points.</summary>
    public static Fp12 Pair(in G1Affine p, in G2Affine q) => MultiPairing([p], [q]);

    /// <summary>The product of e(p_i, q_i): Miller loops that share their squarings, and one final exponentiation.</summary>
    /// <param name="ps">Points of G1. Infinity contributes one.</param>
    /// <param name="qs">As many points of G2.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Fp12 MultiPairing(ReadOnlySpan<G1Affine> ps, ReadOnlySpan<G2Affine> qs) => FinalExponentiation(MillerLoop(ps, qs));

    /// <summary>The product of the Miller loops of pairs, without the final exponentiation: products of several calls can share it.</summary>
    /// <param name="ps">Points of G1. Infinity contributes one.</param>
    /// <param name="qs">As many points of G2.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Fp12 MillerLoop(ReadOnlySpan<G1Affine> ps, ReadOnlySpan<G2Affine> qs)
    {
        if (ps.Length != qs.Length)
        {
            throw new ArgumentException($"Expected as many points of G2 as of G1, {ps.Length}, found {qs.Length}.", nameof(qs));
        }
        return Kernels.IsNative ? BlsNative.MillerLoop(ps, qs) : PairingReference.MillerLoop(ps, qs);
    }

    /// <summary>Brings a product of Miller loops to the value of the pairing.</summary>
    public static Fp12 FinalExponentiation(in Fp12 millerLoops) =>
        Kernels.IsNative ? BlsNative.FinalExponentiation(millerLoops) : PairingReference.FinalExponentiation(millerLoops);
}
