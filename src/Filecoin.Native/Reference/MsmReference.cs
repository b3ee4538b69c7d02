using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>Multi-scalar multiplication by buckets (Pippenger), unsigned digits, one projective bucket for each non-zero digit.</summary>
internal sealed class MsmReference<F>
    where F : unmanaged, ICurveField<F>
{
    private const int ScalarBits = 255;

    private readonly int _windowBits;
    private readonly ProjectivePoint<F>[][] _buckets;
    private readonly ProjectivePoint<F>[] _sums;

    internal MsmReference(long terms)
    {
        _windowBits = terms switch
        {
            < 32 => 3,
            < 256 => 5,
            < 2048 => 7,
            < 1 << 14 => 9,
            < 1 << 18 => 12,
            _ => 14,
        };
        _sums = new ProjectivePoint<F>[Windows];
        _buckets = new ProjectivePoint<F>[Windows][];
        for (int window = 0; window < Windows; window++)
        {
            _buckets[window] = new ProjectivePoint<F>[(1 << _windowBits) - 1];
            Array.Fill(_buckets[window], ProjectivePoint<F>.Infinity);
        }
    }

    /// <summary>Windows that a scalar is cut into. They are independent of each other.</summary>
    internal int Windows => (ScalarBits + _windowBits - 1) / _windowBits;

    /// <summary>Adds terms to one window's buckets. Scalars are canonical.</summary>
    internal void Accumulate(int window, ReadOnlySpan<AffinePoint<F>> points, ReadOnlySpan<Limbs4> scalars)
    {
        ProjectivePoint<F>[] buckets = _buckets[window];
        for (int i = 0; i < points.Length; i++)
        {
            int digit = scalars[i].Bits(window * _windowBits, _windowBits);
            if (digit != 0)
            {
                buckets[digit - 1] = buckets[digit - 1].Add(points[i]);
            }
        }
    }

    /// <summary>The sum of digit times bucket over one window.</summary>
    internal void Reduce(int window)
    {
        ProjectivePoint<F> running = ProjectivePoint<F>.Infinity, total = ProjectivePoint<F>.Infinity;
        for (int bucket = _buckets[window].Length - 1; bucket >= 0; bucket--)
        {
            running += _buckets[window][bucket];
            total += running;
        }
        _sums[window] = total;
    }

    /// <summary>The sum over all windows, each of which was reduced.</summary>
    internal ProjectivePoint<F> Sum()
    {
        ProjectivePoint<F> total = ProjectivePoint<F>.Infinity;
        for (int window = Windows - 1; window >= 0; window--)
        {
            for (int i = 0; i < _windowBits; i++)
            {
                total = total.Double();
            }
            total += _sums[window];
        }
        return total;
    }
}
