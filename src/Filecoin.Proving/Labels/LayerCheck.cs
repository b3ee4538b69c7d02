using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Labels;

/// <summary>Computes labels of a layer file again from their parents and compares.</summary>
public sealed class LayerCheck
{
    private readonly PoRepConfig _config;
    private readonly IParentSource _parents;

    /// <summary>A check for sectors of one configuration.</summary>
    public LayerCheck(PoRepConfig config, IParentSource parents)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(parents);
        _config = config;
        _parents = parents;
    }

    /// <summary>Checks labels spread evenly over a layer, the first and the last among them.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="layer">The layer, from 1; the one before must be there.</param>
    /// <param name="count">Labels to check.</param>
    /// <exception cref="SectorFileException">A label is not what its parents make; says file, offset, expected and found.</exception>
    public void Sample(SdrSector sector, int layer, int count)
    {
        var nodes = _config.SectorSize.Nodes;
        var step = Math.Max(1, (nodes - 1) / Math.Max(1, count - 1));
        Run(sector, layer, Enumerable.Range(0, count).Select(i => i == count - 1 ? nodes - 1 : i * step).Where(node => node < nodes), default);
    }

    /// <summary>Checks every label of a layer.</summary>
    /// <inheritdoc cref="Sample"/>
    public void All(SdrSector sector, int layer, CancellationToken cancellation = default)
    {
        Run(sector, layer, Nodes(), cancellation);

        IEnumerable<long> Nodes()
        {
            for (long node = 0; node < _config.SectorSize.Nodes; node++) yield return node;
        }
    }

    /// <summary>Checks the label of node 0, which has no parents: whether the layer belongs to the sector at all.</summary>
    internal void FirstLabel(SdrSector sector, int layer)
    {
        var path = CacheFiles.Layer(sector.CacheDirectory, layer);
        using var handle = SectorFile.Open(path, _config.SectorSize.Bytes);
        Span<byte> found = stackalloc byte[NodeLabels.LabelSize];
        Span<byte> expected = stackalloc byte[NodeLabels.LabelSize];
        SectorFile.Read(handle, path, found, 0);
        NodeLabels.Compute(sector.ReplicaId.Span, (uint)layer, 0, [], expected);
        if (!found.SequenceEqual(expected)) throw SectorFileException.Mismatch(path, 0, expected, found);
    }

    private void Run(SdrSector sector, int layer, IEnumerable<long> nodes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sector);
        using var current = LayerFiles.Map(sector.CacheDirectory, layer, _config);
        using var previous = layer > 1 ? LayerFiles.Map(sector.CacheDirectory, layer - 1, _config) : null;
        var parents = new uint[NodeLabels.Parents];
        Span<byte> label = stackalloc byte[NodeLabels.LabelSize];
        foreach (var node in nodes)
        {
            cancellation.ThrowIfCancellationRequested();
            Label(sector.ReplicaId, layer, node, parents, current, previous, label);
            var found = current.ReadOnlySpan(node * NodeLabels.LabelSize, NodeLabels.LabelSize);
            if (!found.SequenceEqual(label))
            {
                throw SectorFileException.Mismatch(CacheFiles.Layer(sector.CacheDirectory, layer), node * NodeLabels.LabelSize, label, found);
            }
        }
    }

    private void Label(ReplicaId replicaId, int layer, long node, uint[] parents, MemoryRegion current, MemoryRegion? previous, Span<byte> label)
    {
        Span<byte> labels = stackalloc byte[NodeLabels.Parents * NodeLabels.LabelSize];
        var count = node == 0 ? 0 : layer == 1 ? NodeLabels.BaseParents : NodeLabels.Parents;
        if (count > 0) _parents.ReadWindow((uint)node, 1, parents);
        for (var i = 0; i < count; i++)
        {
            var region = i < NodeLabels.BaseParents ? current : previous!;
            region.ReadOnlySpan(parents[i] * (long)NodeLabels.LabelSize, NodeLabels.LabelSize).CopyTo(labels[(i * NodeLabels.LabelSize)..]);
        }

        NodeLabels.Compute(replicaId.Span, (uint)layer, (ulong)node, labels[..(count * NodeLabels.LabelSize)], label);
    }
}
