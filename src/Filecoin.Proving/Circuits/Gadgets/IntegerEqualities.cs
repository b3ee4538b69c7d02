using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>
/// Equalities of small non-negative integers, as many as fit the field's 254 bits shifted side by side into one constraint
/// left · 1 = right.
/// </summary>
internal sealed class IntegerEqualities : IDisposable
{
    private readonly TermList _left = new(2048);
    private readonly TermList _right = new(512);
    private int _bitsUsed;

    /// <summary>Enforces that the words' sum is the integer of the bits; the constraint may come later, with others.</summary>
    /// <param name="cs">The constraint system.</param>
    /// <param name="words">Operands of the sum.</param>
    /// <param name="sum">Bits of the sum, least significant first, enough for any value.</param>
    public void Enforce<TCs>(ref TCs cs, scoped ReadOnlySpan<Word> words, scoped ReadOnlySpan<Bit> sum)
        where TCs : IConstraintSystem, allows ref struct
    {
        if (_bitsUsed + sum.Length >= Fr.CapacityBits)
        {
            Flush(ref cs);
        }
        ReadOnlySpan<Fr> powers = Coefficients.PowerOfTwo[_bitsUsed..];
        foreach (ref readonly Word word in words)
        {
            for (int i = 0; i < WordBits.Length; i++)
            {
                _left.Add(word.Bits[i], powers[i]);
            }
        }
        for (int i = 0; i < sum.Length; i++)
        {
            _right.Add(sum[i].Variable, powers[i]);
        }
        _bitsUsed += sum.Length;
    }

    /// <summary>Enforces what is pending.</summary>
    public void Flush<TCs>(ref TCs cs)
        where TCs : IConstraintSystem, allows ref struct
    {
        if (_bitsUsed > 0)
        {
            cs.Enforce("integer equalities", _left.AsSpan(), [Variable.One], _right.AsSpan());
            _left.Clear();
            _right.Clear();
            _bitsUsed = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }
}
