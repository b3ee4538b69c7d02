using System.Diagnostics;
using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Circuits.Stacked;
using Filecoin.Proving.Circuits.Synthesis;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Xunit.Abstractions;

namespace Filecoin.Conformance.Tests.Circuits;

/// <summary>
/// The recorded vanilla proofs of replication satisfy their circuits and lead to the recorded public inputs; each of their parts
/// changed, the constraint that breaks is named.
/// </summary>
public sealed class StackedWitnessTests(ITestOutputHelper output)
{
    public static TheoryData<string> Sectors => ["2k-v1_1", "2k-v1_0", "2k-v1_1-cc", "2k-v1_2-ni", "2k-v1_2-synth", "4k-v1_1", "16k-v1_1", "32k-v1_1", "8m-v1_1"];

    [Theory, MemberData(nameof(Sectors))]
    public void Recorded_proofs_satisfy_the_circuit(string sector)
    {
        (PoRepConfig config, SealCommitPhase1Output c1) = Read(sector);
        int partition = config.Partitions - 1;
        StackedCircuit circuit = StackedCircuit.Of(config, c1.PublicInputs, c1.VanillaProofs[partition].AsSpan());

        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        using ProvingAssignment assignment = ProvingAssignment.Create(circuit, degreeOfParallelism: 2);
        TimeSpan taken = Process.GetCurrentProcess().TotalProcessorTime - before;
        output.WriteLine($"{taken.TotalSeconds:0.00} CPU s for {assignment.Size.Total.Constraints} constraints");

        assignment.ThrowIfInputsDiffer(c1.PublicInputs.ForCircuit(config, partition).AsSpan());
    }

    [Fact]
    public void Every_constraint_holds_term_by_term()
    {
        (StackedShape shape, StackedWitness witness) = OneChallenge();
        Assert.Equal(22, CircuitCheck.Run(new StackedCircuit(shape, witness)).Length);
    }

    [Fact]
    public void A_changed_part_breaks_the_constraint_that_it_should()
    {
        (StackedShape shape, StackedWitness witness) = OneChallenge();
        StackedChallengeWitness challenge = witness.Challenges[0];

        Check("CommR/hash of CommC and CommRLast", witness with { CommR = witness.CommR + Fr.One });
        Check("CommR/hash of CommC and CommRLast", witness with { CommC = witness.CommC + Fr.One });
        Check("CommR/hash of CommC and CommRLast", witness with { CommRLast = witness.CommRLast + Fr.One });
        Check("challenge 0/data leaf/root", witness with { CommD = witness.CommD + Fr.One });
        Check("challenge 0/replica node/root", witness with { ReplicaId = witness.ReplicaId + Fr.One });

        CheckChallenge("challenge 0/data leaf/root", challenge with { DataLeaf = challenge.DataLeaf + Fr.One });
        CheckChallenge("challenge 0/data leaf/root", challenge with { DataPath = WithSibling(challenge.DataPath) });
        CheckChallenge("challenge 0/replica node/root", challenge with { Challenge = challenge.Challenge ^ 1 });
        CheckChallenge("challenge 0/replica node/root", challenge with { ReplicaPath = WithSibling(challenge.ReplicaPath) });
        CheckChallenge("challenge 0/column/root", challenge with { ColumnPath = WithSibling(challenge.ColumnPath) });
        ColumnWitness first = challenge.BaseParents[0], last = challenge.ExpanderParents[7];
        CheckChallenge(
            "challenge 0/base parent 0/root",
            challenge with { BaseParents = challenge.BaseParents.With(0, first with { Labels = first.Labels.With(1, first.Labels[1] + Fr.One) }) });
        CheckChallenge(
            "challenge 0/expander parent 7/root",
            challenge with { ExpanderParents = challenge.ExpanderParents.With(7, last with { Path = WithSibling(last.Path) }) });

        // Parents that are in the tree, but not this node's.
        CheckChallenge(
            "challenge 0/replica node/root",
            challenge with { BaseParents = challenge.BaseParents.With(2, challenge.ExpanderParents[0]) });

        void CheckChallenge(string path, StackedChallengeWitness changed) => Check(path, witness with { Challenges = [changed] });

        void Check(string path, StackedWitness changed)
        {
            var circuit = new StackedCircuit(shape, changed);
            var thrown = Assert.Throws<UnsatisfiedCircuitException>(() => ProvingAssignment.Create(circuit, degreeOfParallelism: 1));
            Assert.Equal(path, thrown.GadgetPath);
        }
    }

    [Fact]
    public void Proofs_that_do_not_fit_are_refused_before_anything_is_synthesised()
    {
        (PoRepConfig config, SealCommitPhase1Output c1) = Read("2k-v1_1");
        ReadOnlySpan<ChallengeProof> proofs = c1.VanillaProofs[0].AsSpan();
        ChallengeProof[] one = [proofs[0]];
        Refused("Expected 2 challenges, found 1", config, one);
        Refused("Expected vanilla proofs, found none", config, []);
        Refused("rows of the path in TreeD", PoRepConfig.Create(SectorSize.MiB8, config.ApiVersion), [.. proofs]);
        (_, SealCommitPhase1Output other) = Read("2k-v1_1-cc");
        Refused("of TreeC in the proof of challenge 1", config, [proofs[0], other.VanillaProofs[0][1]]);

        void Refused(string message, PoRepConfig of, ChallengeProof[] vanilla) => Assert.Contains(
            message,
            Assert.Throws<CircuitWitnessException>(() => StackedCircuit.Of(of, c1.PublicInputs, vanilla)).Message,
            StringComparison.Ordinal);
    }

    private static MerklePathWitness WithSibling(MerklePathWitness path)
    {
        MerklePathRow top = path.Rows[^1];
        return new MerklePathWitness(path.Rows.With(path.Rows.Length - 1, top with { Siblings = top.Siblings.With(0, top.Siblings[0] + Fr.One) }));
    }

    /// <summary>The first challenge of the recorded 2 KiB sector, in a circuit of one challenge.</summary>
    private static (StackedShape Shape, StackedWitness Witness) OneChallenge()
    {
        (_, SealCommitPhase1Output c1) = Read("2k-v1_1");
        var shape = StackedShape.Create(nodes: 64, layers: 2, challenges: 1, 8, 0, 0);
        return (shape, StackedWitness.Of(c1.PublicInputs, [c1.VanillaProofs[0][0]]));
    }

    private static (PoRepConfig Config, SealCommitPhase1Output C1) Read(string sector)
    {
        PoRepConfig config = GoldenVectors.Meta(sector).Config;
        return (config, SealCommitPhase1Json.Read(GoldenVectors.SectorFile(sector, "c1.json"), config));
    }
}
