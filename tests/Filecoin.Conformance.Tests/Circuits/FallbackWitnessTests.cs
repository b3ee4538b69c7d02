using Filecoin.Conformance.Tests.PoSt;
using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Circuits.Fallback;
using Filecoin.Proving.Circuits.Synthesis;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.Circuits;

/// <summary>The recorded vanilla proofs of spacetime satisfy their circuits; each of their parts changed, the constraint that breaks is named.</summary>
public sealed class FallbackWitnessTests
{
    public static TheoryData<string, PoStKind, ApiVersion> Recordings => PoStRecording.All;

    [Theory, MemberData(nameof(Recordings))]
    public void Recorded_proofs_satisfy_the_circuit(string name, PoStKind kind, ApiVersion version)
    {
        var recording = new PoStRecording(name, kind, version);
        foreach (PoStPartition partition in PoStPartition.Split(recording.Config, [.. recording.Proofs]))
        {
            FallbackCircuit circuit = FallbackCircuit.Of(recording.Config, partition);
            Fr[] expected = [.. recording.Inputs.ForCircuit(recording.Config, partition.Index)];
            using ProvingAssignment assignment = ProvingAssignment.Create(circuit, degreeOfParallelism: 2);
            assignment.ThrowIfInputsDiffer(expected);
            Assert.Equal(expected, CircuitCheck.Run(circuit)[1..]);
        }
    }

    [Fact]
    public void A_changed_part_breaks_the_constraint_that_it_should()
    {
        var recording = new PoStRecording("window-2k-1partition", PoStKind.Window, ApiVersion.V1_1);
        FallbackShape shape = FallbackShape.Of(recording.Config);
        FallbackSectorWitness[] witness =
            [.. PoStPartition.Split(recording.Config, [.. recording.Proofs])[0].Sectors.Select(FallbackSectorWitness.Of)];
        FallbackSectorWitness last = witness[^1];
        const string CommR = "sector 1/CommR/hash of CommC and CommRLast", Root = "sector 1/challenge 7/root";

        Check(CommR, last with { CommR = last.CommR + Fr.One });
        Check(CommR, last with { CommC = last.CommC + Fr.One });
        Check(CommR, last with { CommRLast = last.CommRLast + Fr.One });
        Check(Root, last with { Leaves = last.Leaves.With(7, last.Leaves[7] + Fr.One) });
        for (int row = 0; row < last.Paths[7].Rows.Length; row++)
        {
            MerklePathRow found = last.Paths[7].Rows[row];
            Check(Root, WithRow(row, found with { Siblings = found.Siblings.With(3, found.Siblings[3] + Fr.One) }));
            Check(Root, WithRow(row, found with { Position = found.Position ^ 1 }));
        }

        FallbackSectorWitness WithRow(int row, MerklePathRow changed) =>
            last with { Paths = last.Paths.With(7, new MerklePathWitness(last.Paths[7].Rows.With(row, changed))) };

        void Check(string path, FallbackSectorWitness changed)
        {
            var circuit = new FallbackCircuit(shape, witness.With(witness.Length - 1, changed));
            var oracle = Assert.Throws<UnsatisfiedCircuitException>(() => CircuitCheck.Run(circuit));
            Assert.Equal(path, oracle.GadgetPath);
            var thrown = Assert.Throws<UnsatisfiedCircuitException>(() => ProvingAssignment.Create(circuit, degreeOfParallelism: 2));
            Assert.Equal((oracle.GadgetPath, oracle.Constraint), (thrown.GadgetPath, thrown.Constraint));
        }
    }

    [Fact]
    public void Proofs_that_do_not_fit_are_refused_before_anything_is_synthesised()
    {
        var recording = new PoStRecording("window-2k-1partition", PoStKind.Window, ApiVersion.V1_1);
        PoStPartition partition = PoStPartition.Split(recording.Config, [.. recording.Proofs])[0];

        Refused("Expected 2 sectors, found 1", recording.Config, partition with { Sectors = partition.Sectors[..1] });
        Refused("Expected 66 sectors, found 2", PoStConfig.Create(PoStKind.Winning, SectorSize.KiB2, ApiVersion.V1_0), partition);
        Refused("Expected 6 rows of a path in TreeR, found 2", PoStConfig.Create(PoStKind.Window, SectorSize.MiB8, ApiVersion.V1_1), partition);
        Refused(
            "Expected 10 challenged leaves, found 9",
            recording.Config,
            partition with { Sectors = partition.Sectors.SetItem(0, partition.Sectors[0] with { Inclusions = partition.Sectors[0].Inclusions[..9] }) });

        var blank = new FallbackCircuit(FallbackShape.Of(recording.Config));
        Assert.Throws<CircuitWitnessException>(() => ProvingAssignment.Create(blank, 1));
        Assert.Throws<CircuitWitnessException>(() => CircuitCheck.Run(blank));

        using ProvingAssignment assignment = ProvingAssignment.Create(FallbackCircuit.Of(recording.Config, partition), 1);
        Fr[] inputs = assignment.Inputs[1..];
        Assert.Throws<CircuitWitnessException>(() => assignment.ThrowIfInputsDiffer(inputs.AsSpan(1)));
        inputs[4] += Fr.One;
        Assert.Contains("public input 4", Assert.Throws<CircuitWitnessException>(() => assignment.ThrowIfInputsDiffer(inputs)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Synthesis_ends_when_it_is_cancelled()
    {
        var recording = new PoStRecording("window-2k-1partition", PoStKind.Window, ApiVersion.V1_1);
        FallbackCircuit circuit = FallbackCircuit.Of(recording.Config, PoStPartition.Split(recording.Config, [.. recording.Proofs])[0]);
        Assert.ThrowsAny<OperationCanceledException>(() => ProvingAssignment.Create(circuit, 2, null, new CancellationToken(canceled: true)));
    }

    private static void Refused(string message, PoStConfig config, PoStPartition partition) =>
        Assert.Contains(message, Assert.Throws<CircuitWitnessException>(() => FallbackCircuit.Of(config, partition)).Message, StringComparison.Ordinal);
}
