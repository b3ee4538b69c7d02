using System.Runtime.CompilerServices;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>The bits of a <see cref="Word"/>, least significant first.</summary>
[InlineArray(Length)]
internal struct WordBits
{
    /// <summary>Bits of a word.</summary>
    public const int Length = 32;

    private Bit _first;
}

/// <summary>32 bits of a circuit read as an unsigned integer.</summary>
internal struct Word
{
    /// <summary>The bits, least significant first.</summary>
    public WordBits Bits;

    /// <summary>The value; meaningless for variables where there is no witness.</summary>
    public uint Value;

    /// <summary>Whether every bit is a constant.</summary>
    public readonly bool IsConstant
    {
        get
        {
            foreach (Bit bit in Bits)
            {
                if (!bit.IsConstant)
                {
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>A constant.</summary>
    public static Word Constant(uint value)
    {
        Word word = default;
        word.Value = value;
        for (int i = 0; i < WordBits.Length; i++)
        {
            word.Bits[i] = Bit.Constant(((value >> i) & 1) != 0);
        }
        return word;
    }

    /// <summary>The word of 32 bits, most significant first.</summary>
    public static Word FromBigEndian(ReadOnlySpan<Bit> bits)
    {
        Word word = default;
        for (int i = 0; i < WordBits.Length; i++)
        {
            Bit bit = bits[WordBits.Length - 1 - i];
            word.Bits[i] = bit;
            word.Value |= (bit.Value ? 1u : 0u) << i;
        }
        return word;
    }

    /// <summary>Writes the bits most significant first.</summary>
    public readonly void WriteBigEndian(Span<Bit> bits)
    {
        for (int i = 0; i < WordBits.Length; i++)
        {
            bits[WordBits.Length - 1 - i] = Bits[i];
        }
    }

    /// <summary>rotr(by1) ⊕ rotr(by2) ⊕ rotr(by3), or with a shift for the third: SHA-256's sigmas.</summary>
    public static Word Sigma<TCs>(ref TCs cs, string name, in Word word, int by1, int by2, int by3, bool shift)
        where TCs : IConstraintSystem, allows ref struct
    {
        cs.Enter(name);
        Word result = default;
        for (int i = 0; i < WordBits.Length; i++)
        {
            cs.Enter("first xor", i);
            result.Bits[i] = Bit.Xor(ref cs, word.Bits[(i + by1) & 31], word.Bits[(i + by2) & 31]);
            cs.Leave();
        }
        for (int i = 0; i < WordBits.Length; i++)
        {
            cs.Enter("second xor", i);
            Bit third = shift && i + by3 > 31 ? Bit.False : word.Bits[(i + by3) & 31];
            result.Bits[i] = Bit.Xor(ref cs, result.Bits[i], third);
            cs.Leave();
        }
        uint v = word.Value;
        result.Value = uint.RotateRight(v, by1) ^ uint.RotateRight(v, by2) ^ (shift ? v >> by3 : uint.RotateRight(v, by3));
        cs.Leave();
        return result;
    }

    /// <summary>SHA-256's choice by bits.</summary>
    public static Word Choose<TCs>(ref TCs cs, in Word a, in Word b, in Word c)
        where TCs : IConstraintSystem, allows ref struct
    {
        Word result = default;
        for (int i = 0; i < WordBits.Length; i++)
        {
            cs.Enter("choice", i);
            result.Bits[i] = Bit.Choose(ref cs, a.Bits[i], b.Bits[i], c.Bits[i]);
            cs.Leave();
        }
        result.Value = (a.Value & b.Value) ^ (~a.Value & c.Value);
        return result;
    }

    /// <summary>SHA-256's majority by bits.</summary>
    public static Word Majority<TCs>(ref TCs cs, in Word a, in Word b, in Word c)
        where TCs : IConstraintSystem, allows ref struct
    {
        Word result = default;
        for (int i = 0; i < WordBits.Length; i++)
        {
            cs.Enter("majority", i);
            result.Bits[i] = Bit.Majority(ref cs, a.Bits[i], b.Bits[i], c.Bits[i]);
            cs.Leave();
        }
        result.Value = (a.Value & b.Value) ^ (a.Value & c.Value) ^ (b.Value & c.Value);
        return result;
    }

    /// <summary>
    /// The sum of words modulo 2^32: as many result bits as the largest sum has are allocated, and the equality of the two
    /// integers is left to <paramref name="equalities"/>. A sum of constants costs nothing.
    /// </summary>
    public static Word Add<TCs>(ref TCs cs, IntegerEqualities equalities, scoped ReadOnlySpan<Word> operands)
        where TCs : IConstraintSystem, allows ref struct
    {
        ulong sum = 0;
        bool constant = true;
        foreach (ref readonly Word operand in operands)
        {
            sum += operand.Value;
            constant &= operand.IsConstant;
        }
        if (constant)
        {
            return Constant((uint)sum);
        }
        int resultBits = 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)operands.Length * uint.MaxValue);
        Span<Bit> bits = stackalloc Bit[resultBits];
        Word result = default;
        result.Value = (uint)sum;
        for (int i = 0; i < resultBits; i++)
        {
            cs.Enter("sum bit", i);
            bits[i] = Bit.Allocate(ref cs, ((sum >> i) & 1) != 0);
            cs.Leave();
            if (i < WordBits.Length)
            {
                result.Bits[i] = bits[i];
            }
        }
        equalities.Enforce(ref cs, operands, bits);
        return result;
    }
}
