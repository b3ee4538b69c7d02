using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Synthesis;

/// <summary>Finds the name of a constraint by synthesising the part that it is in, without values.</summary>
internal static class ConstraintNames
{
    /// <summary>The path of gadgets to a constraint and its own name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The circuit has fewer constraints.</exception>
    public static string Find(Circuit circuit, CircuitSize size, long constraint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(constraint);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(constraint, size.Total.Constraints);
        var namer = new Namer(constraint);
        CircuitParts parts = circuit.SynthesizeShared(ref namer);
        if (constraint >= size.Shared.Constraints)
        {
            (long part, long row) = Math.DivRem(constraint - size.Shared.Constraints, size.Part.Constraints);
            namer = new Namer(row);
            parts.Synthesize(ref namer, (int)part);
        }
        return namer.Found ?? throw new InvalidOperationException($"Constraint {constraint} of {size.Total.Constraints} was not synthesised.");
    }

    private struct Namer(long constraint) : IConstraintSystem
    {
        private readonly GadgetPath _path = new();
        private long _constraints;
        private int _inputs = 1;
        private int _auxiliaries;

        public static bool HasWitness => false;

        public string? Found { get; private set; }

        public Variable Allocate(in Fr value) => Variable.Auxiliary(_auxiliaries++);

        public Variable AllocateInput(in Fr value) => Variable.Input(_inputs++);

        public void Enforce(string name, scoped ReadOnlySpan<Term> a, scoped ReadOnlySpan<Term> b, scoped ReadOnlySpan<Term> c) => Count(name);

        public void Bind(string name, scoped ReadOnlySpan<Term> sum, Variable variable, in Fr value) => Count(name);

        public readonly void Enter(string gadget) => _path.Enter(gadget, -1);

        public readonly void Enter(string gadget, int index) => _path.Enter(gadget, index);

        public readonly void Leave() => _path.Leave();

        private void Count(string name)
        {
            if (_constraints++ == constraint)
            {
                Found = _path.Of(name);
            }
        }
    }
}
