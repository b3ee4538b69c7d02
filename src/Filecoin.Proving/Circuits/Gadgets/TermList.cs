using System.Buffers;
using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>A linear combination of many terms under construction, in a pooled buffer. What falls on the constant one is summed up.</summary>
internal sealed class TermList(int capacity) : IDisposable
{
    private Term[] _terms = ArrayPool<Term>.Shared.Rent(capacity);
    private int _count;
    private Fr _one;

    /// <summary>Adds a term.</summary>
    public void Add(Variable variable, in Fr coefficient)
    {
        if (_count == _terms.Length)
        {
            Grow();
        }
        _terms[_count++] = new Term(variable, coefficient);
    }

    /// <summary>Adds a bit times a coefficient.</summary>
    public void Add(Bit bit, in Fr coefficient)
    {
        if (bit.IsConstant)
        {
            if (bit.Value)
            {
                _one += coefficient;
            }
        }
        else if (bit.IsNegated)
        {
            _one += coefficient;
            Add(bit.Variable, -coefficient);
        }
        else
        {
            Add(bit.Variable, coefficient);
        }
    }

    /// <summary>The terms, valid until the next change.</summary>
    public ReadOnlySpan<Term> AsSpan()
    {
        if (!_one.IsZero)
        {
            Add(Variable.One, _one);
            _one = Fr.Zero;
        }
        return _terms.AsSpan(0, _count);
    }

    /// <summary>Empties the list.</summary>
    public void Clear()
    {
        _count = 0;
        _one = Fr.Zero;
    }

    /// <summary>Returns the buffer.</summary>
    public void Dispose()
    {
        ArrayPool<Term>.Shared.Return(_terms);
        _terms = [];
        Clear();
    }

    private void Grow()
    {
        Term[] larger = ArrayPool<Term>.Shared.Rent(Math.Max(16, _terms.Length * 2));
        _terms.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<Term>.Shared.Return(_terms);
        _terms = larger;
    }
}
