using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Proving.Circuits.Gadgets;

namespace Filecoin.Proving.Circuits.Synthesis;

/// <summary>
/// The circuit's polynomials at one point: for every variable the values of its A, B and C polynomials at τ, of which key generation
/// makes parameters. A variable's polynomial is Σ coefficient · L_row(τ) over the rows that it occurs in, so the circuit is
/// synthesised once and no matrix is kept.
/// </summary>
internal sealed class PolynomialEvaluation : IDisposable
{
    private readonly Lock _sharedLock = new();

    private PolynomialEvaluation(CircuitSize size)
    {
        Size = size;
        long bytes = ((long)size.Total.Inputs + size.Total.Auxiliaries) * Fr.Size;
        try
        {
            A = MemoryRegion.Allocate(bytes);
            B = MemoryRegion.Allocate(bytes);
            C = MemoryRegion.Allocate(bytes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The circuit's size.</summary>
    public CircuitSize Size { get; }

    /// <summary>A's polynomials: of the public inputs, the constant one first, then of the auxiliary variables.</summary>
    public MemoryRegion A { get; }

    /// <summary>B's polynomials, like <see cref="A"/>.</summary>
    public MemoryRegion B { get; }

    /// <summary>C's polynomials, like <see cref="A"/>.</summary>
    public MemoryRegion C { get; }

    /// <summary>Evaluates a circuit's polynomials.</summary>
    /// <param name="circuit">The circuit; a witness is not needed.</param>
    /// <param name="size">Its size, <see cref="CircuitSize.Measure"/>.</param>
    /// <param name="lagrange">L_row(τ) for each row of the evaluation domain.</param>
    /// <param name="degreeOfParallelism">How many threads work at most.</param>
    /// <param name="cancellationToken">Ends the work between parts.</param>
    public static PolynomialEvaluation Create(
        Circuit circuit, CircuitSize size, MemoryRegion lagrange, int degreeOfParallelism, CancellationToken cancellationToken = default)
    {
        var evaluation = new PolynomialEvaluation(size);
        try
        {
            evaluation.Fill(circuit, lagrange, degreeOfParallelism, cancellationToken);
            return evaluation;
        }
        catch
        {
            evaluation.Dispose();
            throw;
        }
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        A?.Dispose();
        B?.Dispose();
        C?.Dispose();
    }

    private void Fill(Circuit circuit, MemoryRegion lagrange, int degreeOfParallelism, CancellationToken cancellationToken)
    {
        var shared = new Evaluator(this, lagrange, part: -1);
        CircuitParts parts = circuit.SynthesizeShared(ref shared);
        var options = new ParallelOptions { MaxDegreeOfParallelism = degreeOfParallelism, CancellationToken = cancellationToken };
        Parallel.For(0, circuit.Parts, options, part =>
        {
            var evaluator = new Evaluator(this, lagrange, part);
            parts.Synthesize(ref evaluator, part);
            lock (_sharedLock)
            {
                evaluator.AddShared(this);
            }
        });

        // input · 0 = 0 for each public input.
        Span<Fr> inputs = A.Elements<Fr>(0, Size.Total.Inputs);
        FrBatch.Add(inputs, lagrange.ReadOnlyElements<Fr>(Size.Total.Constraints, inputs.Length), inputs);
    }

    /// <summary>One matrix's polynomials as one synthesis sees them: those of its own variables in place, those of shared ones apart.</summary>
    private readonly ref struct Polynomials
    {
        public readonly Span<Fr> Inputs;
        public readonly Span<Fr> Auxiliaries;
        public readonly Span<Fr> SharedInputs;
        public readonly Span<Fr> SharedAuxiliaries;

        public Polynomials(MemoryRegion region, CircuitSize size, int part)
        {
            long auxiliaries = size.Total.Inputs;
            if (part < 0)
            {
                Inputs = SharedInputs = region.Elements<Fr>(0, size.Shared.Inputs);
                Auxiliaries = SharedAuxiliaries = region.Elements<Fr>(auxiliaries, size.Shared.Auxiliaries);
            }
            else
            {
                Inputs = region.Elements<Fr>(size.Shared.Inputs + (long)part * size.Part.Inputs, size.Part.Inputs);
                Auxiliaries = region.Elements<Fr>(
                    auxiliaries + size.Shared.Auxiliaries + (long)part * size.Part.Auxiliaries, size.Part.Auxiliaries);
                SharedInputs = new Fr[size.Shared.Inputs];
                SharedAuxiliaries = new Fr[size.Shared.Auxiliaries];
            }
        }

        public void AddShared(MemoryRegion region, CircuitSize size)
        {
            Span<Fr> inputs = region.Elements<Fr>(0, size.Shared.Inputs);
            FrBatch.Add(inputs, SharedInputs, inputs);
            Span<Fr> auxiliaries = region.Elements<Fr>(size.Total.Inputs, size.Shared.Auxiliaries);
            FrBatch.Add(auxiliaries, SharedAuxiliaries, auxiliaries);
        }
    }

    private ref struct Evaluator : IConstraintSystem
    {
        private readonly Polynomials _a;
        private readonly Polynomials _b;
        private readonly Polynomials _c;
        private readonly ReadOnlySpan<Fr> _lagrange;
        private readonly int _firstInput;
        private readonly int _firstAuxiliary;
        private int _row;
        private int _nextInput;
        private int _nextAuxiliary;

        public Evaluator(PolynomialEvaluation evaluation, MemoryRegion lagrange, int part)
        {
            CircuitSize size = evaluation.Size;
            _a = new Polynomials(evaluation.A, size, part);
            _b = new Polynomials(evaluation.B, size, part);
            _c = new Polynomials(evaluation.C, size, part);
            bool isShared = part < 0;
            _lagrange = lagrange.ReadOnlyElements<Fr>(
                isShared ? 0 : size.Shared.Constraints + part * size.Part.Constraints,
                checked((int)(isShared ? size.Shared : size.Part).Constraints));
            _firstInput = isShared ? 0 : size.Shared.Inputs + part * size.Part.Inputs;
            _firstAuxiliary = isShared ? 0 : size.Shared.Auxiliaries + part * size.Part.Auxiliaries;
            _nextInput = isShared ? 1 : _firstInput;
            _nextAuxiliary = _firstAuxiliary;
        }

        public static bool HasWitness => false;

        public Variable Allocate(in Fr value) => Variable.Auxiliary(_nextAuxiliary++);

        public Variable AllocateInput(in Fr value) => Variable.Input(_nextInput++);

        public void Enforce(string name, scoped ReadOnlySpan<Term> a, scoped ReadOnlySpan<Term> b, scoped ReadOnlySpan<Term> c)
        {
            ref readonly Fr lagrange = ref _lagrange[_row++];
            Add(_a, a, lagrange);
            Add(_b, b, lagrange);
            Add(_c, c, lagrange);
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

        public readonly void AddShared(PolynomialEvaluation evaluation)
        {
            _a.AddShared(evaluation.A, evaluation.Size);
            _b.AddShared(evaluation.B, evaluation.Size);
            _c.AddShared(evaluation.C, evaluation.Size);
        }

        private readonly void Add(scoped in Polynomials polynomials, scoped ReadOnlySpan<Term> terms, in Fr lagrange)
        {
            foreach (ref readonly Term term in terms)
            {
                int index = term.Variable.Index;
                ref Fr polynomial = ref term.Variable.IsInput
                    ? ref index < polynomials.SharedInputs.Length ? ref polynomials.SharedInputs[index] : ref polynomials.Inputs[index - _firstInput]
                    : ref index < polynomials.SharedAuxiliaries.Length
                        ? ref polynomials.SharedAuxiliaries[index]
                        : ref polynomials.Auxiliaries[index - _firstAuxiliary];
                // Most coefficients of these circuits are one or its negative.
                if (term.Coefficient.IsOne)
                {
                    polynomial += lagrange;
                }
                else if (term.Coefficient == Coefficients.MinusOne)
                {
                    polynomial -= lagrange;
                }
                else
                {
                    polynomial += term.Coefficient * lagrange;
                }
            }
        }
    }
}
