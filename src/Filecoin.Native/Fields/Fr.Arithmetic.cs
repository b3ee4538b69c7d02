using System.Runtime.CompilerServices;

namespace Filecoin.Native.Fields;

public readonly partial struct Fr
{
    /// <summary>The sum.</summary>
    public static Fr operator +(Fr left, Fr right)
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
    public static Fr operator -(Fr left, Fr right)
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
    public static Fr operator -(Fr value) => default(Fr) - value;

    /// <summary>The product.</summary>
    public static Fr operator *(Fr left, Fr right)
    {
        // Coarsely integrated operand scanning. The modulus leaves its top bit free, so the running value never needs a fifth limb.
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0;
        MultiplyStep(left, right.L0, ref t0, ref t1, ref t2, ref t3);
        MultiplyStep(left, right.L1, ref t0, ref t1, ref t2, ref t3);
        MultiplyStep(left, right.L2, ref t0, ref t1, ref t2, ref t3);
        MultiplyStep(left, right.L3, ref t0, ref t1, ref t2, ref t3);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyStep(Fr left, ulong limb, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3)
    {
        ulong carry = 0;
        ulong s0 = MultiplyAdd(left.L0, limb, t0, ref carry);
        ulong factor = s0 * NegativeInverse;
        ulong reduction = 0;
        _ = MultiplyAdd(factor, R0, s0, ref reduction);
        ulong s1 = MultiplyAdd(left.L1, limb, t1, ref carry);
        t0 = MultiplyAdd(factor, R1, s1, ref reduction);
        ulong s2 = MultiplyAdd(left.L2, limb, t2, ref carry);
        t1 = MultiplyAdd(factor, R2, s2, ref reduction);
        ulong s3 = MultiplyAdd(left.L3, limb, t3, ref carry);
        t2 = MultiplyAdd(factor, R3, s3, ref reduction);
        t3 = carry + reduction;
    }

    /// <summary>The low limb of a·b + addend + carry, whose high limb becomes the carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong addend, ref ulong carry)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        low += addend;
        high += low < addend ? 1UL : 0UL;
        low += carry;
        high += low < carry ? 1UL : 0UL;
        carry = high;
        return low;
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

    /// <summary>A value below 2r brought below r, without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Fr ReduceOnce(ulong l0, ulong l1, ulong l2, ulong l3)
    {
        ulong borrow = 0;
        ulong s0 = SubtractBorrow(l0, R0, ref borrow);
        ulong s1 = SubtractBorrow(l1, R1, ref borrow);
        ulong s2 = SubtractBorrow(l2, R2, ref borrow);
        ulong s3 = SubtractBorrow(l3, R3, ref borrow);
        ulong keep = 0 - borrow;
        return new Fr((l0 & keep) | (s0 & ~keep), (l1 & keep) | (s1 & ~keep), (l2 & keep) | (s2 & ~keep), (l3 & keep) | (s3 & ~keep));
    }
}
