using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;

namespace Filecoin.Conformance.Tests.Labels;

/// <summary>Labels of recorded layers, computed again from the recorded labels of their recorded parents.</summary>
public class NodeLabelsGoldenTests
{
    private const int Size = NodeLabels.LabelSize;

    [Theory]
    [InlineData("2k-v1_0")]
    [InlineData("2k-v1_1")]
    [InlineData("2k-v1_2-ni")]
    [InlineData("4k-v1_1")]
    public void Recorded_labels_follow_from_their_recorded_parents(string sector)
    {
        using var extracted = GoldenVectors.Extract(sector);
        var meta = extracted.Meta;
        var replicaId = meta.Json.GetProperty("replica_id").EnumerateArray().Select(b => b.GetByte()).ToArray();
        var bytes = meta.Json.GetProperty("sector_size").GetInt64();
        var graph = GoldenVectors.JsonLines("graph.jsonl").Single(g =>
            g.GetProperty("sector_size").GetInt64() == bytes
            && g.GetProperty("api_version").GetString() == meta.Json.GetProperty("api_version").GetString());

        using var first = MemoryRegion.Map(Layer(extracted, 1), MapAccess.Read);
        using var second = MemoryRegion.Map(Layer(extracted, 2), MapAccess.Read);
        var checkedNodes = 0;
        foreach (var recorded in graph.GetProperty("node_base_exp").EnumerateArray())
        {
            var node = recorded[0].GetUInt32();
            uint[] parents = [.. recorded[1].EnumerateArray().Concat(recorded[2].EnumerateArray()).Select(p => p.GetUInt32())];
            Check(replicaId, 1, node, parents, first, null);
            Check(replicaId, 2, node, parents, second, first);
            checkedNodes++;
        }

        Assert.True(checkedNodes >= 20);
    }

    private static string Layer(ExtractedSector sector, int layer) => Path.Combine(sector.Cache, $"sc-02-data-layer-{layer}.dat");

    private static void Check(byte[] replicaId, uint layer, uint node, uint[] parents, MemoryRegion recorded, MemoryRegion? previous)
    {
        var expected = recorded.ReadOnlySpan(node * (long)Size, Size).ToArray();

        var used = node == 0 ? 0 : previous is null ? NodeLabels.BaseParents : NodeLabels.Parents;
        var gathered = new byte[used * Size];
        for (var p = 0; p < used; p++)
            (p < NodeLabels.BaseParents ? recorded : previous!).ReadOnlySpan(parents[p] * (long)Size, Size).CopyTo(gathered.AsSpan(p * Size));
        var label = new byte[Size];
        NodeLabels.Compute(replicaId, layer, node, gathered, label);
        Assert.Equal(expected, label);

        using var copy = MemoryRegion.Allocate(recorded.Length);
        recorded.ReadOnlySpan(0, (int)recorded.Length).CopyTo(copy.Span(0, (int)recorded.Length));
        copy.Span(node * (long)Size, Size).Clear();
        NodeLabels.EncodeLayer(replicaId, layer, node, 1, parents, [copy], previous is null ? [] : [previous]);
        Assert.Equal(expected, copy.ReadOnlySpan(node * (long)Size, Size).ToArray());
    }
}
