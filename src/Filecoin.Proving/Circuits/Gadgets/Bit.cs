using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>
/// A boolean of a circuit: a constant, a variable that a constraint holds to zero or one, or such a variable's negation.
/// Operations with constants cost no constraint. The default value is the constant false.
/// </summary>
internal readonly struct Bit
{
    private readonly Variable _variable;
    private readonly Kind _kind;
    private readonly bool _value;

    private Bit(Kind kind, Variable variable, bool value) => (_kind, _variable, _value) = (kind, variable, value);

    private enum Kind : byte
    {
        Constant,
        Plain,
        Negated,
    }

    /// <summary>The constant false.</summary>
    public static Bit False => default;

    /// <summary>The constant true.</summary>
    public static Bit True => new(Kind.Constant, default, true);

    /// <summary>Whether this is a constant.</summary>
    public bool IsConstant => _kind == Kind.Constant;

    /// <summary>Whether this is the negation of <see cref="Variable"/>.</summary>
    public bool IsNegated => _kind == Kind.Negated;

    /// <summary>The variable; meaningless for constants.</summary>
    public Variable Variable => _variable;

    /// <summary>The value; meaningless for variables where there is no witness.</summary>
    public bool Value => _value;

    /// <summary>A constant.</summary>
    public static Bit Constant(bool value) => new(Kind.Constant, default, value);

    /// <summary>The negation, at no cost.</summary>
    public static Bit operator !(Bit bit) => bit._kind switch
    {
        Kind.Constant => Constant(!bit._value),
        Kind.Plain => new Bit(Kind.Negated, bit._variable, !bit._value),
        _ => new Bit(Kind.Plain, bit._variable, !bit._value),
    };

    /// <summary>A new variable held to zero or one: (1 − x) · x = 0.</summary>
    public static Bit Allocate<TCs>(ref TCs cs, bool value)
        where TCs : IConstraintSystem, allows ref struct
    {
        Variable x = AllocateValue(ref cs, value);
        cs.Enforce("boolean", [Variable.One, new(x, Coefficients.MinusOne)], [x], []);
        return new Bit(Kind.Plain, x, value);
    }

    /// <summary>a ⊕ b: 2a · b = a + b − result.</summary>
    public static Bit Xor<TCs>(ref TCs cs, Bit a, Bit b)
        where TCs : IConstraintSystem, allows ref struct
    {
        if (a.IsConstant)
        {
            return a._value ? !b : b;
        }
        if (b.IsConstant)
        {
            return b._value ? !a : a;
        }
        // The variables are what the constraint ties together; a negation on one side only negates the result, and the plain
        // one is the left factor.
        bool negated = a._kind != b._kind;
        if (negated && a.IsNegated)
        {
            (a, b) = (b, a);
        }
        bool value = a._value ^ b._value ^ negated;
        Variable result = AllocateValue(ref cs, value);
        cs.Enforce("xor", [new(a._variable, Coefficients.Two)], [b._variable], [a._variable, b._variable, new(result, Coefficients.MinusOne)]);
        var bit = new Bit(Kind.Plain, result, value);
        return negated ? !bit : bit;
    }

    /// <summary>a ∧ b: a · b = result.</summary>
    public static Bit And<TCs>(ref TCs cs, Bit a, Bit b)
        where TCs : IConstraintSystem, allows ref struct
    {
        if (a.IsConstant)
        {
            return a._value ? b : False;
        }
        if (b.IsConstant)
        {
            return b._value ? a : False;
        }
        // The plain one is the left factor where only one is negated.
        if (a.IsNegated && !b.IsNegated)
        {
            (a, b) = (b, a);
        }
        bool value = a._value && b._value;
        Variable result = AllocateValue(ref cs, value);
        if (!b.IsNegated)
        {
            cs.Enforce("and", [a._variable], [b._variable], [result]);
        }
        else if (!a.IsNegated)
        {
            cs.Enforce("and not", [a._variable], [Variable.One, new(b._variable, Coefficients.MinusOne)], [result]);
        }
        else
        {
            cs.Enforce(
                "nor",
                [Variable.One, new(a._variable, Coefficients.MinusOne)],
                [Variable.One, new(b._variable, Coefficients.MinusOne)],
                [result]);
        }
        return new Bit(Kind.Plain, result, value);
    }

    /// <summary>SHA-256's choice, (a ∧ b) ⊕ (¬a ∧ c): (b − c) · a = result − c.</summary>
    public static Bit Choose<TCs>(ref TCs cs, Bit a, Bit b, Bit c)
        where TCs : IConstraintSystem, allows ref struct
    {
        bool value = a._value ? b._value : c._value;
        if (a.IsConstant && b.IsConstant && c.IsConstant)
        {
            return Constant(value);
        }
        if (a.IsConstant && !a._value)
        {
            return c;
        }
        if (b.IsConstant && !b._value)
        {
            return And(ref cs, !a, c);
        }
        if (c.IsConstant)
        {
            return c._value ? !And(ref cs, a, !b) : And(ref cs, a, b);
        }
        if (b.IsConstant)
        {
            return !And(ref cs, !a, !c);
        }
        // A constant true for a is not a special case here, nor in the official circuit.
        Variable result = AllocateValue(ref cs, value);
        var left = new TermBuffer(stackalloc Term[4]);
        left.Add(b);
        left.Subtract(c);
        var choice = new TermBuffer(stackalloc Term[2]);
        choice.Add(a);
        var product = new TermBuffer(stackalloc Term[3]);
        product.Add(result);
        product.Subtract(c);
        cs.Enforce("choice", left.Terms, choice.Terms, product.Terms);
        return new Bit(Kind.Plain, result, value);
    }

    /// <summary>SHA-256's majority of three: with bc = b ∧ c, (2bc − b − c) · a = bc − result.</summary>
    public static Bit Majority<TCs>(ref TCs cs, Bit a, Bit b, Bit c)
        where TCs : IConstraintSystem, allows ref struct
    {
        bool value = a._value ? b._value || c._value : b._value && c._value;
        if (a.IsConstant && b.IsConstant && c.IsConstant)
        {
            return Constant(value);
        }
        if (a.IsConstant && !a._value)
        {
            return And(ref cs, b, c);
        }
        if (b.IsConstant && !b._value)
        {
            return And(ref cs, a, c);
        }
        if (c.IsConstant)
        {
            return c._value ? !And(ref cs, !a, !b) : And(ref cs, a, b);
        }
        if (b.IsConstant)
        {
            return !And(ref cs, !a, !c);
        }
        if (a.IsConstant)
        {
            return !And(ref cs, !b, !c);
        }
        Variable result = AllocateValue(ref cs, value);
        cs.Enter("b and c");
        Bit both = And(ref cs, b, c);
        cs.Leave();
        var left = new TermBuffer(stackalloc Term[5]);
        left.Add(both.Variable, Coefficients.Two);
        left.Subtract(b);
        left.Subtract(c);
        var chosen = new TermBuffer(stackalloc Term[2]);
        chosen.Add(a);
        cs.Enforce("majority", left.Terms, chosen.Terms, [both.Variable, new(result, Coefficients.MinusOne)]);
        return new Bit(Kind.Plain, result, value);
    }

    private static Variable AllocateValue<TCs>(ref TCs cs, bool value)
        where TCs : IConstraintSystem, allows ref struct =>
        cs.Allocate(value ? Fr.One : Fr.Zero);
}
