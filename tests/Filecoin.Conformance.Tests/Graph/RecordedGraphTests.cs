using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.Graph;

public class RecordedGraphTests
{
    public static TheoryData<int> Lines { get; } = [.. Enumerable.Range(0, 24)];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Parents_are_the_recorded_ones(int line)
    {
        var json = GoldenVectors.JsonLines("graph.jsonl").ElementAt(line);
        var graph = Create(json);
        Span<uint> six = stackalloc uint[6];
        Span<uint> eight = stackalloc uint[8];
        Span<uint> window = stackalloc uint[14];
        foreach (var recorded in json.GetProperty("node_base_exp").EnumerateArray())
        {
            var node = recorded[0].GetUInt32();
            uint[] baseParents = [.. recorded[1].EnumerateArray().Select(p => p.GetUInt32())];
            uint[] expanders = [.. recorded[2].EnumerateArray().Select(p => p.GetUInt32())];
            graph.BaseParents(node, six);
            graph.ExpanderParents(node, eight);
            graph.ReadWindow(node, 1, window);
            Assert.Equal(baseParents, six.ToArray());
            Assert.Equal(expanders, eight.ToArray());
            Assert.Equal([.. baseParents, .. expanders], window.ToArray());
        }

        if (json.GetProperty("sha256_of_all_parents_u32le_base_then_exp").GetString() is { } digest)
        {
            var all = new uint[graph.Nodes * 14];
            graph.ReadWindow(0, (int)graph.Nodes, all);
            Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<uint>(all))));
        }
    }

    [Fact]
    public void Every_registered_graph_has_the_published_cache_name()
    {
        using var published = GoldenVectors.Json("official/parent_cache.json");
        var names = published.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetProperty("sector_size").GetInt64());
        var found = 0;
        foreach (var proof in Enum.GetValues<RegisteredSealProof>().Where(p => (long)p < 10))
        {
            var graph = StackedGraph.Create(PoRepConfig.For(proof));
            Assert.Equal(graph.Config.SectorSize.Bytes, names[graph.CacheName]);
            found++;
        }

        Assert.Equal(names.Count, found);
    }

    private static StackedGraph Create(JsonElement json)
    {
        var version = ApiVersionText.ParseVersion(json.GetProperty("api_version").GetString()!);
        var id = PorepId.Parse(json.GetProperty("porep_id").GetString()!);
        return StackedGraph.Create(
            PoRepConfig.Create(SectorSize.FromBytes(json.GetProperty("sector_size").GetInt64()), version, PoRepFeature.None, id));
    }
}
