using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Labels;
using Filecoin.Proving.Replicas;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Benchmarks.Trees;

/// <summary>The trees of an 8 MiB sector from files to files: TreeD; TreeC; replica with TreeR; the last two are phase 2 of precommit.</summary>
[CpuTime, SimpleJob(RunStrategy.Monitoring, warmupCount: 1, iterationCount: 5)]
public class PreCommit2Benchmarks
{
    private readonly PoRepConfig config = PoRepConfig.For(RegisteredSealProof.StackedDrg8MiBV1_1);
    private string directory = "";
    private TreeBuildOptions options = new();

    [Params(1, 2)]
    public int Degree { get; set; }

    private string Data => Path.Combine(directory, "data");

    private string Sealed => Path.Combine(directory, "sealed");

    [GlobalSetup]
    public void Setup()
    {
        directory = Directory.CreateTempSubdirectory("trees-").FullName;
        options = new TreeBuildOptions { Degree = Degree };
        var bytes = new byte[config.SectorSize.Bytes];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = i % 32 == 31 ? (byte)0 : (byte)(i * 31);
        File.WriteAllBytes(Data, bytes);
        new SdrEncoder(config, StackedGraph.Create(config)).Encode([new SdrSector(ReplicaId.FromBytes(new byte[32]), directory)]);
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(directory, recursive: true);

    [Benchmark]
    public void TreeDFile() => TreeD.Build(directory, config.SectorSize, Data, options);

    [Benchmark]
    public void TreeCFiles() => TreeC.Build(directory, config, options);

    [Benchmark]
    public void ReplicaAndTreeR() => ReplicaEncoder.Encode(directory, config, Data, Sealed, options);

    [Benchmark(Baseline = true)]
    public void PreCommit2()
    {
        TreeCFiles();
        ReplicaAndTreeR();
    }
}
