using System.Collections.Immutable;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Circuits;

/// <summary>The hash of a tree's nodes.</summary>
internal enum MerkleHash
{
    /// <summary>Poseidon of the children: TreeC, TreeR.</summary>
    Poseidon,

    /// <summary>SHA-256 of the children, cut to 254 bits: TreeD.</summary>
    Sha256,
}

/// <summary>What the way from a leaf to the root looks like: the arity of each row passed, from the leaves up.</summary>
internal sealed record MerklePathShape(MerkleHash Hash, ImmutableArray<int> Arities)
{
    /// <summary>The path in a sector's TreeC or TreeR.</summary>
    public static MerklePathShape Of(TreeShape shape) => Create(shape.SectorSize.Nodes, shape.BaseArity, shape.SubTreeArity, shape.TopTreeArity);

    /// <summary>The path in a Poseidon tree of full base trees with optional rows above.</summary>
    /// <param name="leaves">Leaves of the whole tree.</param>
    /// <param name="baseArity">Arity of the base trees.</param>
    /// <param name="subTreeArity">Arity of the row above them, or 0.</param>
    /// <param name="topTreeArity">Arity of the row above that, or 0.</param>
    public static MerklePathShape Create(long leaves, int baseArity, int subTreeArity, int topTreeArity)
    {
        int baseRows = TreeShape.RowsOf(leaves / Math.Max(1, subTreeArity) / Math.Max(1, topTreeArity), baseArity) - 1;
        IEnumerable<int> arities = Enumerable.Repeat(baseArity, baseRows);
        if (subTreeArity > 0)
        {
            arities = arities.Append(subTreeArity);
        }
        if (topTreeArity > 0)
        {
            arities = arities.Append(topTreeArity);
        }
        return new MerklePathShape(MerkleHash.Poseidon, [.. arities]);
    }

    /// <summary>The path in the binary tree of a sector's data, TreeD.</summary>
    public static MerklePathShape OfData(long leaves) =>
        new(MerkleHash.Sha256, [.. Enumerable.Repeat(2, TreeShape.RowsOf(leaves, 2) - 1)]);

    /// <summary>Whether a witness has this shape.</summary>
    /// <exception cref="CircuitWitnessException">It has not.</exception>
    public void Check(string what, MerklePathWitness path)
    {
        CircuitWitnessException.ThrowIfNotEqual($"rows of {what}", Arities.Length, path.Rows.Length);
        for (int row = 0; row < Arities.Length; row++)
        {
            CircuitWitnessException.ThrowIfNotEqual($"siblings in row {row} of {what}", Arities[row] - 1, path.Rows[row].Siblings.Length);
            if ((uint)path.Rows[row].Position >= (uint)Arities[row])
            {
                throw new CircuitWitnessException($"Expected a position below {Arities[row]} in row {row} of {what}, found {path.Rows[row].Position}.");
            }
        }
    }
}
