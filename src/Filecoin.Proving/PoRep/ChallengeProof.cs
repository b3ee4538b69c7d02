using System.Collections.Immutable;
using Filecoin.Proving.Sectors;
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

    /// <summary>A proof whose labelings are gathered from the columns, as the last of them is the encoding's.</summary>
    internal static ChallengeProof FromColumns(
        MerkleProof data, MerkleProof replica, ColumnProof column, ImmutableArray<ColumnProof> baseParents, ImmutableArray<ColumnProof> expanderParents)
    {
        var labelings = ImmutableArray.CreateBuilder<LabelingProof>(column.Rows.Length);
        Span<Commitment> distinct = new Commitment[PoRepConfig.Degree];
        for (var layer = 1; layer <= column.Rows.Length; layer++)
        {
            var count = ParentLabels(layer, baseParents, expanderParents, distinct);
            var parents = new Commitment[LabelingProof.ParentCount];
            for (var i = 0; i < parents.Length; i++)
                parents[i] = distinct[i % count];
            labelings.Add(new((uint)layer, column.Node, parents));
        }

        var all = labelings.MoveToImmutable();
        return new(data, replica, column, baseParents, expanderParents, all, all[^1]);
    }

    /// <summary>
    /// The labels that a layer's label is hashed from, before they are repeated: those of the base parents in the same layer and, from
    /// layer 2 on, those of the expander parents in the layer before.
    /// </summary>
    /// <returns>How many: 6 or 14.</returns>
    internal static int ParentLabels(
        int layer, ImmutableArray<ColumnProof> baseParents, ImmutableArray<ColumnProof> expanderParents, Span<Commitment> labels)
    {
        for (var i = 0; i < baseParents.Length; i++)
            labels[i] = baseParents[i].Label(layer);
        if (layer == 1)
            return baseParents.Length;
        for (var i = 0; i < expanderParents.Length; i++)
            labels[baseParents.Length + i] = expanderParents[i].Label(layer - 1);
        return baseParents.Length + expanderParents.Length;
    }
}
