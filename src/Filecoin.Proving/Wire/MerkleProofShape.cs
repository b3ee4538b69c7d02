using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Wire;

/// <summary>The lengths that a tree's inclusion proofs have: readers check against them, so that a length in the input decides nothing.</summary>
/// <param name="BaseArity">Arity of the base trees.</param>
/// <param name="BaseLevels">Steps inside a base tree.</param>
/// <param name="SubArity">Base trees under a sub tree; 0 for none.</param>
/// <param name="TopArity">Sub trees under the top; 0 for none.</param>
internal readonly record struct MerkleProofShape(int BaseArity, int BaseLevels, int SubArity, int TopArity)
{
    /// <summary>The binary tree over a sector's data.</summary>
    public static MerkleProofShape TreeD(SectorSize size) => new(2, size.NodesLog2, 0, 0);

    /// <summary>The tree over a sector's columns, and the one over its replica.</summary>
    public static MerkleProofShape Replica(SectorSize size)
    {
        var shape = TreeShape.For(size);
        return new(shape.BaseArity, shape.BaseRows - 1, shape.SubTreeArity, shape.TopTreeArity);
    }

    public MerkleProofKind Kind => TopArity > 0 ? MerkleProofKind.Top : SubArity > 0 ? MerkleProofKind.Sub : MerkleProofKind.Single;

    /// <summary>Siblings on the whole path.</summary>
    public int Siblings => (BaseLevels * (BaseArity - 1)) + Math.Max(0, SubArity - 1) + Math.Max(0, TopArity - 1);

    /// <summary>Length of a proof in bincode.</summary>
    public int BincodeLength
    {
        get
        {
            var paths = 1 + (SubArity > 0 ? 1 : 0) + (TopArity > 0 ? 1 : 0);
            var steps = BaseLevels + paths - 1;
            return 4 + 64 + (8 * paths) + (16 * steps) + (32 * Siblings);
        }
    }
}
