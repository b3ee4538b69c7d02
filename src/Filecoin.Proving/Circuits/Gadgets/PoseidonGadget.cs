using System.Buffers;
using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>
/// Poseidon of numbers of a circuit, in the form that the network's parameters were made for: the input of each S-box is a variable
/// of its own, and x^5 takes three constraints (neptune, "legacy" circuit).
/// </summary>
internal static class PoseidonGadget
{
    private const int MaxWidth = 37;

    /// <summary>The digest of as many numbers as there is an arity for.</summary>
    public static Number Hash<TCs>(ref TCs cs, scoped ReadOnlySpan<Number> preimage)
        where TCs : IConstraintSystem, allows ref struct
    {
        PoseidonPlan plan = PoseidonPlan.For(preimage.Length);
        PoseidonConstants constants = plan.Constants;
        int width = constants.Width, half = constants.FullRounds / 2;
        using var progress = new Progress(plan);
        Span<Fr> state = stackalloc Fr[MaxWidth];
        state = state[..width];

        cs.Enter("full round", 0);
        state[0] = plan.TagOutput;
        ReadOnlySpan<Fr> keys = constants.CompressedRoundConstants;
        for (int i = 1; i < width; i++)
        {
            cs.Enter("s-box", i);
            state[i] = progress.Record(Box(ref cs, preimage[i - 1], keys[i], keys[width + i]));
            cs.Leave();
        }
        keys = keys[(2 * width)..];
        Multiply<TCs>(state, constants.Mds);
        cs.Leave();

        for (int round = 1; round < half; round++)
        {
            FullRound(ref cs, progress, round, state, ref keys, round == half - 1 ? constants.PreSparse : constants.Mds);
        }
        for (int round = 0; round < constants.PartialRounds; round++)
        {
            cs.Enter("partial round", round);
            Number input = progress.Bind(ref cs, "s-box input", state[0]);
            state[0] = progress.Record(Box(ref cs, input, keys[0]));
            keys = keys[1..];
            MultiplySparse<TCs>(state, constants.SparseColumn(round), constants.SparseRow(round));
            cs.Leave();
        }
        for (int round = half; round < constants.FullRounds; round++)
        {
            FullRound(ref cs, progress, round, state, ref keys, constants.Mds);
        }
        return progress.Bind(ref cs, "digest", state[1]);
    }

    private static void FullRound<TCs>(
        ref TCs cs, Progress progress, int round, scoped Span<Fr> state, scoped ref ReadOnlySpan<Fr> keys, scoped ReadOnlySpan<Fr> matrix)
        where TCs : IConstraintSystem, allows ref struct
    {
        cs.Enter("full round", round);
        for (int i = 0; i < state.Length; i++)
        {
            cs.Enter("s-box", i);
            Number input = progress.Bind(ref cs, "s-box input", state[i]);
            // The last round adds no keys.
            state[i] = progress.Record(keys.IsEmpty ? Box(ref cs, input) : Box(ref cs, input, keys[i]));
            cs.Leave();
        }
        keys = keys.IsEmpty ? keys : keys[state.Length..];
        Multiply<TCs>(state, matrix);
        cs.Leave();
    }

    /// <summary>(x + before)^5 + after.</summary>
    private static Number Box<TCs>(ref TCs cs, Number x, in Fr before, in Fr after)
        where TCs : IConstraintSystem, allows ref struct
    {
        Fr value = default, square = default, fourth = default;
        if (TCs.HasWitness)
        {
            value = x.Value + before;
            square = value.Square();
            fourth = square.Square();
        }
        ReadOnlySpan<Term> shifted = [x.Variable, new(Variable.One, before)];
        Number second = Number.Allocate(ref cs, square);
        cs.Enforce("x²", shifted, shifted, [second.Variable]);
        Number quartic = Number.Allocate(ref cs, fourth);
        cs.Enforce("x⁴", [second.Variable], [second.Variable], [quartic.Variable]);
        Number fifth = Number.Allocate(ref cs, TCs.HasWitness ? fourth * value + after : default);
        cs.Enforce("x⁵", shifted, [quartic.Variable], [fifth.Variable, new(Variable.One, -after)]);
        return fifth;
    }

    /// <summary>x^5 + after.</summary>
    private static Number Box<TCs>(ref TCs cs, Number x, in Fr after)
        where TCs : IConstraintSystem, allows ref struct
    {
        Number quartic = Fourth(ref cs, x);
        Number fifth = Number.Allocate(ref cs, TCs.HasWitness ? quartic.Value * x.Value + after : default);
        cs.Enforce("x⁵", [x.Variable], [quartic.Variable], [fifth.Variable, new(Variable.One, -after)]);
        return fifth;
    }

    /// <summary>x^5.</summary>
    private static Number Box<TCs>(ref TCs cs, Number x)
        where TCs : IConstraintSystem, allows ref struct
    {
        Number quartic = Fourth(ref cs, x);
        Number fifth = Number.Allocate(ref cs, TCs.HasWitness ? quartic.Value * x.Value : default);
        cs.Enforce("x⁵", [x.Variable], [quartic.Variable], [fifth.Variable]);
        return fifth;
    }

    private static Number Fourth<TCs>(ref TCs cs, Number x)
        where TCs : IConstraintSystem, allows ref struct
    {
        Number square = Number.Allocate(ref cs, TCs.HasWitness ? x.Value.Square() : default);
        cs.Enforce("x²", [x.Variable], [x.Variable], [square.Variable]);
        Number quartic = Number.Allocate(ref cs, TCs.HasWitness ? square.Value.Square() : default);
        cs.Enforce("x⁴", [square.Variable], [square.Variable], [quartic.Variable]);
        return quartic;
    }

    /// <summary>state ← state · matrix.</summary>
    private static void Multiply<TCs>(Span<Fr> state, ReadOnlySpan<Fr> matrix)
        where TCs : IConstraintSystem, allows ref struct
    {
        if (!TCs.HasWitness)
        {
            return;
        }
        Span<Fr> product = stackalloc Fr[MaxWidth];
        product = product[..state.Length];
        product.Clear();
        for (int i = 0; i < state.Length; i++)
        {
            FrBatch.ScaleAdd(matrix.Slice(i * state.Length, state.Length), state[i], product);
        }
        product.CopyTo(state);
    }

    private static void MultiplySparse<TCs>(Span<Fr> state, ReadOnlySpan<Fr> column, ReadOnlySpan<Fr> row)
        where TCs : IConstraintSystem, allows ref struct
    {
        if (!TCs.HasWitness)
        {
            return;
        }
        Fr first = state[0];
        Fr dense = column[0] * first;
        for (int i = 1; i < state.Length; i++)
        {
            dense += column[i] * state[i];
        }
        FrBatch.ScaleAdd(row, first, state[1..]);
        state[0] = dense;
    }

    /// <summary>How far a hash has come: the S-box outputs so far and the bindings made.</summary>
    private sealed class Progress(PoseidonPlan plan) : IDisposable
    {
        private readonly Variable[] _outputs = ArrayPool<Variable>.Shared.Rent(plan.OutputCount);
        private readonly Term[] _terms = ArrayPool<Term>.Shared.Rent(PoseidonPlan.MaxTerms);
        private int _recorded;
        private int _bound;

        /// <summary>Takes note of an S-box output and returns its value.</summary>
        public Fr Record(Number output)
        {
            _outputs[_recorded++] = output.Variable;
            return output.Value;
        }

        /// <summary>Makes the next combination of the plan a variable.</summary>
        public Number Bind<TCs>(ref TCs cs, string name, in Fr value)
            where TCs : IConstraintSystem, allows ref struct
        {
            ReadOnlySpan<int> sources = plan.Sources(_bound);
            ReadOnlySpan<Fr> coefficients = plan.CoefficientsOf(_bound);
            Span<Term> terms = _terms.AsSpan(0, sources.Length);
            for (int i = 0; i < terms.Length; i++)
            {
                terms[i] = new Term(sources[i] == PoseidonPlan.One ? Variable.One : _outputs[sources[i]], coefficients[i]);
            }
            _bound++;
            Number number = Number.Allocate(ref cs, value);
            cs.Bind(name, terms, number.Variable, value);
            return number;
        }

        public void Dispose()
        {
            ArrayPool<Variable>.Shared.Return(_outputs);
            ArrayPool<Term>.Shared.Return(_terms);
        }
    }
}
