using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Graph;

public class StackedGraphTests
{
    private static readonly PoRepConfig[] Configs =
        [.. Enum.GetValues<RegisteredSealProof>().Where(p => (long)p % 5 != 4).Select(PoRepConfig.For)];

    private static readonly Dictionary<PoRepConfig, StackedGraph> Graphs = Configs.ToDictionary(c => c, StackedGraph.Create);

    [Fact]
    public void Parents_precede_a_node_in_its_layer_and_lie_anywhere_in_the_one_before() =>
        Prop.ForAll(Windows(), window =>
        {
            var (graph, first, count) = window;
            var parents = new uint[count * 14];
            graph.ReadWindow(first, count, parents);
            for (var i = 0; i < count; i++)
            {
                var node = first + (uint)i;
                var six = parents.AsSpan(i * 14, 6);
                Assert.True(node == 0 ? six.IndexOfAnyExcept(0u) < 0 : !six.ContainsAnyInRange(node, uint.MaxValue));
                Assert.False(parents.AsSpan((i * 14) + 6, 8).ContainsAnyInRange((uint)graph.Nodes, uint.MaxValue));
                if (node >= 2)
                    Assert.Equal(node - 1, six[graph.Config.ApiVersion == ApiVersion.V1_0 ? 5 : 0]);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_window_is_its_nodes_one_by_one() =>
        Prop.ForAll(Windows(), window =>
        {
            var (graph, first, count) = window;
            var parents = new uint[count * 14];
            graph.ReadWindow(first, count, parents);
            var six = new uint[6];
            var eight = new uint[8];
            for (var i = 0; i < count; i++)
            {
                graph.BaseParents(first + (uint)i, six);
                graph.ExpanderParents(first + (uint)i, eight);
                Assert.Equal([.. six, .. eight], parents.AsSpan(i * 14, 14).ToArray());
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("2KiB")]
    [InlineData("4KiB")]
    [InlineData("32KiB")]
    public void Expander_edges_since_version_1_1_are_a_permutation_of_eight_a_node(string size)
    {
        var graph = StackedGraph.Create(PoRepConfig.Create(SectorSize.Parse(size), ApiVersion.V1_1));
        var uses = new int[graph.Nodes];
        var eight = new uint[8];
        for (var node = 0u; node < graph.Nodes; node++)
        {
            graph.ExpanderParents(node, eight);
            foreach (var parent in eight)
                uses[parent]++;
        }

        Assert.All(uses, u => Assert.Equal(8, u));
    }

    /// <summary>The official test_graph_distribution_pathology: version 1.0 never reached the second half of large sectors.</summary>
    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg32GiBV1, false)]
    [InlineData(RegisteredSealProof.StackedDrg64GiBV1, false)]
    [InlineData(RegisteredSealProof.StackedDrg32GiBV1_1, true)]
    [InlineData(RegisteredSealProof.StackedDrg64GiBV1_1, true)]
    public void The_second_half_of_large_sectors_is_reached_since_version_1_1(RegisteredSealProof proof, bool reached)
    {
        var graph = StackedGraph.Create(PoRepConfig.For(proof));
        var parents = new uint[1000 * 14];
        graph.ReadWindow(0, 1000, parents);
        Assert.Equal(reached, parents.Where((p, i) => i % 14 >= 6 && p >= graph.Nodes / 2).Any());
    }

    [Fact]
    public void A_window_past_the_last_node_is_refused()
    {
        var graph = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.ReadWindow(60, 5, new uint[70]));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.BaseParents(64, new uint[6]));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.ExpanderParents(64, new uint[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.ReadWindow(0, 5, new uint[69]));
    }

    private static Arbitrary<(StackedGraph Graph, uint First, int Count)> Windows() =>
        (from config in Gen.Elements(Configs)
         from count in Gen.Choose(1, 40)
         from position in Gen.Choose(0, 1_000_000)
         select (Graphs[config], (uint)((config.SectorSize.Nodes - count) * position / 1_000_000), count)).ToArbitrary();
}
