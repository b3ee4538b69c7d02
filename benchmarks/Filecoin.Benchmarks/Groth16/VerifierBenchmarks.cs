using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Filecoin.Benchmarks.PoRep;
using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Benchmarks.Groth16;

/// <summary>One proof verified against its share of a batch. Reading a proof checks its three points' subgroups.</summary>
public class VerifierBenchmarks
{
    private const int Batch = 100;
    private readonly Groth16Proof[] _proofs = new Groth16Proof[Batch];
    private readonly Fr[][] _inputs = new Fr[Batch][];
    private byte[] _bytes = [];
    private Groth16Verifier? _verifier;

    [GlobalSetup]
    public void Setup()
    {
        var config = PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1);
        var store = new ParameterStore(new ParameterStoreOptions
        {
            Directory = Path.Combine(Path.GetTempPath(), "filecoin-benchmark-params"),
            AllowInsecure = true,
        });
        DevelopmentParameters.Make(store, config);
        using var sector = new BenchmarkSector(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1));
        var prover = new WindowPoStProver(store);
        for (int i = 0; i < Batch; i++)
        {
            var randomness = PoStRandomness.FromChain(SHA256.HashData([(byte)i]));
            var inputs = new PoStPublicInputs(randomness, [new PoStSector(new SectorNumber(1), sector.Inputs.CommR)]);
            var vanilla = SectorProver.Prove(
                config.SectorSize, sector.Files, inputs.Sectors[0], PoStChallenges.ForSector(config, randomness, new SectorNumber(1), 0).AsSpan());
            _bytes = prover.Prove(config, inputs, [vanilla]);
            _proofs[i] = Groth16Proof.Read(_bytes);
            _inputs[i] = [.. inputs.ForCircuit(config, 0)];
        }
        _verifier = new Groth16Verifier(store.ReadVerifyingKey(ParameterIdentifier.Of(config)));
    }

    [Benchmark(Baseline = true)]
    public bool One() => _verifier!.Verify(_proofs[0], _inputs[0]);

    [Benchmark]
    public bool ReadAndVerifyOne() => _verifier!.Verify(Groth16Proof.Read(_bytes), _inputs[Batch - 1]);

    [Benchmark(OperationsPerInvoke = Batch)]
    public bool HundredInABatch() => _verifier!.VerifyBatch(_proofs, _inputs);

    [Benchmark(OperationsPerInvoke = Batch)]
    public bool HundredOnAllCores() => _verifier!.VerifyBatch(_proofs, _inputs, Environment.ProcessorCount);
}
