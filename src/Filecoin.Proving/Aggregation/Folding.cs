using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Proving.PoRep;

namespace Filecoin.Proving.Aggregation;

/// <summary>Vectors halved by a challenge, and multiplied element by element.</summary>
internal static class Folding
{
    /// <summary>Points of one piece of work: some milliseconds, and one inversion.</summary>
    private const int Piece = 32;

    /// <summary>left + x·right of a vector's halves.</summary>
    public static ReadOnlyMemory<G1Affine> Fold(ReadOnlyMemory<G1Affine> vector, Fr x, ParallelOptions options)
    {
        var half = vector.Length / 2;
        return G1(half, i => (vector.Span[half + i] * x) + vector.Span[i], options);
    }

    /// <inheritdoc cref="Fold(ReadOnlyMemory{G1Affine}, Fr, ParallelOptions)"/>
    public static ReadOnlyMemory<G2Affine> Fold(ReadOnlyMemory<G2Affine> vector, Fr x, ParallelOptions options)
    {
        var half = vector.Length / 2;
        return G2(half, i => (vector.Span[half + i] * x) + vector.Span[i], options);
    }

    /// <inheritdoc cref="Fold(ReadOnlyMemory{G1Affine}, Fr, ParallelOptions)"/>
    public static Fr[] Fold(ReadOnlySpan<Fr> vector, Fr x)
    {
        var folded = vector[..(vector.Length / 2)].ToArray();
        FrBatch.ScaleAdd(vector[folded.Length..], x, folded);
        return folded;
    }

    /// <summary>Each point times its scalar.</summary>
    public static ReadOnlyMemory<G1Affine> Scale(ReadOnlyMemory<G1Affine> points, Fr[] scalars, ParallelOptions options) =>
        G1(scalars.Length, i => points.Span[i] * scalars[i], options);

    /// <inheritdoc cref="Scale(ReadOnlyMemory{G1Affine}, Fr[], ParallelOptions)"/>
    public static ReadOnlyMemory<G2Affine> Scale(ReadOnlyMemory<G2Affine> points, Fr[] scalars, ParallelOptions options) =>
        G2(scalars.Length, i => points.Span[i] * scalars[i], options);

    private static G1Affine[] G1(int count, Func<int, G1Projective> element, ParallelOptions options)
    {
        var points = new G1Affine[count];
        Workers.For((count + Piece - 1) / Piece, options, piece =>
        {
            var target = points.AsSpan(piece * Piece, Math.Min(Piece, count - (piece * Piece)));
            var sums = new G1Projective[target.Length];
            for (int i = 0; i < sums.Length; i++) sums[i] = element((piece * Piece) + i);
            G1Projective.ToAffine(sums, target);
        });
        return points;
    }

    private static G2Affine[] G2(int count, Func<int, G2Projective> element, ParallelOptions options)
    {
        var points = new G2Affine[count];
        Workers.For((count + Piece - 1) / Piece, options, piece =>
        {
            var target = points.AsSpan(piece * Piece, Math.Min(Piece, count - (piece * Piece)));
            var sums = new G2Projective[target.Length];
            for (int i = 0; i < sums.Length; i++) sums[i] = element((piece * Piece) + i);
            G2Projective.ToAffine(sums, target);
        });
        return points;
    }
}
