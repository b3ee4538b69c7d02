using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>The subgroup of order r of Fp12, by definition where that is short.</summary>
internal static class TargetGroupReference
{
    /// <summary>a^(p⁴ − p² + 1) = 1 and a^p = a^z, as the kernel has it (Scott, eprint 2021/1130).</summary>
    internal static bool Contains(in Fp12 value)
    {
        if (value.IsZero)
        {
            return false;
        }
        Fp12 p = value.Frobenius(), p2 = p.Frobenius(), p4 = p2.Frobenius().Frobenius();
        return p4 * value == p2 && p == value.Pow([Subgroups.Parameter]).Conjugate();
    }

    /// <summary>(c + w) / (c − w).</summary>
    internal static Fp12 FromTorus(in Fp6 c) => new Fp12(c, Fp6.One) * new Fp12(c, -Fp6.One).Inverse();

    internal static Fp12 MultiPower(ReadOnlySpan<Fp12> values, ReadOnlySpan<ulong> exponents)
    {
        Fp12 product = Fp12.One;
        for (int bit = 255; bit >= 0; bit--)
        {
            product = product.Square();
            for (int i = 0; i < values.Length; i++)
            {
                if (((exponents[4 * i + (bit >> 6)] >> (bit & 63)) & 1) != 0)
                {
                    product *= values[i];
                }
            }
        }
        return product;
    }
}
