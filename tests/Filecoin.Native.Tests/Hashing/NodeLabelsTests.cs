using System.Diagnostics;
using System.Security.Cryptography;
using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Hashing;

public class NodeLabelsTests
{
    private const int Size = NodeLabels.LabelSize;
    private const int Degree = NodeLabels.Parents;

    /// <summary>The definition, written out: the message in full through the platform's SHA-256.</summary>
    private static byte[] Definition(byte[] replicaId, uint layer, ulong node, byte[][] parents)
    {
        using var message = new MemoryStream();
        message.Write(replicaId);
        message.Write([(byte)(layer >> 24), (byte)(layer >> 16), (byte)(layer >> 8), (byte)layer]);
        for (var shift = 56; shift >= 0; shift -= 8)
            message.WriteByte((byte)(node >> shift));
        message.Write(new byte[20]);
        for (var i = 0; parents.Length > 0 && i < 37; i++)
            message.Write(parents[i % parents.Length]);
        var label = SHA256.HashData(message.ToArray());
        label[31] &= 0x3f;
        return label;
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Parents like a graph's: the previous node is always one, others are near, far or repeated.</summary>
    private static uint[] Graph(int nodes, int seed)
    {
        var random = new Random(seed);
        var parents = new uint[nodes * Degree];
        for (var node = 1; node < nodes; node++)
        {
            for (var p = 0; p < NodeLabels.BaseParents; p++)
            {
                var near = Math.Max(0, node - 1 - random.Next(4));
                parents[(node * Degree) + p] = (uint)(random.Next(3) == 0 ? random.Next(node) : near);
            }

            parents[(node * Degree) + (random.Next(2) == 0 ? 0 : 5)] = (uint)(node - 1);
            for (var p = NodeLabels.BaseParents; p < Degree; p++)
                parents[(node * Degree) + p] = (uint)random.Next(nodes);
        }

        return parents;
    }

    private static byte[] Expected(byte[] replicaId, uint layer, uint[] parents, byte[]? previous)
    {
        var nodes = parents.Length / Degree;
        var labels = new byte[nodes * Size];
        for (var node = 0; node < nodes; node++)
        {
            var used = node == 0 ? 0 : previous is null ? NodeLabels.BaseParents : Degree;
            var of = Enumerable.Range(0, used)
                .Select(p => (p < NodeLabels.BaseParents ? labels : previous!).AsSpan((int)parents[(node * Degree) + p] * Size, Size).ToArray());
            Definition(replicaId, layer, (ulong)node, of.ToArray()).CopyTo(labels, node * Size);
        }

        return labels;
    }

    /// <summary>Every path that this process has, fast on this processor or not.</summary>
    private static NodeLabelsPath[] Paths() =>
        Kernels.Form == KernelForm.Managed ? [NodeLabelsPath.Best] : [.. Enum.GetValues<NodeLabelsPath>().Where(NodeLabelsNative.HasPath)];

    public static TheoryData<string, int, uint> Layers
    {
        get
        {
            var cases = new TheoryData<string, int, uint>();
            foreach (var path in Paths())
            {
                for (var lanes = 1; lanes <= NodeLabels.MaxLanes; lanes++)
                {
                    foreach (var layer in new[] { 1u, 2u, 0xfedcba98u })
                        cases.Add(path.ToString(), lanes, layer);
                }
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Layers))]
    public void A_layer_is_its_definition_in_every_lane(string pathName, int lanes, uint layer)
    {
        var path = Enum.Parse<NodeLabelsPath>(pathName);
        const int Nodes = 97;
        var parents = Graph(Nodes, lanes);
        var replicaIds = Bytes(lanes * Size, 5);
        var previousBytes = Enumerable.Range(0, lanes).Select(l => Bytes(Nodes * Size, 100 + l)).ToArray();
        var current = Enumerable.Range(0, lanes).Select(_ => MemoryRegion.Allocate(Nodes * Size)).ToArray();
        var previous = layer == 1 ? [] : previousBytes.Select(Region).ToArray();

        // In uneven runs, as a windowed caller has them.
        ulong first = 0;
        foreach (var count in new[] { 1, 0, 2, 3, 40, 1, 50 })
        {
            NodeLabels.EncodeLayer(path, replicaIds, layer, first, count, parents.AsSpan((int)first * Degree, count * Degree), current, previous);
            first += (ulong)count;
        }

        Assert.Equal((ulong)Nodes, first);
        for (var lane = 0; lane < lanes; lane++)
        {
            var expected = Expected(replicaIds.AsSpan(lane * Size, Size).ToArray(), layer, parents, layer == 1 ? null : previousBytes[lane]);
            Assert.Equal(expected, current[lane].ReadOnlySpan(0, Nodes * Size).ToArray());
        }

        foreach (var region in current.Concat(previous))
            region.Dispose();
    }

    /// <summary>Schedules made a node ahead must not hold the label of the node before, wherever among the parents it stands.</summary>
    [Fact]
    public void The_node_before_may_be_any_of_the_base_parents_and_batches_may_end_anywhere()
    {
        var gen = from path in Gen.Elements(Paths())
                  from lanes in Gen.Choose(1, 3)
                  from layer in Gen.Choose(1, 2)
                  from positions in Gen.Choose(0, (1 << NodeLabels.BaseParents) - 1)
                  from alternate in Gen.Choose(0, (1 << NodeLabels.BaseParents) - 1)
                  from longest in Gen.Choose(1, 9)
                  from seed in Gen.Choose(0, int.MaxValue)
                  select (Path: path, Lanes: lanes, Layer: (uint)layer, Positions: positions, Alternate: alternate, Longest: longest, Seed: seed);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            const int Nodes = 24;
            var random = new Random(c.Seed);
            var parents = Graph(Nodes, c.Seed);
            for (var node = 2; node < Nodes; node++)
            {
                var positions = (node & 1) == 0 ? c.Positions : c.Alternate;
                for (var p = 0; p < NodeLabels.BaseParents; p++)
                    parents[(node * Degree) + p] = (uint)((positions >> p & 1) == 1 ? node - 1 : random.Next(node - 1));
            }

            var replicaIds = Bytes(c.Lanes * Size, c.Seed);
            var before = Enumerable.Range(0, c.Lanes).Select(l => Bytes(Nodes * Size, c.Seed ^ l)).ToArray();
            var current = before.Select(_ => MemoryRegion.Allocate(Nodes * Size)).ToArray();
            var previous = c.Layer == 1 ? [] : before.Select(Region).ToArray();
            for (var first = 0; first < Nodes;)
            {
                var count = Math.Min(random.Next(1, c.Longest + 1), Nodes - first);
                var window = parents.AsSpan(first * Degree, count * Degree).ToArray();
                NodeLabels.EncodeLayer(c.Path, replicaIds, c.Layer, (ulong)first, count, window, current, previous);
                first += count;
            }

            var equal = true;
            for (var lane = 0; lane < c.Lanes; lane++)
            {
                var replicaId = replicaIds.AsSpan(lane * Size, Size).ToArray();
                var expected = Expected(replicaId, c.Layer, parents, c.Layer == 1 ? null : before[lane]);
                equal &= current[lane].ReadOnlySpan(0, Nodes * Size).SequenceEqual(expected);
            }

            foreach (var region in current.Concat(previous))
                region.Dispose();
            return equal;
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>
    /// SHA-NI among AVX instructions on wide registers once took 150 times as long on Intel's cores. The best of many short runs, with a margin that no busy
    /// machine reaches, and no path chosen by mistake.
    /// </summary>
    [Fact]
    public void Interleaved_sectors_are_not_many_times_slower_than_one()
    {
        const int Nodes = 64;
        var parents = Graph(Nodes, 1);
        var current = Enumerable.Range(0, NodeLabels.MaxLanes).Select(_ => MemoryRegion.Allocate(Nodes * Size)).ToArray();
        var previous = current.Select(_ => MemoryRegion.Allocate(Nodes * Size)).ToArray();
        TimeSpan PerLabel(int lanes) => Enumerable.Range(0, 50).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            NodeLabels.EncodeLayer(new byte[lanes * Size], 2, 0, Nodes, parents, current.AsSpan(0, lanes), previous.AsSpan(0, lanes));
            return Stopwatch.GetElapsedTime(start);
        }) / lanes;

        var one = PerLabel(1);
        Assert.InRange(PerLabel(2), TimeSpan.Zero, 10 * one);
        Assert.InRange(PerLabel(3), TimeSpan.Zero, 10 * one);
        foreach (var region in current.Concat(previous))
            region.Dispose();
    }

    [Fact]
    public void Layers_of_any_graph_equal_the_definition()
    {
        var gen = from path in Gen.Elements(Paths())
                  from lanes in Gen.Choose(1, 3)
                  from nodes in Gen.Choose(1, 40)
                  from layer in Gen.Choose(1, 3)
                  from seed in Gen.Choose(0, int.MaxValue)
                  select (Path: path, Lanes: lanes, Nodes: nodes, Layer: (uint)layer, Seed: seed);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            var parents = Graph(c.Nodes, c.Seed);
            var replicaIds = Bytes(c.Lanes * Size, c.Seed);
            var before = Enumerable.Range(0, c.Lanes).Select(l => Bytes(c.Nodes * Size, c.Seed ^ l)).ToArray();
            var current = before.Select(_ => MemoryRegion.Allocate(c.Nodes * Size)).ToArray();
            var previous = c.Layer == 1 ? [] : before.Select(Region).ToArray();
            NodeLabels.EncodeLayer(c.Path, replicaIds, c.Layer, 0, c.Nodes, parents, current, previous);
            var equal = true;
            for (var lane = 0; lane < c.Lanes; lane++)
            {
                var replicaId = replicaIds.AsSpan(lane * Size, Size).ToArray();
                var expected = Expected(replicaId, c.Layer, parents, c.Layer == 1 ? null : before[lane]);
                equal &= current[lane].ReadOnlySpan(0, c.Nodes * Size).SequenceEqual(expected);
            }

            foreach (var region in current.Concat(previous))
                region.Dispose();
            return equal;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_node_number_of_more_than_32_bits_is_hashed_whole()
    {
        var replicaId = Bytes(Size, 1);
        var parents = Bytes(Degree * Size, 2);
        var label = new byte[Size];
        NodeLabels.Compute(replicaId, 11, 0x0123456789abcdef, parents, label);
        Assert.Equal(Definition(replicaId, 11, 0x0123456789abcdef, parents.Chunk(Size).ToArray()), label);
    }

    [Fact]
    public void One_label_equals_the_definition()
    {
        var gen = from layer in Gen.Choose(1, 12)
                  from node in Gen.Choose(0, int.MaxValue)
                  from seed in Gen.Choose(0, int.MaxValue)
                  select (Layer: (uint)layer, Node: (ulong)node, Seed: seed);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            var used = c.Node == 0 ? 0 : c.Layer == 1 ? 6 : 14;
            var replicaId = Bytes(Size, c.Seed);
            var parents = Bytes(used * Size, ~c.Seed);
            var label = new byte[Size];
            NodeLabels.Compute(replicaId, c.Layer, c.Node, parents, label);
            return label.AsSpan().SequenceEqual(Definition(replicaId, c.Layer, c.Node, parents.Chunk(Size).ToArray()));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Node_zero_hashes_the_prefix_alone()
    {
        var label = new byte[Size];
        NodeLabels.Compute(Bytes(Size, 3), 2, 0, [], label);
        Assert.Equal(Definition(Bytes(Size, 3), 2, 0, []), label);
    }

    [Theory]
    [InlineData(0, 50u, 50ul)]
    [InlineData(5, 51u, 50ul)]
    [InlineData(3, uint.MaxValue, 50ul)]
    [InlineData(6, 64u, 64ul)]
    [InlineData(13, uint.MaxValue, 64ul)]
    public void A_parent_out_of_range_is_named_and_nothing_is_written(int position, uint parent, ulong limit)
    {
        var parents = Graph(64, 1);
        parents[(50 * Degree) + position] = parent;
        using var current = MemoryRegion.Allocate(64 * Size);
        using var previous = MemoryRegion.Allocate(64 * Size);
        var e = Assert.Throws<ParentIndexException>(
            () => NodeLabels.EncodeLayer(new byte[32], 2, 0, 64, parents, [current], [previous]));
        Assert.Equal((50ul, position, parent, limit), (e.Node, e.Position, e.Parent, e.Limit));
        Assert.Equal(-1, current.ReadOnlySpan(0, 64 * Size).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Expander_parents_are_not_read_on_layer_one_and_none_are_of_node_zero()
    {
        var parents = Graph(8, 1);
        parents.AsSpan(0, Degree).Fill(uint.MaxValue);
        for (var node = 1; node < 8; node++)
            parents.AsSpan((node * Degree) + NodeLabels.BaseParents, NodeLabels.ExpanderParents).Fill(uint.MaxValue);
        using var current = MemoryRegion.Allocate(8 * Size);
        NodeLabels.EncodeLayer(Bytes(Size, 9), 1, 0, 8, parents, [current], []);
        Assert.Equal(Expected(Bytes(Size, 9), 1, parents, null), current.ReadOnlySpan(0, 8 * Size).ToArray());
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var a = MemoryRegion.Allocate(4 * Size);
        using var b = MemoryRegion.Allocate(4 * Size);
        using var longer = MemoryRegion.Allocate(5 * Size);
        using var odd = MemoryRegion.Allocate((4 * Size) + 1);
        var parents = Graph(4, 1);
        var id = new byte[Size];

        Assert.Throws<ArgumentOutOfRangeException>(() => NodeLabels.EncodeLayer(id, 0, 0, 4, parents, [a], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => NodeLabels.EncodeLayer(id, 1, 0, -1, [], [a], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => NodeLabels.EncodeLayer(id, 1, 1, 4, parents, [a], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => NodeLabels.EncodeLayer(id, 1, ulong.MaxValue, 4, parents, [a], []));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(id, 1, 0, 4, parents.AsSpan(1), [a], []));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(id, 1, 0, 4, parents, [a], [b]));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(id, 2, 0, 4, parents, [a], []));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(id, 2, 0, 4, parents, [a], [a]));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(id, 2, 0, 4, parents, [a], [longer]));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(new byte[64], 1, 0, 4, parents, [a, a], []));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(new byte[64], 1, 0, 4, parents, [a, longer], []));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(new byte[64], 2, 0, 4, parents, [a, b], [longer, a]));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(new byte[63], 1, 0, 4, parents, [a, b], []));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(id, 1, 0, 4, parents, [odd], []));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer([], 1, 0, 4, parents, [], []));
        Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(new byte[128], 1, 0, 4, parents, [a, b, a, b], []));
    }

    [Fact]
    public void A_read_only_or_disposed_layer_is_refused()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[4 * Size]);
            using var readOnly = MemoryRegion.Map(path, MapAccess.Read);
            Assert.Throws<ArgumentException>(() => NodeLabels.EncodeLayer(new byte[Size], 1, 0, 4, Graph(4, 1), [readOnly], []));

            var gone = MemoryRegion.Allocate(4 * Size);
            gone.Dispose();
            Assert.Throws<ObjectDisposedException>(() => NodeLabels.EncodeLayer(new byte[Size], 1, 0, 4, Graph(4, 1), [gone], []));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Wrong_lengths_of_one_label_are_refused()
    {
        var label = new byte[Size];
        Assert.Throws<ArgumentOutOfRangeException>(() => NodeLabels.Compute(new byte[32], 0, 1, new byte[6 * Size], label));
        Assert.Throws<ArgumentException>(() => NodeLabels.Compute(new byte[31], 1, 1, new byte[6 * Size], label));
        Assert.Throws<ArgumentException>(() => NodeLabels.Compute(new byte[32], 1, 1, new byte[14 * Size], label));
        Assert.Throws<ArgumentException>(() => NodeLabels.Compute(new byte[32], 2, 1, new byte[6 * Size], label));
        Assert.Throws<ArgumentException>(() => NodeLabels.Compute(new byte[32], 2, 0, new byte[14 * Size], label));
        Assert.Throws<ArgumentException>(() => NodeLabels.Compute(new byte[32], 2, 1, new byte[14 * Size], new byte[33]));
    }

    private static MemoryRegion Region(byte[] bytes)
    {
        var region = MemoryRegion.Allocate(bytes.Length);
        bytes.CopyTo(region.Span(0, bytes.Length));
        return region;
    }
}
