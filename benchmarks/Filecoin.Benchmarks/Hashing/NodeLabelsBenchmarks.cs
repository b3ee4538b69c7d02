using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Benchmarks.Hashing;

/// <summary>
/// Labels of one to three sectors on one core, time per label, beside twenty bare compressions of one stream, which is what a label
/// is. A ratio below 1 is a throughput above the raw rate; two sectors at 1 / 1.8 of one sector's time have 1.8 times its throughput.
/// The graph is synthetic: the node before, near and far base parents, uniform expander parents.
/// </summary>
[CpuTime, QuickJob]
public class NodeLabelsBenchmarks
{
    private const int Nodes = 1 << 14;
    private const int Two = 2 * Nodes;
    private const int Three = 3 * Nodes;
    private const int ReferenceNodes = 1 << 10;

    private readonly uint[] _parents = Graph();
    private readonly byte[] _replicaIds = RandomNumberGenerator.GetBytes(3 * 32);
    private readonly byte[] _blocks = RandomNumberGenerator.GetBytes(20 * Sha256.BlockSize);
    private readonly uint[] _state = new uint[8];
    private readonly MemoryRegion[] _current = Layers();
    private readonly MemoryRegion[] _previous = Layers();

    [Params(1u, 2u)]
    public uint Layer { get; set; }

    [Benchmark(Baseline = true, OperationsPerInvoke = Nodes)]
    public void TwentyCompressions()
    {
        for (var i = 0; i < Nodes; i++)
            Sha256.Compress(_state, _blocks);
    }

    [Benchmark(OperationsPerInvoke = Nodes)]
    public void OneSector() => Encode(1);

    [Benchmark(OperationsPerInvoke = Two)]
    public void TwoSectors() => Encode(2);

    [Benchmark(OperationsPerInvoke = Three)]
    public void ThreeSectors() => Encode(3);

    [Benchmark(OperationsPerInvoke = ReferenceNodes)]
    public void Reference() => NodeLabelsReference.EncodeLayer(
        _replicaIds.AsSpan(0, 32), Layer, 0, ReferenceNodes, _parents, _current[0], Layer == 1 ? null : _previous[0]);

    private void Encode(int sectors) => NodeLabels.EncodeLayer(
        _replicaIds.AsSpan(0, sectors * 32), Layer, 0, Nodes, _parents, _current.AsSpan(0, sectors), Layer == 1 ? [] : _previous.AsSpan(0, sectors));

    private static MemoryRegion[] Layers() => [.. Enumerable.Range(0, 3).Select(_ => MemoryRegion.Allocate(Nodes * 32))];

    private static uint[] Graph()
    {
        var random = new Random(1);
        var parents = new uint[Nodes * NodeLabels.Parents];
        for (var node = 1; node < Nodes; node++)
        {
            var of = parents.AsSpan(node * NodeLabels.Parents, NodeLabels.Parents);
            of[0] = (uint)(node - 1);
            for (var p = 1; p < NodeLabels.BaseParents; p++)
                of[p] = (uint)(node - 1 - random.Next(Math.Min(node, 1 << random.Next(1, 15))));
            for (var p = NodeLabels.BaseParents; p < NodeLabels.Parents; p++)
                of[p] = (uint)random.Next(Nodes);
        }

        return parents;
    }
}
