using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>Multiples of one point by a table of every digit of every window: one addition for each window of a scalar.</summary>
internal sealed class FixedBaseReference<F>
    where F : unmanaged, ICurveField<F>
{
    private const int WindowBits = 8, Windows = 32, Digits = (1 << WindowBits) - 1;

    private readonly AffinePoint<F>[] _table = new AffinePoint<F>[Windows * Digits];

    internal FixedBaseReference(in AffinePoint<F> point)
    {
        ProjectivePoint<F> shifted = point.ToProjective();
        var row = new ProjectivePoint<F>[Digits];
        for (int window = 0; window < Windows; window++)
        {
            row[0] = shifted;
            for (int digit = 1; digit < Digits; digit++)
            {
                row[digit] = row[digit - 1] + shifted;
            }
            ProjectivePoint<F>.ToAffine(row, _table.AsSpan(window * Digits, Digits));
            shifted = row[Digits - 1] + shifted;
        }
    }

    /// <summary>The multiple of each scalar, which is canonical.</summary>
    internal void Multiply(ReadOnlySpan<Limbs4> scalars, Span<AffinePoint<F>> products)
    {
        var sums = new ProjectivePoint<F>[scalars.Length];
        for (int i = 0; i < scalars.Length; i++)
        {
            ProjectivePoint<F> sum = ProjectivePoint<F>.Infinity;
            for (int window = 0; window < Windows; window++)
            {
                int digit = scalars[i].Bits(window * WindowBits, WindowBits);
                sum = digit == 0 ? sum : sum.Add(_table[window * Digits + digit - 1]);
            }
            sums[i] = sum;
        }
        ProjectivePoint<F>.ToAffine(sums, products);
    }
}
