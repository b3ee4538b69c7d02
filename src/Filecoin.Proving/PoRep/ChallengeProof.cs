using System.Collections.Immutable;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoRep;

/// <summary>
/// The vanilla proof of one PoRep challenge: the data node, the replica node, the columns of the node and of its parents, and what the
/// node's labels were hashed from (storage-proofs-porep <c>stacked/vanilla/params.rs</c>, <c>Proof</c>).
/// </summary>
/// <param name="Data">Inclusion of the data node in TreeD (<c>comm_d_proofs</c>).</param>
/// <param name="Replica">Inclusion of the replica node in TreeR (<c>comm_r_last_proof</c>).</param>
/// <param name="Column">Column of the challenged node (<c>c_x</c>).</param>
/// <param name="BaseParents">Columns of the six base parents (<c>drg_parents</c>).</param>
/// <param name="ExpanderParents">Columns of the eight expander parents (<c>exp_parents</c>).</param>
/// <param name="Labelings">What the label of each layer was hashed from, layer 1 first.</param>
/// <param name="Encoding">What the key of the replica node was hashed from; the same as the last of <paramref name="Labelings"/>.</param>
public sealed record ChallengeProof(
    MerkleProof Data,
    MerkleProof Replica,
    ColumnProof Column,
    ImmutableArray<ColumnProof> BaseParents,
    ImmutableArray<ColumnProof> ExpanderParents,
    ImmutableArray<LabelingProof> Labelings,
    LabelingProof Encoding)
{
    /// <summary>The challenged node, as the column names it.</summary>
    public uint Node => Column.Node;
}
