using Filecoin.Conformance.Tests.PoSt;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.Groth16;

/// <summary>With the official parameters and the recorded blinding factors, our prover makes the official bytes.</summary>
public sealed class ProverTests(RecordedKeys keys) : IClassFixture<RecordedKeys>
{
    [Theory]
    [InlineData("window-2k-1partition", ApiVersion.V1_1)]
    [InlineData("window-2k-2partitions", ApiVersion.V1_1)]
    [InlineData("window-2k-v1_2-padded", ApiVersion.V1_2)]
    public void Window_proofs_are_the_recorded_bytes(string name, ApiVersion version)
    {
        var recording = new PoStRecording(name, PoStKind.Window, version);
        var first = ulong.Parse(recording.Json.GetProperty("fixed_rs").GetString()!, null);
        var prover = new WindowPoStProver(keys.Store, new Groth16ProverOptions { Randomness = new RecordedKeys.FixedRandomness(first) });
        var phases = new List<ProverPhase>();

        var proof = prover.Prove(recording.Config, recording.Inputs, [.. recording.Proofs], new Collect(phases));

        Assert.Equal(recording.Json.GetProperty("proof").GetString(), Convert.ToHexStringLower(proof));
        Assert.Equal(Enum.GetValues<ProverPhase>().Order(), phases.Distinct().Order());
    }

    [Fact]
    public void Partitions_proven_apart_merge_into_a_proof_of_all()
    {
        var recording = new PoStRecording("window-2k-2partitions", PoStKind.Window, ApiVersion.V1_1);
        var prover = new WindowPoStProver(keys.Store);
        var perPartition = recording.Config.SectorsPerPartition;
        var parts = recording.Proofs.Chunk(perPartition)
            .Select((proofs, partition) => prover.ProvePartition(recording.Config, recording.Inputs, partition, [.. proofs])).ToArray();

        var proof = WindowPoStProver.Merge(parts);

        Assert.True(new PoStVerifier(keys.Store).Verify(recording.Config, recording.Inputs, proof));
        Assert.Throws<MalformedProofException>(() => WindowPoStProver.Merge([proof]));
    }

    [Fact]
    public void Vanilla_proofs_of_another_randomness_are_refused_before_the_long_work()
    {
        var recording = new PoStRecording("window-2k-1partition", PoStKind.Window, ApiVersion.V1_1);
        var other = new PoStPublicInputs(PoStRandomness.FromChain(new byte[32]), recording.Inputs.Sectors);
        var phases = new List<ProverPhase>();
        Assert.Throws<CircuitWitnessException>(
            () => new WindowPoStProver(keys.Store).Prove(recording.Config, other, [.. recording.Proofs], new Collect(phases)));
        Assert.DoesNotContain(ProverPhase.H, phases);
    }

    [Fact]
    public void A_memory_budget_is_kept()
    {
        var recording = new PoStRecording("window-2k-1partition", PoStKind.Window, ApiVersion.V1_1);
        var prover = new WindowPoStProver(keys.Store, new Groth16ProverOptions { MemoryBudget = 1 << 20 });
        var error = Assert.Throws<MemoryBudgetException>(() => prover.Prove(recording.Config, recording.Inputs, [.. recording.Proofs]));
        Assert.True(error.Needed > 1 << 20);
    }

    private sealed class Collect(List<ProverPhase> phases) : IProgress<ProverProgress>
    {
        public void Report(ProverProgress value)
        {
            lock (phases) phases.Add(value.Phase);
        }
    }
}
