using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Graph;

/// <summary>
/// The graph of stacked depth-robust layers: each node has six base parents in its own layer (DRSample) and eight expander parents in
/// the layer before (a Feistel permutation), a function of sector size, PoRep id and API version alone (storage-proofs-porep
/// <c>stacked/vanilla/graph.rs</c>). Immutable and safe for concurrent use.
/// </summary>
public sealed class StackedGraph : IParentSource
{
    private readonly DrSample drSample;
    private readonly FeistelPermutation feistel;
    private readonly bool truncates;

    private StackedGraph(PoRepConfig config)
    {
        Config = config;
        drSample = new DrSample(config.PorepId, config.ApiVersion);
        var keys = GraphSeeds.Feistel(config.PorepId);
        feistel = new FeistelPermutation((ulong)config.SectorSize.Nodes * PoRepConfig.ExpanderDegree, keys);
        truncates = config.ApiVersion == ApiVersion.V1_0;
        CacheName = NameOf(config.SectorSize, keys);
    }

    /// <summary>The configuration that the graph follows from.</summary>
    public PoRepConfig Config { get; }

    /// <summary>Nodes of a layer.</summary>
    public long Nodes => Config.SectorSize.Nodes;

    /// <summary>
    /// The official name of the graph's parent cache without extension, <c>v28-sdr-parent-</c> and 64 hexadecimal digits. Graphs that
    /// differ only in API version share the name, since no PoRep id is used under two versions.
    /// </summary>
    public string CacheName { get; }

    /// <summary>Builds the graph of a configuration, which tabulates its permutation (some 0.4 million BLAKE2b for 32 GiB).</summary>
    public static StackedGraph Create(PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new StackedGraph(config);
    }

    /// <summary>The six parents of a node in its own layer; all zero for nodes 0 and 1.</summary>
    /// <param name="node">Below <see cref="Nodes"/>.</param>
    /// <param name="six">Receives six nodes; may repeat.</param>
    public void BaseParents(uint node, Span<uint> six)
    {
        Check(node, 1);
        drSample.Fill(node, 1, six[..PoRepConfig.BaseDegree], PoRepConfig.BaseDegree);
    }

    /// <summary>The eight parents of a node in the layer before.</summary>
    /// <param name="node">Below <see cref="Nodes"/>.</param>
    /// <param name="eight">Receives eight nodes; may repeat.</param>
    public void ExpanderParents(uint node, Span<uint> eight)
    {
        Check(node, 1);
        FillExpander(node, 1, eight[..PoRepConfig.ExpanderDegree], PoRepConfig.ExpanderDegree);
    }

    /// <inheritdoc/>
    public void ReadWindow(uint firstNode, int count, Span<uint> parents)
    {
        Check(firstNode, count);
        parents = parents[..(count * PoRepConfig.Degree)];
        drSample.Fill(firstNode, count, parents, PoRepConfig.Degree);
        if (count > 0)
            FillExpander(firstNode, count, parents[PoRepConfig.BaseDegree..], PoRepConfig.Degree);
    }

    /// <summary>Expander parents of nodes whose parents lie <paramref name="stride"/> apart.</summary>
    private void FillExpander(uint firstNode, int count, Span<uint> parents, int stride)
    {
        Span<ulong> places = stackalloc ulong[FeistelPermutation.MaxRun];
        const int Run = FeistelPermutation.MaxRun / PoRepConfig.ExpanderDegree;
        for (var start = 0; start < count; start += Run)
        {
            var nodes = Math.Min(Run, count - start);
            feistel.Permute((firstNode + (ulong)start) * PoRepConfig.ExpanderDegree, places[..(nodes * PoRepConfig.ExpanderDegree)]);
            for (var i = 0; i < nodes; i++)
            {
                var eight = parents.Slice((start + i) * stride, PoRepConfig.ExpanderDegree);
                for (var k = 0; k < eight.Length; k++)
                {
                    // Version 1.0 cut the place to 32 bits before it became a node: the parents of its large sectors lie in the first
                    // half of 32 GiB and the first quarter of 64 GiB. Those sectors exist, so the behaviour stays.
                    var place = places[(i * PoRepConfig.ExpanderDegree) + k];
                    eight[k] = (uint)((truncates ? (uint)place : place) / PoRepConfig.ExpanderDegree);
                }
            }
        }
    }

    private void Check(uint firstNode, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (firstNode + (long)count > Nodes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(firstNode), firstNode, $"Expected at most {Nodes} nodes, found a window of {count} from {firstNode}.");
        }
    }

    private static string NameOf(SectorSize size, ReadOnlySpan<ulong> keys)
    {
        var identity =
            $"poseidon_hasherstacked_graph::StackedGraph{{expansion_degree: {PoRepConfig.ExpanderDegree} base_graph: " +
            $"drgraph::BucketGraph{{size: {size.Nodes}; degree: {PoRepConfig.BaseDegree}; hasher: poseidon_hasher}} }}";
        var text = Encoding.ASCII.GetBytes(identity);
        var preimage = new byte[text.Length + (keys.Length * sizeof(ulong)) + sizeof(uint)];
        text.CopyTo(preimage, 0);
        var tail = preimage.AsSpan(text.Length);
        foreach (var key in keys)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(tail, key);
            tail = tail[sizeof(ulong)..];
        }

        BinaryPrimitives.WriteUInt32LittleEndian(tail, (uint)size.Nodes);
        return $"v28-sdr-parent-{Convert.ToHexStringLower(SHA256.HashData(preimage))}";
    }
}
