using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Sectors;

namespace Filecoin.Benchmarks.Groth16;

/// <summary>The development set-up of the 2 KiB PoRep circuit: 10.9 million points of G1 and 0.7 million of G2.</summary>
[CpuTime, SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 0, iterationCount: 1)]
public class SetupBenchmarks
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("filecoin-benchmark-setup-");

    [Benchmark]
    public bool PoRepParameters() => DevelopmentParameters.Make(
        new ParameterStore(new ParameterStoreOptions { Directory = _directory.FullName }), PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1));

    [GlobalCleanup]
    public void Cleanup() => _directory.Delete(recursive: true);
}
