using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Synthesis;

/// <summary>Writes the values of one part of a circuit (or of what the parts share) into their place in an assignment.</summary>
internal ref struct AssignmentWriter : IConstraintSystem
{
    private readonly Span<Fr> _a;
    private readonly Span<Fr> _b;
    private readonly Span<Fr> _c;
    private readonly Span<Fr> _inputs;
    private readonly Span<Fr> _auxiliaries;
    private readonly ReadOnlySpan<Fr> _sharedInputs;
    private readonly ReadOnlySpan<Fr> _sharedAuxiliaries;
    private readonly VariableDensity _auxiliariesInA;
    private readonly VariableDensity _inputsInB;
    private readonly VariableDensity _auxiliariesInB;
    private readonly long _firstConstraint;
    private readonly int _firstInput;
    private readonly int _firstAuxiliary;
    private int _constraints;
    private int _nextInput;
    private int _nextAuxiliary;

    /// <summary>A writer of a part, or of what is shared for part -1.</summary>
    public AssignmentWriter(ProvingAssignment assignment, int part)
    {
        CircuitSize size = assignment.Size;
        bool isShared = part < 0;
        CircuitCounts own = isShared ? size.Shared : size.Part;
        _firstConstraint = isShared ? 0 : size.Shared.Constraints + part * size.Part.Constraints;
        _firstInput = isShared ? 0 : size.Shared.Inputs + part * size.Part.Inputs;
        _firstAuxiliary = isShared ? 0 : size.Shared.Auxiliaries + part * size.Part.Auxiliaries;
        // The constant one is there already.
        _nextInput = isShared ? 1 : 0;

        _a = assignment.A.Elements<Fr>(_firstConstraint, checked((int)own.Constraints));
        _b = assignment.B.Elements<Fr>(_firstConstraint, _a.Length);
        _c = assignment.C.Elements<Fr>(_firstConstraint, _a.Length);
        _inputs = assignment.Inputs.AsSpan(_firstInput, own.Inputs);
        _auxiliaries = assignment.Auxiliaries.Elements<Fr>(_firstAuxiliary, own.Auxiliaries);
        _sharedInputs = assignment.Inputs.AsSpan(0, size.Shared.Inputs);
        _sharedAuxiliaries = assignment.Auxiliaries.ReadOnlyElements<Fr>(0, size.Shared.Auxiliaries);
        (_auxiliariesInA, _inputsInB, _auxiliariesInB) = (assignment.AuxiliariesInA, assignment.InputsInB, assignment.AuxiliariesInB);
    }

    /// <inheritdoc/>
    public static bool HasWitness => true;

    /// <inheritdoc/>
    public Variable Allocate(in Fr value)
    {
        _auxiliaries[_nextAuxiliary] = value;
        return Variable.Auxiliary(_firstAuxiliary + _nextAuxiliary++);
    }

    /// <inheritdoc/>
    public Variable AllocateInput(in Fr value)
    {
        _inputs[_nextInput] = value;
        return Variable.Input(_firstInput + _nextInput++);
    }

    /// <inheritdoc/>
    public void Enforce(string name, scoped ReadOnlySpan<Term> a, scoped ReadOnlySpan<Term> b, scoped ReadOnlySpan<Term> c)
    {
        Fr sumA = default, sumB = default, sumC = default;
        foreach (ref readonly Term term in a)
        {
            AddTerm(ref sumA, term);
            MarkA(term);
        }
        foreach (ref readonly Term term in b)
        {
            AddTerm(ref sumB, term);
            MarkB(term);
        }
        foreach (ref readonly Term term in c)
        {
            AddTerm(ref sumC, term);
        }
        int row = _constraints++;
        _a[row] = sumA;
        _b[row] = sumB;
        _c[row] = sumC;
    }

    /// <inheritdoc/>
    public void Bind(string name, scoped ReadOnlySpan<Term> sum, Variable variable, in Fr value)
    {
        foreach (ref readonly Term term in sum)
        {
            MarkA(term);
        }
        _inputsInB.Mark(Variable.One.Index);
        int row = _constraints++;
        _a[row] = value;
        _b[row] = Fr.One;
        _c[row] = value;
    }

    /// <inheritdoc/>
    public readonly void Enter(string gadget)
    {
    }

    /// <inheritdoc/>
    public readonly void Enter(string gadget, int index)
    {
    }

    /// <inheritdoc/>
    public readonly void Leave()
    {
    }

    /// <summary>Checks that all was written, and every constraint.</summary>
    /// <returns>The first constraint of the whole circuit that does not hold, or -1.</returns>
    public readonly long Finish()
    {
        if (_constraints != _a.Length || _nextInput != _inputs.Length || _nextAuxiliary != _auxiliaries.Length)
        {
            throw new InvalidOperationException(
                $"Parts of a circuit must be of one size: expected {_a.Length} constraints, {_inputs.Length} inputs, {_auxiliaries.Length} auxiliaries, " +
                $"found {_constraints}, {_nextInput}, {_nextAuxiliary}.");
        }
        for (int row = 0; row < _a.Length; row++)
        {
            ref readonly Fr b = ref _b[row];
            bool holds = b.IsOne ? _a[row] == _c[row] : b.IsZero ? _c[row].IsZero : _a[row] * b == _c[row];
            if (!holds)
            {
                return _firstConstraint + row;
            }
        }
        return -1;
    }

    private readonly void AddTerm(ref Fr sum, in Term term)
    {
        ref readonly Fr value = ref ValueOf(term.Variable);
        // Most variables of these circuits are bits.
        if (value.IsZero)
        {
            return;
        }
        if (value.IsOne)
        {
            sum += term.Coefficient;
        }
        else if (term.Coefficient.IsOne)
        {
            sum += value;
        }
        else
        {
            sum += term.Coefficient * value;
        }
    }

    private readonly ref readonly Fr ValueOf(Variable variable)
    {
        if (variable.IsInput)
        {
            int input = variable.Index;
            return ref input < _sharedInputs.Length ? ref _sharedInputs[input] : ref _inputs[input - _firstInput];
        }
        int own = variable.Index - _firstAuxiliary;
        return ref own >= 0 ? ref _auxiliaries[own] : ref _sharedAuxiliaries[variable.Index];
    }

    private readonly void MarkA(in Term term)
    {
        if (!term.Variable.IsInput && !term.Coefficient.IsZero)
        {
            _auxiliariesInA.Mark(term.Variable.Index);
        }
    }

    private readonly void MarkB(in Term term)
    {
        if (!term.Coefficient.IsZero)
        {
            (term.Variable.IsInput ? _inputsInB : _auxiliariesInB).Mark(term.Variable.Index);
        }
    }
}
