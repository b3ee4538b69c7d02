using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Trees;

/// <summary>Joins the roots of base trees to the root of the compound shape.</summary>
public static class CompoundRoot
{
    /// <summary>The root above the base trees' roots: their own for one tree, else Poseidon over each sub tree and over the top.</summary>
    /// <param name="shape">The sector's tree shape.</param>
    /// <param name="baseRoots">Roots in the order of the files.</param>
    /// <exception cref="ArgumentException">Not as many roots as the shape has base trees.</exception>
    public static Commitment Of(TreeShape shape, ReadOnlySpan<Commitment> baseRoots)
    {
        ArgumentNullException.ThrowIfNull(shape);
        RequireCount(shape, baseRoots.Length);
        if (shape.SubTreeArity == 0) return baseRoots[0];
        var subRoots = SubRoots(shape, baseRoots);
        return shape.TopTreeArity == 0 ? subRoots[0] : TreeHashing.Parent(TreeHasher.Poseidon, subRoots);
    }

    /// <summary>CommR: Poseidon of CommC and the root of TreeR.</summary>
    public static Commitment CommR(Commitment commC, Commitment commRLast) => TreeHashing.Parent(TreeHasher.Poseidon, [commC, commRLast]);

    internal static Commitment[] SubRoots(TreeShape shape, ReadOnlySpan<Commitment> baseRoots)
    {
        var roots = new Commitment[baseRoots.Length / shape.SubTreeArity];
        for (var i = 0; i < roots.Length; i++)
            roots[i] = TreeHashing.Parent(TreeHasher.Poseidon, baseRoots.Slice(i * shape.SubTreeArity, shape.SubTreeArity));
        return roots;
    }

    internal static void RequireCount(TreeShape shape, int roots)
    {
        if (roots != shape.SubTreeCount)
            throw new ArgumentException($"expected {shape.SubTreeCount} base trees, found {roots}", nameof(roots));
    }
}
