using BenchmarkDotNet.Attributes;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;

namespace Filecoin.Benchmarks.Graph;

/// <summary>
/// The parents of 65,536 nodes: read from the cache on disk (baseline, the file in the page cache), or made from the graph. Labelling
/// takes them from either.
/// </summary>
[CpuTime]
public class ParentBenchmarks
{
    private const int Nodes = 65_536;

    private readonly uint[] window = new uint[Nodes * PoRepConfig.Degree];
    private readonly StackedGraph small = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg8MiBV1_1));
    private readonly StackedGraph large = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg32GiBV1_1));
    private string directory = "";
    private ParentCache? cache;

    [GlobalSetup]
    public void Setup()
    {
        directory = Directory.CreateTempSubdirectory("parents-").FullName;
        cache = ParentCache.OpenOrCreate(directory, small);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        cache!.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Nodes)]
    public void Cache8MiB() => cache!.ReadWindow(Nodes, Nodes, window);

    [Benchmark(OperationsPerInvoke = Nodes)]
    public void Graph8MiB() => small.ReadWindow(Nodes, Nodes, window);

    [Benchmark(OperationsPerInvoke = Nodes)]
    public void Graph32GiB() => large.ReadWindow(1 << 29, Nodes, window);
}
