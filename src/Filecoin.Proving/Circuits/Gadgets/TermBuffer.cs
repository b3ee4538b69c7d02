using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>A linear combination of few terms under construction, on the stack.</summary>
internal ref struct TermBuffer(Span<Term> buffer)
{
    private readonly Span<Term> _buffer = buffer;
    private int _count;

    /// <summary>The terms added.</summary>
    public readonly ReadOnlySpan<Term> Terms => _buffer[.._count];

    /// <summary>Adds a variable.</summary>
    public void Add(Variable variable) => _buffer[_count++] = variable;

    /// <summary>Adds a variable times a coefficient.</summary>
    public void Add(Variable variable, in Fr coefficient) => _buffer[_count++] = new Term(variable, coefficient);

    /// <summary>Adds a bit.</summary>
    public void Add(Bit bit)
    {
        if (bit.IsConstant)
        {
            if (bit.Value)
            {
                Add(Variable.One);
            }
        }
        else if (bit.IsNegated)
        {
            Add(Variable.One);
            Add(bit.Variable, Coefficients.MinusOne);
        }
        else
        {
            Add(bit.Variable);
        }
    }

    /// <summary>Subtracts a bit.</summary>
    public void Subtract(Bit bit)
    {
        if (bit.IsConstant)
        {
            if (bit.Value)
            {
                Add(Variable.One, Coefficients.MinusOne);
            }
        }
        else if (bit.IsNegated)
        {
            Add(Variable.One, Coefficients.MinusOne);
            Add(bit.Variable);
        }
        else
        {
            Add(bit.Variable, Coefficients.MinusOne);
        }
    }
}
