namespace Filecoin.Native.Msm;

/// <summary>How scalars are cut into signed digits.</summary>
internal static class MsmWindow
{
    /// <summary>Buckets of 16-bit digits: the kernels hold no larger ones.</summary>
    private const int MaxBits = 16;

    /// <summary>Scalars have 255 bits; the highest digit takes a carry.</summary>
    private const int ScalarBits = 256;

    /// <summary>Windows for digits of a size. With the highest digit of r itself no carry leaves them.</summary>
    internal static int Count(int bits) => (ScalarBits + bits - 1) / bits;

    /// <summary>
    /// The size of digit that takes the fewest additions: each window adds every term once, and sums each bucket into a row and a column.
    /// </summary>
    internal static int Bits(long terms)
    {
        int best = 5;
        for (int bits = 6; bits <= MaxBits; bits++)
        {
            if (Cost(bits, terms) < Cost(best, terms))
            {
                best = bits;
            }
        }
        return best;
    }

    private static long Cost(int bits, long terms) => Count(bits) * (terms + (5L << (bits - 2)));
}
