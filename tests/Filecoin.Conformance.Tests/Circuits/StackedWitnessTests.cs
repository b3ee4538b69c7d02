using System.Diagnostics;
using Filecoin.Proving.Circuits.Stacked;
using Filecoin.Proving.Circuits.Synthesis;
using Filecoin.Proving.PoRep;
using Xunit.Abstractions;

namespace Filecoin.Conformance.Tests.Circuits;

/// <summary>The recorded vanilla proofs of replication satisfy their circuits, and lead to the recorded public inputs.</summary>
public sealed class StackedWitnessTests(ITestOutputHelper output)
{
    public static TheoryData<string> Sectors => ["2k-v1_1", "2k-v1_2-synth", "4k-v1_1", "32k-v1_1"];

    [Theory, MemberData(nameof(Sectors))]
    public void Recorded_proofs_satisfy_the_circuit(string sector)
    {
        SectorMeta meta = GoldenVectors.Meta(sector);
        SealCommitPhase1Output c1 = SealCommitPhase1Json.Read(GoldenVectors.SectorFile(sector, "c1.json"), meta.Config);
        StackedCircuit circuit = StackedCircuit.Of(meta.Config, c1.PublicInputs, c1.VanillaProofs[0].AsSpan());

        var before = Process.GetCurrentProcess().TotalProcessorTime;
        using ProvingAssignment assignment = ProvingAssignment.Create(circuit, degreeOfParallelism: 1);
        output.WriteLine($"{(Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds:0.00} CPU s for {assignment.Size.Total.Constraints} constraints");
        output.WriteLine($"{assignment.AuxiliariesInA.Count()} in A, {assignment.InputsInB.Count()} + {assignment.AuxiliariesInB.Count()} in B");

        assignment.ThrowIfInputsDiffer(c1.PublicInputs.ForCircuit(meta.Config, 0).AsSpan());
    }
}
