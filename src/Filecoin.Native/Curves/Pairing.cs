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
        Span<Fp12> product = stackalloc Fp12[1];
        MillerLoops(ps, qs, product);
        return product[0];
    }

    /// <summary>
    /// Several lists of points of G1, each against the same points of G2: of each list the product of its Miller loops. What depends on
    /// points of G2 alone is done once for all lists.
    /// </summary>
    /// <param name="ps">The lists, one after the other. Infinity contributes one.</param>
    /// <param name="qs">The points of G2; each list is as long.</param>
    /// <param name="products">Receives a product for each list, without the final exponentiation.</param>
    /// <exception cref="ArgumentException">The points are not a list for each product.</exception>
    public static void MillerLoops(ReadOnlySpan<G1Affine> ps, ReadOnlySpan<G2Affine> qs, Span<Fp12> products)
    {
        if (ps.Length != (long)qs.Length * products.Length)
        {
            throw new ArgumentException($"Expected {products.Length} lists of {qs.Length} points of G1, found {ps.Length} points.", nameof(ps));
        }
        if (Kernels.IsNative)
        {
            BlsNative.MillerLoops(ps, qs, products);
            return;
        }
        for (int i = 0; i < products.Length; i++)
        {
            products[i] = PairingReference.MillerLoop(ps.Slice(i * qs.Length, qs.Length), qs);
        }
    }

    /// <summary>Brings a product of Miller loops to the value of the pairing.</summary>
    public static Fp12 FinalExponentiation(in Fp12 millerLoops) =>
        Kernels.IsNative ? BlsNative.FinalExponentiation(millerLoops) : PairingReference.FinalExponentiation(millerLoops);
}
