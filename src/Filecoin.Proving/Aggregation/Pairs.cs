using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Msm;
using Filecoin.Proving.PoRep;

namespace Filecoin.Proving.Aggregation;

/// <summary>A product of pairings whose points of G1 are sums of a few multiples.</summary>
internal sealed class Pairs
{
    private readonly List<(G2Affine Right, (G1Affine Point, Fr Scalar)[] Left)> _pairs = [];

    /// <summary>Multiplies the product with e(Σ scalar·point, <paramref name="right"/>).</summary>
    public void Add(in G2Affine right, params (G1Affine Point, Fr Scalar)[] left) => _pairs.Add((right, left));

    /// <summary>The product's value.</summary>
    public Fp12 Product(ParallelOptions options)
    {
        var loops = new Fp12[_pairs.Count];
        Workers.For(loops.Length, options, i =>
        {
            var (right, left) = _pairs[i];
            var points = Array.ConvertAll(left, term => term.Point);
            var sum = MultiScalar.MultiplyG1(G1Bases.FromPoints(points), Array.ConvertAll(left, term => term.Scalar));
            loops[i] = Pairing.MillerLoop([sum.ToAffine()], [right]);
        });
        return Pairing.FinalExponentiation(loops.Aggregate((product, next) => product * next));
    }

    /// <summary>A product of powers in the target group, a share of it on each thread.</summary>
    public static Fp12 MultiPower(Fp12[] values, Fr[] powers, ParallelOptions options)
    {
        var shares = Math.Clamp(options.MaxDegreeOfParallelism, 1, (values.Length + 7) / 8);
        var products = new Fp12[shares];
        Workers.For(shares, options, share =>
        {
            var range = (int)((long)values.Length * share / shares)..(int)((long)values.Length * (share + 1) / shares);
            products[share] = TargetGroup.MultiPower(values.AsSpan(range), powers.AsSpan(range));
        });
        return products.Aggregate((product, next) => product * next);
    }
}
