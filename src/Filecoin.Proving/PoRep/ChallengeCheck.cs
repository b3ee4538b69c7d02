using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoRep;

/// <summary>
/// Checks one challenge's proof. Stricter than the official vanilla check and as strict as the circuit: the official one takes the paths
/// of data and replica at their word, as many parents as there are, and labels whose parents are bound to no column
/// (storage-proofs-porep <c>params.rs</c>, <c>Proof::verify</c>).
/// </summary>
internal sealed class ChallengeCheck(PoRepConfig config, StackedGraph graph, ReplicaId replicaId, Commitment commD)
{
    /// <summary>Null if the proof is one of <paramref name="node"/> in this replica; else what fails, and why.</summary>
    public (PoRepProofPart Part, string Detail)? Fault(ChallengeProof proof, uint node)
    {
        return Shape(proof) is { } shape ? (PoRepProofPart.Shape, shape) : Inclusions(proof, node) ?? Labels(proof, node) ?? Encoding(proof);
    }

    private string? Shape(ChallengeProof proof)
    {
        if (proof.BaseParents.Length != PoRepConfig.BaseDegree || proof.ExpanderParents.Length != PoRepConfig.ExpanderDegree)
            return $"expected {PoRepConfig.BaseDegree} and {PoRepConfig.ExpanderDegree} parents, found {proof.BaseParents.Length} and {proof.ExpanderParents.Length}";
        if (proof.Labelings.Length != config.Layers)
            return $"expected {config.Layers} labelings, found {proof.Labelings.Length}";
        if (!proof.Data.HasShape(2, 0, 0, config.SectorSize.Nodes) || !HasTreeShape(proof.Replica))
            return "expected paths of the sector's trees, found others";
        foreach (var column in Columns(proof))
        {
            if (column.Rows.Length != config.Layers || !HasTreeShape(column.Inclusion))
                return $"expected columns of {config.Layers} labels with paths of TreeC, found others";
            if (!InclusionBatch.IsCanonical(column.Rows) || !InclusionBatch.IsCanonical(column.Inclusion))
                return $"expected field elements in the column of node {column.Node}, found bytes that are none";
        }

        if (!InclusionBatch.IsCanonical(proof.Replica) || !InclusionBatch.IsCanonical([proof.Data.Leaf]))
            return "expected field elements in the opened nodes, found bytes that are none";
        return null;
    }

    private bool HasTreeShape(MerkleProof proof) =>
        proof.HasShape(config.Tree.BaseArity, config.Tree.SubTreeArity, config.Tree.TopTreeArity, config.SectorSize.Nodes);

    private (PoRepProofPart Part, string Detail)? Inclusions(ChallengeProof proof, uint node)
    {
        if (proof.Data.LeafIndex != node || proof.Data.Root != commD)
            return (PoRepProofPart.Data, Opened(node, commD, proof.Data));
        if (!proof.Data.Verify(TreeHasher.Sha256))
            return (PoRepProofPart.Data, $"expected a path to {commD}, found one that leads elsewhere");
        if (proof.Replica.LeafIndex != node)
            return (PoRepProofPart.Replica, Opened(node, proof.Replica.Root, proof.Replica));

        Span<uint> nodes = stackalloc uint[1 + PoRepConfig.Degree];
        nodes[0] = node;
        graph.BaseParents(node, nodes.Slice(1, PoRepConfig.BaseDegree));
        graph.ExpanderParents(node, nodes[(1 + PoRepConfig.BaseDegree)..]);

        var columns = Columns(proof).ToArray();
        var commC = proof.Column.Inclusion.Root;
        var rows = new Commitment[columns.Length * config.Layers];
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Node != nodes[i] || columns[i].Inclusion.LeafIndex != nodes[i] || columns[i].Inclusion.Root != commC)
                return (PartOf(i), Opened(nodes[i], commC, columns[i].Inclusion));
            columns[i].Rows.CopyTo(rows.AsSpan(i * config.Layers));
        }

        var hashes = new Commitment[columns.Length];
        Poseidon.HashMany(config.Layers, MemoryMarshal.AsBytes(rows.AsSpan()), MemoryMarshal.AsBytes(hashes.AsSpan()));
        for (var i = 0; i < columns.Length; i++)
        {
            if (hashes[i] != columns[i].Inclusion.Leaf)
                return (PartOf(i), $"node {nodes[i]}: expected a column with hash {columns[i].Inclusion.Leaf}, found one with {hashes[i]}");
        }

        var invalid = InclusionBatch.FirstInvalid(TreeHasher.Poseidon, [.. columns.Select(column => column.Inclusion), proof.Replica]);
        return invalid < 0 ? null : (
            invalid == columns.Length ? PoRepProofPart.Replica : PartOf(invalid),
            $"node {(invalid == columns.Length ? node : nodes[invalid])}: expected a path to the root, found one that leads elsewhere");
    }

    private (PoRepProofPart Part, string Detail)? Labels(ChallengeProof proof, uint node)
    {
        Span<byte> label = stackalloc byte[NodeLabels.LabelSize];
        var parents = new Commitment[PoRepConfig.Degree];
        for (var layer = 1; layer <= config.Layers; layer++)
        {
            var labeling = proof.Labelings[layer - 1];
            var count = ChallengeProof.ParentLabels(layer, proof.BaseParents, proof.ExpanderParents, parents);
            if (!Matches(labeling, layer, node, parents.AsSpan(0, count)))
                return (PoRepProofPart.Labeling, $"layer {layer}: expected the labels of the parents' columns, found others");
            NodeLabels.Compute(replicaId.Span, (uint)layer, node, MemoryMarshal.AsBytes(parents.AsSpan(0, count)), label);
            if (!label.SequenceEqual(proof.Column.Label(layer).Span))
                return (PoRepProofPart.Labeling, $"layer {layer}: expected the label {Convert.ToHexStringLower(label)}, found {proof.Column.Label(layer)}");
            if (layer == config.Layers && !Matches(proof.Encoding, layer, node, parents.AsSpan(0, count)))
                return (PoRepProofPart.Encoding, "expected the parents of the last label, found others");
        }

        return null;
    }

    /// <summary>Replica = data + key, where the key is the label of the last layer.</summary>
    private (PoRepProofPart Part, string Detail)? Encoding(ChallengeProof proof)
    {
        Span<byte> encoded = stackalloc byte[Fr.Size];
        (Fr.Read(proof.Data.Leaf.Span) + Fr.Read(proof.Column.Label(config.Layers).Span)).Write(encoded);
        return encoded.SequenceEqual(proof.Replica.Leaf.Span)
            ? null
            : (PoRepProofPart.Encoding, $"expected the replica node {Convert.ToHexStringLower(encoded)}, found {proof.Replica.Leaf}");
    }

    private static bool Matches(LabelingProof labeling, int layer, uint node, ReadOnlySpan<Commitment> parents)
    {
        if (labeling.Layer != layer || labeling.Node != node)
            return false;
        for (var i = 0; i < LabelingProof.ParentCount; i++)
        {
            if (labeling.Parents[i] != parents[i % parents.Length])
                return false;
        }

        return true;
    }

    private static ImmutableArray<ColumnProof> Columns(ChallengeProof proof) => [proof.Column, .. proof.BaseParents, .. proof.ExpanderParents];

    private static PoRepProofPart PartOf(int column) => column switch
    {
        0 => PoRepProofPart.Column,
        <= PoRepConfig.BaseDegree => PoRepProofPart.BaseParents,
        _ => PoRepProofPart.ExpanderParents,
    };

    private static string Opened(uint node, Commitment root, MerkleProof found) =>
        $"expected node {node} under {root}, found node {found.LeafIndex} under {found.Root}";
}
