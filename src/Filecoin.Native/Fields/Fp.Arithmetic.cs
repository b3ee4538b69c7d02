using System.Runtime.CompilerServices;

namespace Filecoin.Native.Fields;

public readonly partial struct Fp
{
    /// <summary>The sum.</summary>
    public static Fp operator +(in Fp left, in Fp right)
    {
        // Both are below p < 2^381: the sum does not leave six limbs.
        ulong carry = 0;
        ulong s0 = AddCarry(left.L0, right.L0, ref carry);
        ulong s1 = AddCarry(left.L1, right.L1, ref carry);
        ulong s2 = AddCarry(left.L2, right.L2, ref carry);
        ulong s3 = AddCarry(left.L3, right.L3, ref carry);
        ulong s4 = AddCarry(left.L4, right.L4, ref carry);
        ulong s5 = left.L5 + right.L5 + carry;
        return Reduce(s0, s1, s2, s3, s4, s5);
    }

    /// <summary>The difference.</summary>
    public static Fp operator -(in Fp left, in Fp right)
    {
        ulong borrow = 0;
        ulong d0 = SubtractBorrow(left.L0, right.L0, ref borrow);
        ulong d1 = SubtractBorrow(left.L1, right.L1, ref borrow);
        ulong d2 = SubtractBorrow(left.L2, right.L2, ref borrow);
        ulong d3 = SubtractBorrow(left.L3, right.L3, ref borrow);
        ulong d4 = SubtractBorrow(left.L4, right.L4, ref borrow);
        ulong d5 = SubtractBorrow(left.L5, right.L5, ref borrow);
        ulong mask = 0 - borrow;
        ulong carry = 0;
        d0 = AddCarry(d0, P0 & mask, ref carry);
        d1 = AddCarry(d1, P1 & mask, ref carry);
        d2 = AddCarry(d2, P2 & mask, ref carry);
        d3 = AddCarry(d3, P3 & mask, ref carry);
        d4 = AddCarry(d4, P4 & mask, ref carry);
        d5 = d5 + (P5 & mask) + carry;
        return new Fp(d0, d1, d2, d3, d4, d5);
    }

    /// <summary>The negation.</summary>
    public static Fp operator -(in Fp value) => Zero - value;

    /// <summary>The product.</summary>
    public static Fp operator *(in Fp left, in Fp right)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0;
        Row(left.L0, right, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        Row(left.L1, right, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        Row(left.L2, right, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        Row(left.L3, right, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        Row(left.L4, right, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        Row(left.L5, right, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        return Reduce(t0, t1, t2, t3, t4, t5);
    }

    /// <summary>The square.</summary>
    public Fp Square() => this * this;

    /// <summary>Twice this.</summary>
    public Fp Double() => this + this;

    /// <summary>The inverse; of zero, zero. By Fermat's theorem: the same operations whatever the element is.</summary>
    public Fp Inverse() => Pow([P0 - 2, P1, P2, P3, P4, P5]);

    /// <summary>This to a public exponent.</summary>
    /// <param name="exponent">64-bit limbs, least significant first. Timing depends on it, and not on this element.</param>
    public Fp Pow(ReadOnlySpan<ulong> exponent)
    {
        Span<Fp> odd = stackalloc Fp[16];
        odd[0] = One;
        for (int i = 1; i < odd.Length; i++)
        {
            odd[i] = odd[i - 1] * this;
        }
        Fp result = One;
        for (int i = exponent.Length * 16 - 1; i >= 0; i--)
        {
            int digit = (int)(exponent[i >> 4] >> ((i & 15) * 4)) & 15;
            result = result.Square().Square().Square().Square();
            if (digit != 0)
            {
                result *= odd[digit];
            }
        }
        return result;
    }

    /// <summary>A square root, where this has one. Of the two, either may come.</summary>
    /// <param name="root">The root; zero where there is none.</param>
    /// <returns>Whether this is a square.</returns>
    public bool TrySquareRoot(out Fp root)
    {
        // p ≡ 3 (mod 4): a^((p + 1) / 4) is a root of a where a is a square.
        Fp candidate = Pow([0xee7fbfffffffeaab, 0x07aaffffac54ffff, 0xd9cc34a83dac3d89, 0xd91dd2e13ce144af, 0x92c6e9ed90d2eb35, 0x0680447a8e5ff9a6]);
        bool isSquare = candidate.Square() == this;
        root = isSquare ? candidate : Zero;
        return isSquare;
    }

    static Fp ICurveField<Fp>.Select(ulong mask, in Fp left, in Fp right) => new(
        (left.L0 & mask) | (right.L0 & ~mask),
        (left.L1 & mask) | (right.L1 & ~mask),
        (left.L2 & mask) | (right.L2 & ~mask),
        (left.L3 & mask) | (right.L3 & ~mask),
        (left.L4 & mask) | (right.L4 & ~mask),
        (left.L5 & mask) | (right.L5 & ~mask));

    /// <summary>One row of the interleaved Montgomery product: t = (t + a·b + m·p) / 2^64 with m chosen so that it divides.</summary>
    /// <remarks>p's highest limb is small enough that the two carries of a row never meet above the sixth limb.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(ulong a, in Fp b, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4, ref ulong t5)
    {
        ulong up = 0, down = 0;
        t0 = MultiplyAdd(a, b.L0, t0, ref up);
        ulong m = unchecked(t0 * NegativeInverse);
        MultiplyAdd(m, P0, t0, ref down);
        t1 = MultiplyAdd(a, b.L1, t1, ref up);
        t0 = MultiplyAdd(m, P1, t1, ref down);
        t2 = MultiplyAdd(a, b.L2, t2, ref up);
        t1 = MultiplyAdd(m, P2, t2, ref down);
        t3 = MultiplyAdd(a, b.L3, t3, ref up);
        t2 = MultiplyAdd(m, P3, t3, ref down);
        t4 = MultiplyAdd(a, b.L4, t4, ref up);
        t3 = MultiplyAdd(m, P4, t4, ref down);
        t5 = MultiplyAdd(a, b.L5, t5, ref up);
        t4 = MultiplyAdd(m, P5, t5, ref down);
        t5 = up + down;
    }

    /// <summary>The low half of a·b + addend + carry; the high half is the next carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong addend, ref ulong carry)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        low += addend;
        high += low < addend ? 1ul : 0ul;
        low += carry;
        high += low < carry ? 1ul : 0ul;
        carry = high;
        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddCarry(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + carry;
        ulong first = sum < carry ? 1ul : 0ul;
        sum += b;
        carry = first + (sum < b ? 1ul : 0ul);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractBorrow(ulong a, ulong b, ref ulong borrow)
    {
        ulong difference = a - b;
        ulong first = a < b ? 1ul : 0ul;
        ulong result = difference - borrow;
        borrow = first + (difference < borrow ? 1ul : 0ul);
        return result;
    }

    /// <summary>An integer below 2p brought below p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Fp Reduce(ulong s0, ulong s1, ulong s2, ulong s3, ulong s4, ulong s5)
    {
        ulong borrow = 0;
        ulong d0 = SubtractBorrow(s0, P0, ref borrow);
        ulong d1 = SubtractBorrow(s1, P1, ref borrow);
        ulong d2 = SubtractBorrow(s2, P2, ref borrow);
        ulong d3 = SubtractBorrow(s3, P3, ref borrow);
        ulong d4 = SubtractBorrow(s4, P4, ref borrow);
        ulong d5 = SubtractBorrow(s5, P5, ref borrow);
        ulong keep = 0 - borrow;
        return new Fp(
            (s0 & keep) | (d0 & ~keep),
            (s1 & keep) | (d1 & ~keep),
            (s2 & keep) | (d2 & ~keep),
            (s3 & keep) | (d3 & ~keep),
            (s4 & keep) | (d4 & ~keep),
            (s5 & keep) | (d5 & ~keep));
    }
}
