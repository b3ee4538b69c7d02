using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Proving.PoRep;

namespace Filecoin.Proving.Aggregation;

/// <summary>
/// Several products of pairings at once. Vectors of G2 that meet more than one vector of G1 are walked once for all of them, work is cut
/// into pieces for all threads, and each product is brought to the target group once.
/// </summary>
internal sealed class PairingProducts(int products)
{
    /// <summary>Pairs of one piece: enough that shared squarings are small, few enough for a cache and for an even load.</summary>
    private const int Piece = 32;

    private readonly List<(ReadOnlyMemory<G2Affine> Right, (int Product, ReadOnlyMemory<G1Affine> Left)[] Lefts)> _terms = [];

    /// <summary>Multiplies products with Π e(leftᵢ, rightᵢ), each with a vector of G1 as long as <paramref name="right"/>.</summary>
    public void Add(ReadOnlyMemory<G2Affine> right, params (int Product, ReadOnlyMemory<G1Affine> Left)[] lefts) => _terms.Add((right, lefts));

    /// <summary>The products' values.</summary>
    public Fp12[] Values(ParallelOptions options)
    {
        var pieces = (from term in _terms
                      from piece in Enumerable.Range(0, (term.Right.Length + Piece - 1) / Piece)
                      select (term, First: piece * Piece, Length: Math.Min(Piece, term.Right.Length - (piece * Piece)))).ToArray();
        var loops = new Fp12[products];
        Array.Fill(loops, Fp12.One);
        Workers.For(pieces.Length, options, index =>
        {
            var ((right, lefts), first, length) = pieces[index];
            var points = new G1Affine[lefts.Length * length];
            for (int i = 0; i < lefts.Length; i++) lefts[i].Left.Span.Slice(first, length).CopyTo(points.AsSpan(i * length));
            var values = new Fp12[lefts.Length];
            Pairing.MillerLoops(points, right.Span.Slice(first, length), values);
            lock (loops)
            {
                for (int i = 0; i < lefts.Length; i++) loops[lefts[i].Product] *= values[i];
            }
        });
        Workers.For(products, options, product => loops[product] = Pairing.FinalExponentiation(loops[product]));
        return loops;
    }
}
