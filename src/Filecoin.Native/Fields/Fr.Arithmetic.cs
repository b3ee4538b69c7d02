using System.Runtime.CompilerServices;

namespace Filecoin.Native.Fields;

public readonly partial struct Fr
{
    /// <summary>The sum.</summary>
    public static Fr operator +(in Fr left, in Fr right)
    {
        // Both are below r < 2^255, so the sum fits 256 bits.
        ulong carry = 0;
        ulong l0 = AddCarry(left.L0, right.L0, ref carry);
        ulong l1 = AddCarry(left.L1, right.L1, ref carry);
        ulong l2 = AddCarry(left.L2, right.L2, ref carry);
        ulong l3 = AddCarry(left.L3, right.L3, ref carry);
        return ReduceOnce(l0, l1, l2, l3);
    }

    /// <summary>The difference.</summary>
    public static Fr operator -(in Fr left, in Fr right)
    {
        ulong borrow = 0;
        ulong l0 = SubtractBorrow(left.L0, right.L0, ref borrow);
        ulong l1 = SubtractBorrow(left.L1, right.L1, ref borrow);
        ulong l2 = SubtractBorrow(left.L2, right.L2, ref borrow);
        ulong l3 = SubtractBorrow(left.L3, right.L3, ref borrow);
        ulong mask = 0 - borrow;
        ulong carry = 0;
        return new Fr(
            AddCarry(l0, R0 & mask, ref carry),
            AddCarry(l1, R1 & mask, ref carry),
            AddCarry(l2, R2 & mask, ref carry),
            AddCarry(l3, R3 & mask, ref carry));
    }

    /// <summary>The additive inverse.</summary>
    public static Fr operator -(in Fr value) => default(Fr) - value;

    /// <summary>The product.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Fr operator *(in Fr left, in Fr right)
    {
        // Operand scanning with a reduction after each row. The modulus leaves its top bit free, so a reduced row fits four limbs.
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0;
        ulong l0 = left.L0, l1 = left.L1, l2 = left.L2, l3 = left.L3;
        AddRow(l0, l1, l2, l3, right.L0, ref t0, ref t1, ref t2, ref t3);
        AddRow(l0, l1, l2, l3, right.L1, ref t0, ref t1, ref t2, ref t3);
        AddRow(l0, l1, l2, l3, right.L2, ref t0, ref t1, ref t2, ref t3);
        AddRow(l0, l1, l2, l3, right.L3, ref t0, ref t1, ref t2, ref t3);
        return ReduceOnce(t0, t1, t2, t3);
    }

    /// <summary>The square.</summary>
    public Fr Square() => this * this;

    /// <summary>Twice this element.</summary>
    public Fr Double() => this + this;

    /// <summary>This element raised to an exponent of any length; limbs least significant first. Time depends on the exponent.</summary>
    public Fr Pow(ReadOnlySpan<ulong> exponent)
    {
        Fr result = One;
        bool started = false;
        for (int i = exponent.Length - 1; i >= 0; i--)
        {
            for (int bit = 63; bit >= 0; bit--)
            {
                if (started)
                {
                    result = result.Square();
                }
                if (((exponent[i] >> bit) & 1) != 0)
                {
                    result *= this;
                    started = true;
                }
            }
        }
        return result;
    }

    /// <summary>This element raised to a small exponent. Time depends on the exponent.</summary>
    public Fr Pow(ulong exponent) => Pow([exponent]);

    /// <summary>The multiplicative inverse, this^(r − 2).</summary>
    /// <exception cref="DivideByZeroException">Zero has no inverse.</exception>
    public Fr Inverse() =>
        IsZero ? throw new DivideByZeroException("Zero has no inverse in Fr.") : Pow([R0 - 2, R1, R2, R3]);

    /// <summary>t ← (t + l · limb) / 2^64 modulo r. The eight products of a row do not wait for each other, only the additions do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(
        ulong l0, ulong l1, ulong l2, ulong l3, ulong limb, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3)
    {
        ulong high0 = Math.BigMul(l0, limb, out ulong low0);
        ulong high1 = Math.BigMul(l1, limb, out ulong low1);
        ulong high2 = Math.BigMul(l2, limb, out ulong low2);
        ulong high3 = Math.BigMul(l3, limb, out ulong low3);
        Accumulate(ref t0, low0, 0, ref high0);
        Accumulate(ref t1, low1, high0, ref high1);
        Accumulate(ref t2, low2, high1, ref high2);
        Accumulate(ref t3, low3, high2, ref high3);

        ulong factor = t0 * NegativeInverse;
        ulong carry0 = Math.BigMul(factor, R0, out _);
        ulong carry1 = Math.BigMul(factor, R1, out low1);
        ulong carry2 = Math.BigMul(factor, R2, out low2);
        ulong carry3 = Math.BigMul(factor, R3, out low3);
        // The lowest limb cancels, with a carry unless it was zero.
        carry0 += t0 != 0 ? 1UL : 0UL;
        Accumulate(ref t1, low1, carry0, ref carry1);
        Accumulate(ref t2, low2, carry1, ref carry2);
        Accumulate(ref t3, low3, carry2, ref carry3);
        t0 = t1;
        t1 = t2;
        t2 = t3;
        t3 = high3 + carry3;
    }

    /// <summary>target += low + carry, where high, the high limb of low's product, takes what overflows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(ref ulong target, ulong low, ulong carry, ref ulong high)
    {
        low += carry;
        high += low < carry ? 1UL : 0UL;
        target += low;
        high += target < low ? 1UL : 0UL;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddCarry(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + b;
        ulong high = sum < a ? 1UL : 0UL;
        ulong result = sum + carry;
        carry = high + (result < sum ? 1UL : 0UL);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractBorrow(ulong a, ulong b, ref ulong borrow)
    {
        ulong difference = a - b;
        ulong high = a < b ? 1UL : 0UL;
        ulong result = difference - borrow;
        borrow = high + (difference < borrow ? 1UL : 0UL);
        return result;
    }

    /// <summary>A value below 2r brought below r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Fr ReduceOnce(ulong l0, ulong l1, ulong l2, ulong l3)
    {
        if (l3 < R3 || (l3 == R3 && (l2 < R2 || (l2 == R2 && (l1 < R1 || (l1 == R1 && l0 < R0))))))
        {
            return new Fr(l0, l1, l2, l3);
        }
        ulong borrow = 0;
        return new Fr(
            SubtractBorrow(l0, R0, ref borrow),
            SubtractBorrow(l1, R1, ref borrow),
            SubtractBorrow(l2, R2, ref borrow),
            SubtractBorrow(l3, R3, ref borrow));
    }
}
