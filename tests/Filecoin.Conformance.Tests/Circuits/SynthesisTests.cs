using Filecoin.Conformance.Tests.PoSt;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Circuits.Fallback;
using Filecoin.Proving.Circuits.Stacked;
using Filecoin.Proving.Circuits.Synthesis;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.Circuits;

/// <summary>What provers and key generation take from circuits, held against each other and against constraints merged one by one.</summary>
public sealed class SynthesisTests
{
    public static TheoryData<string> Circuits => ["window", "winning", "porep"];

    [Theory, MemberData(nameof(Circuits))]
    public void Variables_of_the_assignment_are_those_of_the_merged_constraints(string name)
    {
        Circuit circuit = Make(name);
        using ProvingAssignment assignment = ProvingAssignment.Create(circuit, degreeOfParallelism: 2);
        var merged = new MergedOccurrences();
        circuit.Synthesize(ref merged);

        AssertSame(merged.AuxiliariesInA, assignment.AuxiliariesInA);
        AssertSame(merged.AuxiliariesInB, assignment.AuxiliariesInB);
        AssertSame(merged.InputsInB, assignment.InputsInB);
    }

    [Theory, MemberData(nameof(Circuits))]
    public void Assignment_does_not_depend_on_the_number_of_threads(string name)
    {
        Circuit circuit = Make(name);
        using ProvingAssignment one = ProvingAssignment.Create(circuit, degreeOfParallelism: 1);
        using ProvingAssignment many = ProvingAssignment.Create(circuit, degreeOfParallelism: 7);
        Assert.Equal(one.Inputs, many.Inputs);
        AssertEqual(one.Auxiliaries, many.Auxiliaries);
        AssertEqual(one.A, many.A);
        AssertEqual(one.B, many.B);
        AssertEqual(one.C, many.C);
        Assert.True(one.AuxiliariesInA.Words.SequenceEqual(many.AuxiliariesInA.Words));
        Assert.True(one.AuxiliariesInB.Words.SequenceEqual(many.AuxiliariesInB.Words));
    }

    /// <summary>Σ value · polynomial(τ) over the variables is Σ row value · L_row(τ) over the rows, of A, of B and of C.</summary>
    [Theory, MemberData(nameof(Circuits))]
    public void Polynomials_at_a_point_and_values_in_rows_agree(string name)
    {
        Circuit circuit = Make(name);
        using ProvingAssignment assignment = ProvingAssignment.Create(circuit, degreeOfParallelism: 2);
        using MemoryRegion lagrange = MemoryRegion.Allocate(assignment.A.Length);
        Span<Fr> weights = lagrange.Elements<Fr>(0, checked((int)(lagrange.Length / Fr.Size)));
        Fr weight = Fr.MultiplicativeGenerator;
        foreach (ref Fr element in weights)
        {
            element = weight;
            weight *= weight + Fr.One;
        }

        using PolynomialEvaluation evaluation = PolynomialEvaluation.Create(circuit, assignment.Size, lagrange, degreeOfParallelism: 3);
        Fr[] variables = [.. assignment.Inputs, .. assignment.Auxiliaries.ReadOnlyElements<Fr>(0, assignment.Size.Total.Auxiliaries)];
        AssertAgree(assignment.A, evaluation.A);
        AssertAgree(assignment.B, evaluation.B);
        AssertAgree(assignment.C, evaluation.C);

        void AssertAgree(MemoryRegion rows, MemoryRegion polynomials) => Assert.Equal(
            Dot(lagrange.ReadOnlyElements<Fr>(0, (int)assignment.Size.Rows), rows.ReadOnlyElements<Fr>(0, (int)assignment.Size.Rows)),
            Dot(variables, polynomials.ReadOnlyElements<Fr>(0, variables.Length)));
    }

    [Fact]
    public void Every_constraint_has_a_name_and_no_other_has()
    {
        Circuit circuit = Make("window");
        CircuitSize size = CircuitSize.Measure(circuit);
        Assert.Equal("sector 0/public input", ConstraintNames.Find(circuit, size, 0));
        Assert.Equal("sector 1/challenge 9/root", ConstraintNames.Find(circuit, size, size.Total.Constraints - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConstraintNames.Find(circuit, size, size.Total.Constraints));
    }

    private static Circuit Make(string name)
    {
        if (name == "porep")
        {
            PoRepConfig config = GoldenVectors.Meta("2k-v1_1").Config;
            SealCommitPhase1Output c1 = SealCommitPhase1Json.Read(GoldenVectors.SectorFile("2k-v1_1", "c1.json"), config);
            return StackedCircuit.Of(config, c1.PublicInputs, c1.VanillaProofs[0].AsSpan());
        }
        PoStRecording recording = name == "window"
            ? new("window-2k-1partition", PoStKind.Window, ApiVersion.V1_1)
            : new("winning-2k", PoStKind.Winning, ApiVersion.V1_1);
        return FallbackCircuit.Of(recording.Config, PoStPartition.Split(recording.Config, [.. recording.Proofs])[0]);
    }

    private static Fr Dot(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right)
    {
        Fr sum = Fr.Zero;
        for (int i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }
        return sum;
    }

    private static void AssertSame(HashSet<int> expected, VariableDensity found)
    {
        Assert.Equal(expected.Count, found.Count());
        Assert.All(expected, variable => Assert.True(found[variable]));
    }

    private static void AssertEqual(MemoryRegion expected, MemoryRegion found)
    {
        int count = checked((int)(expected.Length / Fr.Size));
        Assert.True(expected.ReadOnlyElements<Fr>(0, count).SequenceEqual(found.ReadOnlyElements<Fr>(0, count)));
    }

    /// <summary>Merges the terms of each constraint, and notes the variables whose coefficient is not zero.</summary>
    private struct MergedOccurrences() : IConstraintSystem
    {
        private readonly Dictionary<Variable, Fr> _merged = [];
        private int _inputs = 1;
        private int _auxiliaries;

        public static bool HasWitness => false;

        public HashSet<int> AuxiliariesInA { get; } = [];

        public HashSet<int> AuxiliariesInB { get; } = [];

        public HashSet<int> InputsInB { get; } = [];

        public Variable Allocate(in Fr value) => Variable.Auxiliary(_auxiliaries++);

        public Variable AllocateInput(in Fr value) => Variable.Input(_inputs++);

        public void Enforce(string name, scoped ReadOnlySpan<Term> a, scoped ReadOnlySpan<Term> b, scoped ReadOnlySpan<Term> c)
        {
            Note(a, AuxiliariesInA, null);
            Note(b, AuxiliariesInB, InputsInB);
        }

        public void Bind(string name, scoped ReadOnlySpan<Term> sum, Variable variable, in Fr value) =>
            Enforce(name, sum, [Variable.One], [variable]);

        public readonly void Enter(string gadget)
        {
        }

        public readonly void Enter(string gadget, int index)
        {
        }

        public readonly void Leave()
        {
        }

        private readonly void Note(ReadOnlySpan<Term> terms, HashSet<int> auxiliaries, HashSet<int>? inputs)
        {
            _merged.Clear();
            foreach (Term term in terms)
            {
                _merged[term.Variable] = _merged.GetValueOrDefault(term.Variable) + term.Coefficient;
            }
            foreach ((Variable variable, Fr coefficient) in _merged)
            {
                if (!coefficient.IsZero)
                {
                    (variable.IsInput ? inputs : auxiliaries)?.Add(variable.Index);
                }
            }
        }
    }
}
