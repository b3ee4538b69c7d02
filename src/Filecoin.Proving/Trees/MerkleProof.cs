using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Trees;

/// <summary>How many storeys of trees a proof passes: a base tree alone, below a sub tree, or below a sub tree and a top tree.</summary>
public enum MerkleProofKind
{
    /// <summary>One base tree (TreeD; TreeC and TreeR of 2 KiB, 8 MiB, 512 MiB sectors).</summary>
    Single,

    /// <summary>Base trees under a sub tree (4 KiB, 16 KiB, 16 MiB, 1 GiB, 32 GiB sectors).</summary>
    Sub,

    /// <summary>Base trees under sub trees under a top tree (32 KiB, 64 GiB sectors).</summary>
    Top,
}

/// <summary>An inclusion proof of one leaf (the official <c>MerkleProof</c> with its <c>Single</c>, <c>Sub</c> and <c>Top</c> data).</summary>
public sealed class MerkleProof : IEquatable<MerkleProof>
{
    /// <summary>A proof from its parts. The kind follows from which paths are given.</summary>
    /// <param name="root">Root of the whole tree.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="basePath">Path inside the base tree.</param>
    /// <param name="subPath">Path from the base tree's root upwards, one step; null for a single tree.</param>
    /// <param name="topPath">Path from the sub tree's root upwards, one step; null below the top shape.</param>
    /// <exception cref="ArgumentException">A top path without a sub path.</exception>
    public MerkleProof(Commitment root, Commitment leaf, MerklePath basePath, MerklePath? subPath = null, MerklePath? topPath = null)
    {
        ArgumentNullException.ThrowIfNull(basePath);
        if (topPath is not null && subPath is null)
            throw new ArgumentException("expected a sub path below the top path, found none", nameof(topPath));
        Root = root;
        Leaf = leaf;
        BasePath = basePath;
        SubPath = subPath;
        TopPath = topPath;
    }

    /// <summary>Root of the whole tree.</summary>
    public Commitment Root { get; }

    /// <summary>The proven leaf.</summary>
    public Commitment Leaf { get; }

    /// <summary>Path inside the base tree.</summary>
    public MerklePath BasePath { get; }

    /// <summary>Step from the base tree's root to the sub tree's; null for <see cref="MerkleProofKind.Single"/>.</summary>
    public MerklePath? SubPath { get; }

    /// <summary>Step from the sub tree's root to the top; null but for <see cref="MerkleProofKind.Top"/>.</summary>
    public MerklePath? TopPath { get; }

    /// <summary>Which storeys the proof passes.</summary>
    public MerkleProofKind Kind => TopPath is not null ? MerkleProofKind.Top : SubPath is not null ? MerkleProofKind.Sub : MerkleProofKind.Single;

    /// <summary>Every step from the leaf to the root.</summary>
    public IEnumerable<MerklePathElement> Steps => BasePath.Concat(SubPath ?? []).Concat(TopPath ?? []);

    /// <summary>Index of the leaf among all leaves of the compound tree.</summary>
    public long LeafIndex
    {
        get
        {
            var leaves = BasePath.Leaves;
            var index = BasePath.LeafIndex;
            if (SubPath is null) return index;
            index = checked(index + SubPath.LeafIndex * leaves);
            leaves = checked(leaves * SubPath.Leaves);
            return TopPath is null ? index : checked(index + TopPath.LeafIndex * leaves);
        }
    }

    /// <summary>Whether the leaf leads to the root.</summary>
    /// <exception cref="Filecoin.Native.Fields.NonCanonicalFieldElementException">Poseidon only: a node is not a canonical field element.</exception>
    public bool Verify(TreeHasher hasher) => ComputedRoot(hasher) == Root;

    /// <summary>Whether the leaf leads to the root and stands at the given index.</summary>
    /// <exception cref="Filecoin.Native.Fields.NonCanonicalFieldElementException">Poseidon only: a node is not a canonical field element.</exception>
    public bool Verify(TreeHasher hasher, long leafIndex) => LeafIndex == leafIndex && Verify(hasher);

    /// <summary>Whether the paths have the lengths and arities of a tree with this many leaves.</summary>
    /// <param name="baseArity">Arity of the base trees.</param>
    /// <param name="subTreeArity">Base trees under a sub tree, 0 for none.</param>
    /// <param name="topTreeArity">Sub trees under the top, 0 for none.</param>
    /// <param name="leaves">Leaves of the compound tree.</param>
    public bool HasShape(int baseArity, int subTreeArity, int topTreeArity, long leaves)
    {
        var (count, arity) = (BasePath.Count, BasePath.Arity);
        if (count > 0 && arity != baseArity || !HasStep(SubPath, subTreeArity) || !HasStep(TopPath, topTreeArity)) return false;
        var expected = (long)Math.Max(1, subTreeArity) * Math.Max(1, topTreeArity);
        for (var step = 0; step < count; step++)
        {
            if (expected > leaves / baseArity) return false;
            expected *= baseArity;
        }

        return expected == leaves;
    }

    private static bool HasStep(MerklePath? path, int arity) =>
        arity == 0 ? path is null : path is { Count: 1 } && path.Arity == arity;

    private Commitment ComputedRoot(TreeHasher hasher)
    {
        var node = BasePath.Root(hasher, Leaf);
        if (SubPath is not null) node = SubPath.Root(hasher, node);
        return TopPath is null ? node : TopPath.Root(hasher, node);
    }

    /// <inheritdoc/>
    public bool Equals(MerkleProof? other) =>
        other is not null && Root == other.Root && Leaf == other.Leaf && BasePath.Equals(other.BasePath)
        && Equals(SubPath, other.SubPath) && Equals(TopPath, other.TopPath);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MerkleProof);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Root, Leaf, LeafIndex);
}
