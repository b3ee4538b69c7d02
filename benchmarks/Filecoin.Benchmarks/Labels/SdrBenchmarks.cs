using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Labels;
using Filecoin.Proving.Sectors;

namespace Filecoin.Benchmarks.Labels;

/// <summary>
/// The labels of 8 MiB sectors, two layers, from the parent cache to files on the disk. An operation is one run whatever the number
/// of sectors, so two sectors should cost hardly more than one.
/// </summary>
[CpuTime, SimpleJob(RunStrategy.Monitoring, warmupCount: 1, iterationCount: 5)]
public class SdrBenchmarks
{
    private readonly PoRepConfig config = PoRepConfig.For(RegisteredSealProof.StackedDrg8MiBV1_1);
    private string directory = "";
    private ParentCache? parents;

    [Params(1, 2, 3)]
    public int Sectors { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        directory = Directory.CreateTempSubdirectory("sdr-").FullName;
        parents = ParentCache.OpenOrCreate(directory, StackedGraph.Create(config));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        parents!.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Benchmark]
    public void Encode() => new SdrEncoder(config, parents!).Encode(
        [.. Enumerable.Range(0, Sectors).Select(i => new SdrSector(Id(i), Path.Combine(directory, $"{i}")))]);

    private static ReplicaId Id(int i)
    {
        var id = SHA256.HashData([(byte)i]);
        id[31] &= 0x3f;
        return ReplicaId.FromBytes(id);
    }
}
