using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoRep;

/// <summary>
/// What a label was hashed from: its layer, its node and its 37 parents' labels, those there are repeated
/// (storage-proofs-porep <c>labeling_proof.rs</c>; the last layer's is also the <c>encoding_proof.rs</c> of the replica's key).
/// </summary>
public sealed class LabelingProof
{
    /// <summary>Parents of a label, repetitions counted.</summary>
    public const int ParentCount = PoRepConfig.LabelParents;

    private readonly Commitment[] _parents;

    /// <summary>A labeling proof from its parts.</summary>
    /// <param name="layer">Layer of the label, 1 the first.</param>
    /// <param name="node">Index of the labelled node.</param>
    /// <param name="parents">The 37 labels that were hashed, in order.</param>
    /// <exception cref="ArgumentException">Not 37 parents.</exception>
    public LabelingProof(uint layer, ulong node, ReadOnlySpan<Commitment> parents)
        : this(layer, node, parents.ToArray())
    {
    }

    internal LabelingProof(uint layer, ulong node, Commitment[] parents)
    {
        if (parents.Length != ParentCount)
            throw new ArgumentException($"Expected {ParentCount} parents, found {parents.Length}.", nameof(parents));
        (Layer, Node, _parents) = (layer, node, parents);
    }

    /// <summary>Layer of the label, 1 the first (<c>layer_index</c>).</summary>
    public uint Layer { get; }

    /// <summary>Index of the labelled node.</summary>
    public ulong Node { get; }

    /// <summary>The 37 labels that were hashed, in order.</summary>
    public ReadOnlySpan<Commitment> Parents => _parents;
}
