using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoRep;

/// <summary>A node's labels in all layers, and the inclusion of their hash in TreeC (storage-proofs-porep <c>column_proof.rs</c>).</summary>
public sealed class ColumnProof
{
    private readonly Commitment[] _rows;

    /// <summary>A column proof from its parts.</summary>
    /// <param name="node">Index of the node.</param>
    /// <param name="rows">Its label in each layer, layer 1 first.</param>
    /// <param name="inclusion">Inclusion of the column's hash in TreeC.</param>
    public ColumnProof(uint node, ReadOnlySpan<Commitment> rows, MerkleProof inclusion)
        : this(node, rows.ToArray(), inclusion)
    {
    }

    internal ColumnProof(uint node, Commitment[] rows, MerkleProof inclusion)
    {
        ArgumentNullException.ThrowIfNull(inclusion);
        (Node, _rows, Inclusion) = (node, rows, inclusion);
    }

    /// <summary>Index of the node.</summary>
    public uint Node { get; }

    /// <summary>The node's label in each layer, layer 1 first: 2 or 11.</summary>
    public ReadOnlySpan<Commitment> Rows => _rows;

    /// <summary>Inclusion of the Poseidon hash of <see cref="Rows"/> in TreeC.</summary>
    public MerkleProof Inclusion { get; }

    /// <summary>The node's label in a layer.</summary>
    /// <param name="layer">1 the first.</param>
    public Commitment Label(int layer) => _rows[layer - 1];
}
