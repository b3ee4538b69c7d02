using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>A field element of a circuit: an auxiliary variable and, where there is a witness, its value.</summary>
internal readonly struct Number
{
    private Number(Variable variable, in Fr value) => (Variable, Value) = (variable, value);

    /// <summary>The variable.</summary>
    public Variable Variable { get; }

    /// <summary>The value; zero without a witness.</summary>
    public Fr Value { get; }

    /// <summary>A new variable.</summary>
    public static Number Allocate<TCs>(ref TCs cs, in Fr value)
        where TCs : IConstraintSystem, allows ref struct =>
        new(cs.Allocate(value), value);

    /// <summary>Makes the number a public input: input · 1 = number.</summary>
    public void Expose<TCs>(ref TCs cs)
        where TCs : IConstraintSystem, allows ref struct
    {
        Variable input = cs.AllocateInput(Value);
        cs.Bind("public input", [input], Variable, Value);
    }

    /// <summary>Enforces number · 1 = other.</summary>
    public void EnforceEqual<TCs>(ref TCs cs, string name, Number other)
        where TCs : IConstraintSystem, allows ref struct =>
        cs.Enforce(name, [Variable], [Variable.One], [other.Variable]);

    /// <summary>A new variable that is the sum of two: (a + b) · 1 = sum.</summary>
    public static Number Add<TCs>(ref TCs cs, Number a, Number b)
        where TCs : IConstraintSystem, allows ref struct
    {
        Number sum = Allocate(ref cs, TCs.HasWitness ? a.Value + b.Value : default);
        cs.Bind("sum", [a.Variable, b.Variable], sum.Variable, sum.Value);
        return sum;
    }

    /// <summary>A new variable that is a where the condition holds, else b: (b − a) · condition = b − result.</summary>
    public static Number Pick<TCs>(ref TCs cs, Bit condition, Number a, Number b)
        where TCs : IConstraintSystem, allows ref struct
    {
        Number result = Allocate(ref cs, condition.Value ? a.Value : b.Value);
        var choice = new TermBuffer(stackalloc Term[2]);
        choice.Add(condition);
        cs.Enforce(
            "pick",
            [b.Variable, new(a.Variable, Coefficients.MinusOne)],
            choice.Terms,
            [b.Variable, new(result.Variable, Coefficients.MinusOne)]);
        return result;
    }

    /// <summary>
    /// The number's 255 bits, least significant first: each allocated, then 0 · 0 = Σ 2^i bit_i − number. Nothing forbids the
    /// bits of number + r where that fits 255 bits: the official circuits use this form.
    /// </summary>
    /// <param name="cs">The constraint system.</param>
    /// <param name="bits">Receives <see cref="Fr.ModulusBits"/> bits.</param>
    public void ToBits<TCs>(ref TCs cs, scoped Span<Bit> bits)
        where TCs : IConstraintSystem, allows ref struct
    {
        Span<ulong> limbs = stackalloc ulong[4];
        if (TCs.HasWitness)
        {
            Value.ToCanonical(limbs);
        }
        Span<Term> terms = stackalloc Term[Fr.ModulusBits + 1];
        for (int i = 0; i < Fr.ModulusBits; i++)
        {
            cs.Enter("bit", i);
            bits[i] = Bit.Allocate(ref cs, ((limbs[i >> 6] >> (i & 63)) & 1) != 0);
            cs.Leave();
            terms[i] = new Term(bits[i].Variable, Coefficients.PowerOfTwo[i]);
        }
        terms[Fr.ModulusBits] = new Term(Variable, Coefficients.MinusOne);
        cs.Enforce("unpack", [], [], terms);
    }
}
