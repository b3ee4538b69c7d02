using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Synthesis;

/// <summary>The size of a circuit: of what its parts share (with the constant one), and of each part.</summary>
internal readonly record struct CircuitSize(CircuitCounts Shared, CircuitCounts Part, int Parts)
{
    /// <summary>The whole circuit.</summary>
    public CircuitCounts Total => new(
        Shared.Constraints + Parts * Part.Constraints,
        checked(Shared.Inputs + Parts * Part.Inputs),
        checked(Shared.Auxiliaries + Parts * Part.Auxiliaries));

    /// <summary>
    /// Rows of the quadratic arithmetic program: the constraints, and for each public input one that keeps the input's
    /// polynomial independent of the others (input · 0 = 0).
    /// </summary>
    public long Rows => Total.Constraints + Total.Inputs;

    /// <summary>log2 of the evaluation domain: the least power of two that holds all rows.</summary>
    public int DomainLog2 => 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Rows - 1);

    /// <summary>Bytes that a <see cref="ProvingAssignment"/> takes: three values for each row of the domain, one for each variable, two bits for each variable.</summary>
    public long AssignmentBytes
    {
        get
        {
            long variables = (long)Total.Inputs + Total.Auxiliaries;
            return ((3L << DomainLog2) + variables) * Fr.Size + variables / 4;
        }
    }

    /// <summary>Measures a circuit by synthesising what is shared and one part.</summary>
    public static CircuitSize Measure(Circuit circuit)
    {
        var shared = new Counter { Inputs = 1 };
        CircuitParts parts = circuit.SynthesizeShared(ref shared);
        var part = new Counter();
        parts.Synthesize(ref part, 0);
        return new CircuitSize(shared.Counts, part.Counts, circuit.Parts);
    }

    /// <summary>Counts and does nothing else.</summary>
    private struct Counter : IConstraintSystem
    {
        private long _constraints;
        private int _auxiliaries;

        public static bool HasWitness => false;

        public int Inputs { get; set; }

        public readonly CircuitCounts Counts => new(_constraints, Inputs, _auxiliaries);

        public Variable Allocate(in Fr value) => Variable.Auxiliary(_auxiliaries++);

        public Variable AllocateInput(in Fr value) => Variable.Input(Inputs++);

        public void Enforce(string name, scoped ReadOnlySpan<Term> a, scoped ReadOnlySpan<Term> b, scoped ReadOnlySpan<Term> c) => _constraints++;

        public void Bind(string name, scoped ReadOnlySpan<Term> sum, Variable variable, in Fr value) => _constraints++;

        public readonly void Enter(string gadget)
        {
        }

        public readonly void Enter(string gadget, int index)
        {
        }

        public readonly void Leave()
        {
        }
    }
}
