using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Synthesis;

/// <summary>
/// Checks a circuit with its witness constraint by constraint, evaluating every combination term by term and trusting no gadget;
/// nothing is kept but the variables. Slower than <see cref="ProvingAssignment"/>, and its oracle.
/// </summary>
internal sealed class CircuitCheck
{
    private readonly List<Fr> _inputs = [Fr.One];
    private readonly List<Fr> _auxiliaries = [];
    private readonly GadgetPath _path = new();
    private long _constraints;

    private CircuitCheck()
    {
    }

    /// <summary>Checks a circuit.</summary>
    /// <returns>The public inputs, the constant one first.</returns>
    /// <exception cref="CircuitWitnessException">The circuit has no witness.</exception>
    /// <exception cref="UnsatisfiedCircuitException">A constraint does not hold; the first is named.</exception>
    public static Fr[] Run(Circuit circuit)
    {
        circuit.ThrowIfBlank();
        var check = new CircuitCheck();
        var system = new Checker(check);
        circuit.Synthesize(ref system);
        return [.. check._inputs];
    }

    private Fr Evaluate(ReadOnlySpan<Term> combination)
    {
        Fr sum = Fr.Zero;
        foreach (ref readonly Term term in combination)
        {
            sum += term.Coefficient * (term.Variable.IsInput ? _inputs[term.Variable.Index] : _auxiliaries[term.Variable.Index]);
        }
        return sum;
    }

    private readonly struct Checker(CircuitCheck check) : IConstraintSystem
    {
        public static bool HasWitness => true;

        public Variable Allocate(in Fr value)
        {
            check._auxiliaries.Add(value);
            return Variable.Auxiliary(check._auxiliaries.Count - 1);
        }

        public Variable AllocateInput(in Fr value)
        {
            check._inputs.Add(value);
            return Variable.Input(check._inputs.Count - 1);
        }

        public void Enforce(string name, scoped ReadOnlySpan<Term> a, scoped ReadOnlySpan<Term> b, scoped ReadOnlySpan<Term> c)
        {
            if (check.Evaluate(a) * check.Evaluate(b) != check.Evaluate(c))
            {
                throw new UnsatisfiedCircuitException(check._constraints, check._path.Of(name));
            }
            check._constraints++;
        }

        public void Bind(string name, scoped ReadOnlySpan<Term> sum, Variable variable, in Fr value) =>
            Enforce(name, sum, [Variable.One], [variable]);

        public void Enter(string gadget) => check._path.Enter(gadget, -1);

        public void Enter(string gadget, int index) => check._path.Enter(gadget, index);

        public void Leave() => check._path.Leave();
    }
}
