using System.Collections.Immutable;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Filecoin.Benchmarks.PoRep;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Benchmarks.Groth16;

/// <summary>
/// Proofs of a 2 KiB sector with development parameters (made once, kept in <c>filecoin-benchmark-params</c> of the temporary directory):
/// the circuits are small, their shape is that of every size.
/// </summary>
[CpuTime, SimpleJob(RunStrategy.Monitoring, warmupCount: 1, iterationCount: 3)]
public class ProverBenchmarks
{
    private readonly PoRepConfig _porep = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1);
    private readonly PoStConfig _window = PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1);
    private readonly PoStConfig _winning = PoStConfig.For(RegisteredPoStProof.StackedDrgWinning2KiBV1);
    private readonly ParameterStore _store = new(new ParameterStoreOptions
    {
        Directory = Path.Combine(Path.GetTempPath(), "filecoin-benchmark-params"),
        AllowInsecure = true,
    });

    private BenchmarkSector? _sector;
    private SealCommitPhase1Output? _phase1;
    private PoStPublicInputs? _inputs;
    private SectorProof? _windowProof;
    private SectorProof? _winningProof;

    [GlobalSetup]
    public void Setup()
    {
        DevelopmentParameters.Make(_store, _porep);
        DevelopmentParameters.Make(_store, _window);
        DevelopmentParameters.Make(_store, _winning);
        _sector = new BenchmarkSector(_porep);
        _phase1 = SealCommitPhase1.Prove(_porep, _sector.Files, _sector.Inputs, _sector.Ticket, degree: 1);
        var randomness = PoStRandomness.FromChain(SHA256.HashData("randomness"u8));
        var sector = new PoStSector(new SectorNumber(1), _sector.Inputs.CommR);
        _inputs = new PoStPublicInputs(randomness, [sector]);
        _windowProof = Vanilla(_window, randomness, sector);
        _winningProof = Vanilla(_winning, randomness, sector);
    }

    [Benchmark(Baseline = true)]
    public byte[] SealCommit2() => new SealCommitProver(_store).Prove(_porep, _phase1!, ProverId.FromActorId(1000), new SectorNumber(1));

    [Benchmark]
    public byte[] WinningPoSt() => new WinningPoStProver(_store).Prove(_winning, _inputs!, _winningProof!);

    [Benchmark]
    public byte[] WindowPoSt() => new WindowPoStProver(_store).Prove(_window, _inputs!, ImmutableArray.Create(_windowProof!));

    [GlobalCleanup]
    public void Cleanup() => _sector?.Dispose();

    private SectorProof Vanilla(PoStConfig config, PoStRandomness randomness, PoStSector sector) => SectorProver.Prove(
        config.SectorSize, _sector!.Files, sector, PoStChallenges.ForSector(config, randomness, sector.Number, 0).AsSpan());
}
