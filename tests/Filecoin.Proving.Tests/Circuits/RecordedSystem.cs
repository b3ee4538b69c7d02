using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits;

namespace Filecoin.Proving.Tests.Circuits;

/// <summary>A constraint system that keeps everything, so that a test can change a variable afterwards and see what breaks.</summary>
internal readonly struct RecordedSystem() : IConstraintSystem
{
    private readonly State _state = new();

    public static bool HasWitness => true;

    public List<Fr> Inputs => _state.Inputs;

    public List<Fr> Auxiliaries => _state.Auxiliaries;

    public int Constraints => _state.Constraints.Count;

    public Variable Allocate(in Fr value)
    {
        Auxiliaries.Add(value);
        return Variable.Auxiliary(Auxiliaries.Count - 1);
    }

    public Variable AllocateInput(in Fr value)
    {
        Inputs.Add(value);
        return Variable.Input(Inputs.Count - 1);
    }

    public void Enforce(string name, scoped ReadOnlySpan<Term> a, scoped ReadOnlySpan<Term> b, scoped ReadOnlySpan<Term> c) =>
        _state.Constraints.Add((name, a.ToArray(), b.ToArray(), c.ToArray()));

    public void Bind(string name, scoped ReadOnlySpan<Term> sum, Variable variable, in Fr value)
    {
        // What the gadget vouches for must be so, or a prover that believes it goes wrong.
        Assert.Equal(value, Evaluate(sum));
        Assert.Equal(value, ValueOf(variable));
        Enforce(name, sum, [Variable.One], [variable]);
    }

    public void Enter(string gadget) => _state.Depth++;

    public void Enter(string gadget, int index) => _state.Depth++;

    public void Leave() => _state.Depth--;

    public Fr ValueOf(Variable variable) => (variable.IsInput ? Inputs : Auxiliaries)[variable.Index];

    /// <summary>The name of the first constraint that does not hold, or null.</summary>
    public string? FirstBroken()
    {
        foreach (var (name, a, b, c) in _state.Constraints)
        {
            if (Evaluate(a) * Evaluate(b) != Evaluate(c))
            {
                return name;
            }
        }
        return null;
    }

    /// <summary>Asserts that what was synthesised holds, that gadgets were left as often as entered, and that no single auxiliary variable is free.</summary>
    public void AssertSound(int samples = int.MaxValue)
    {
        Assert.Null(FirstBroken());
        Assert.Equal(0, _state.Depth);
        Dictionary<int, List<int>> occurrences = Occurrences();
        int step = Math.Max(1, Auxiliaries.Count / samples);
        for (int i = 0; i < Auxiliaries.Count; i += step)
        {
            Fr before = Auxiliaries[i];
            Auxiliaries[i] = before + Fr.FromUInt64(3);
            Assert.True(
                occurrences.TryGetValue(i, out List<int>? constraints) && constraints.Any(IsBroken), $"Nothing holds auxiliary variable {i} to its value.");
            Auxiliaries[i] = before;
        }
    }

    private bool IsBroken(int constraint)
    {
        var (_, a, b, c) = _state.Constraints[constraint];
        return Evaluate(a) * Evaluate(b) != Evaluate(c);
    }

    private Dictionary<int, List<int>> Occurrences()
    {
        var occurrences = new Dictionary<int, List<int>>();
        for (int i = 0; i < _state.Constraints.Count; i++)
        {
            var (_, a, b, c) = _state.Constraints[i];
            foreach (Variable variable in a.Concat(b).Concat(c).Select(t => t.Variable).Where(v => !v.IsInput).Distinct())
            {
                if (!occurrences.TryGetValue(variable.Index, out List<int>? list))
                {
                    occurrences.Add(variable.Index, list = []);
                }
                list.Add(i);
            }
        }
        return occurrences;
    }

    private Fr Evaluate(ReadOnlySpan<Term> combination)
    {
        Fr sum = Fr.Zero;
        foreach (Term term in combination)
        {
            sum += term.Coefficient * ValueOf(term.Variable);
        }
        return sum;
    }

    private sealed class State
    {
        public List<Fr> Inputs { get; } = [Fr.One];

        public List<Fr> Auxiliaries { get; } = [];

        public List<(string Name, Term[] A, Term[] B, Term[] C)> Constraints { get; } = [];

        public int Depth { get; set; }
    }
}
