using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Hashing;

/// <summary>
/// Labels of a layered graph (stacked DRG, SDR): the label of a node is
/// SHA-256(replica id ‖ u32be layer ‖ u64be node ‖ 20 zero bytes ‖ 37 parent labels), with the top two bits of its last byte cleared.
/// The 37 are a node's parents in order, repeated: on layer 1 its 6 base parents; on later layers its 6 base parents of the
/// same layer, then its 8 expander parents of the layer before. Node 0 has none: only the 64-byte prefix is hashed.
/// </summary>
public static class NodeLabels
{
    /// <summary>Bytes of a label.</summary>
    public const int LabelSize = 32;

    /// <summary>Parents in the same layer.</summary>
    public const int BaseParents = 6;

    /// <summary>Parents in the layer before.</summary>
    public const int ExpanderParents = 8;

    /// <summary>All parents of a node.</summary>
    public const int Parents = BaseParents + ExpanderParents;

    /// <summary>Most sectors in one call.</summary>
    public const int MaxLanes = 3;

    /// <summary>
    /// Labels <paramref name="count"/> nodes of one layer, of one to three sectors on the same graph, interleaved on the calling thread.
    /// Labels of the layer before <paramref name="firstNode"/> must be in place; those from it on are written.
    /// </summary>
    /// <param name="replicaIds">32 bytes per sector.</param>
    /// <param name="layer">1-based.</param>
    /// <param name="firstNode">Index of the first node to label.</param>
    /// <param name="count">Nodes to label.</param>
    /// <param name="parents">14 per node from <paramref name="firstNode"/> on: 6 base, then 8 expander (not read on layer 1). Those of node 0 are not read.</param>
    /// <param name="current">Per sector the whole layer, 32 bytes per node, writable.</param>
    /// <param name="previous">Per sector the whole layer before; empty on layer 1. No region may be one of <paramref name="current"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    /// <exception cref="ParentIndexException">A base parent is not before its node, or an expander parent is not in the layer. Nothing is written.</exception>
    public static void EncodeLayer(
        ReadOnlySpan<byte> replicaIds,
        uint layer,
        ulong firstNode,
        int count,
        ReadOnlySpan<uint> parents,
        ReadOnlySpan<MemoryRegion> current,
        ReadOnlySpan<MemoryRegion> previous) =>
        EncodeLayer(NodeLabelsPath.Best, replicaIds, layer, firstNode, count, parents, current, previous);

    /// <summary>The same on a path of the native kernels other than the best, which tests ask for.</summary>
    internal static void EncodeLayer(
        NodeLabelsPath path,
        ReadOnlySpan<byte> replicaIds,
        uint layer,
        ulong firstNode,
        int count,
        ReadOnlySpan<uint> parents,
        ReadOnlySpan<MemoryRegion> current,
        ReadOnlySpan<MemoryRegion> previous)
    {
        var nodes = CheckLayers(replicaIds, layer, firstNode, count, parents.Length, current, previous);
        CheckParents(firstNode, count, parents, nodes, withExpander: layer > 1);
        if (Kernels.IsNative)
        {
            NodeLabelsNative.EncodeLayer(path, replicaIds, layer, firstNode, count, parents, current, previous);
            return;
        }

        for (var lane = 0; lane < current.Length; lane++)
        {
            NodeLabelsReference.EncodeLayer(
                replicaIds.Slice(lane * LabelSize, LabelSize), layer, firstNode, count, parents, current[lane], layer > 1 ? previous[lane] : null);
        }
    }

    /// <summary>The label of one node from the labels of its parents.</summary>
    /// <param name="replicaId">32 bytes.</param>
    /// <param name="layer">1-based.</param>
    /// <param name="node">Index of the node.</param>
    /// <param name="parents">The parents' labels in order: 14 × 32 bytes, on layer 1 6 × 32, for node 0 none.</param>
    /// <param name="label">32 bytes; may overlap <paramref name="parents"/>.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Compute(ReadOnlySpan<byte> replicaId, uint layer, ulong node, ReadOnlySpan<byte> parents, Span<byte> label)
    {
        Buffers.RequireLength(replicaId.Length, LabelSize);
        ArgumentOutOfRangeException.ThrowIfZero(layer);
        Buffers.RequireLength(parents.Length, LabelSize * (node == 0 ? 0 : layer == 1 ? BaseParents : Parents));
        Buffers.RequireLength(label.Length, LabelSize);
        if (Kernels.IsNative)
            NodeLabelsNative.Compute(replicaId, layer, node, parents, label);
        else
            NodeLabelsReference.Compute(replicaId, layer, node, parents, label);
    }

    private static ulong CheckLayers(
        ReadOnlySpan<byte> replicaIds,
        uint layer,
        ulong firstNode,
        int count,
        int parents,
        ReadOnlySpan<MemoryRegion> current,
        ReadOnlySpan<MemoryRegion> previous)
    {
        ArgumentOutOfRangeException.ThrowIfZero(layer);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (current.Length is < 1 or > MaxLanes)
            throw new ArgumentException($"Expected 1 to {MaxLanes} layers, found {current.Length}.", nameof(current));
        Buffers.RequireLength(replicaIds.Length, current.Length * LabelSize);
        var expectedPrevious = layer == 1 ? 0 : current.Length;
        if (previous.Length != expectedPrevious)
            throw new ArgumentException($"Expected {expectedPrevious} previous layers, found {previous.Length}.", nameof(previous));
        if (parents != (long)count * Parents)
            throw new ArgumentException($"Expected {(long)count * Parents} parents of {count} nodes, found {parents}.", nameof(parents));

        var length = current[0].Length;
        if (length % LabelSize != 0)
            throw new ArgumentException($"Expected a layer of whole {LabelSize}-byte labels, found {length} bytes.", nameof(current));
        CheckRegions(current, previous, length);

        var nodes = (ulong)(length / LabelSize);
        if (firstNode > nodes || (ulong)count > nodes - firstNode)
        {
            throw new ArgumentOutOfRangeException(
                nameof(firstNode), $"Nodes {firstNode} to {firstNode + (ulong)count} are not inside a layer of {nodes} nodes.");
        }

        return nodes;
    }

    private static void CheckRegions(ReadOnlySpan<MemoryRegion> current, ReadOnlySpan<MemoryRegion> previous, long length)
    {
        for (var lane = 0; lane < current.Length; lane++)
        {
            if (current[lane].Length != length)
                throw new ArgumentException($"Expected {length} bytes in layer {lane}, found {current[lane].Length}.", nameof(current));
            if (current[lane].IsReadOnly)
                throw new ArgumentException($"Layer {lane} is mapped read only.", nameof(current));
            foreach (var other in current[(lane + 1)..])
            {
                if (ReferenceEquals(other, current[lane]))
                    throw new ArgumentException($"Layer {lane} is given twice.", nameof(current));
            }

            foreach (var other in previous)
            {
                if (ReferenceEquals(other, current[lane]))
                    throw new ArgumentException($"Layer {lane} is its own previous layer or another's.", nameof(previous));
            }
        }

        for (var lane = 0; lane < previous.Length; lane++)
        {
            if (previous[lane].Length != length)
                throw new ArgumentException($"Expected {length} bytes in previous layer {lane}, found {previous[lane].Length}.", nameof(previous));
        }
    }

    private static void CheckParents(ulong firstNode, int count, ReadOnlySpan<uint> parents, ulong nodes, bool withExpander)
    {
        for (var i = firstNode == 0 ? 1 : 0; i < count; i++)
        {
            var node = firstNode + (ulong)i;
            var of = parents.Slice(i * Parents, Parents);
            for (var p = 0; p < BaseParents; p++)
            {
                if (of[p] >= node)
                    throw new ParentIndexException(node, p, of[p], node);
            }

            for (var p = BaseParents; withExpander && p < Parents; p++)
            {
                if (of[p] >= nodes)
                    throw new ParentIndexException(node, p, of[p], nodes);
            }
        }
    }
}
