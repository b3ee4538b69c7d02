using System.Numerics;
using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>The managed forms of the transform over <see cref="Fr"/>: radix 2, and the definition as its oracle.</summary>
internal static class NttReference
{
    /// <summary>output[k] = Σ values[n] · root^(n·k), natural order in and out, where root has the order of the length.</summary>
    public static void Transform(Span<Fr> values, Fr root)
    {
        int size = values.Length;
        if (size == 1)
        {
            return;
        }
        ReverseBits(values);
        var twiddles = new Fr[size / 2];
        twiddles.AsSpan().Fill(Fr.One);
        FrReference.ScalePowers(twiddles, Fr.One, root);
        for (int half = 1; half < size; half *= 2)
        {
            int step = size / (2 * half);
            for (int run = 0; run < size; run += 2 * half)
            {
                Span<Fr> low = values.Slice(run, half), high = values.Slice(run + half, half);
                for (int j = 0; j < half; j++)
                {
                    Fr odd = high[j] * twiddles[j * step];
                    high[j] = low[j] - odd;
                    low[j] += odd;
                }
            }
        }
    }

    /// <summary>The definition, in quadratic time.</summary>
    public static Fr[] TransformByDefinition(ReadOnlySpan<Fr> values, Fr root)
    {
        var output = new Fr[values.Length];
        Fr ratio = Fr.One;
        for (int k = 0; k < output.Length; k++, ratio *= root)
        {
            Fr power = Fr.One;
            for (int n = 0; n < values.Length; n++, power *= ratio)
            {
                output[k] += values[n] * power;
            }
        }
        return output;
    }

    private static void ReverseBits(Span<Fr> values)
    {
        int shift = 32 - BitOperations.Log2((uint)values.Length);
        for (uint i = 0; i < values.Length; i++)
        {
            uint reversed = Reverse(i) >> shift;
            if (i < reversed)
            {
                (values[(int)i], values[(int)reversed]) = (values[(int)reversed], values[(int)i]);
            }
        }
    }

    private static uint Reverse(uint bits)
    {
        bits = ((bits >> 1) & 0x55555555) | ((bits & 0x55555555) << 1);
        bits = ((bits >> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
        bits = ((bits >> 4) & 0x0f0f0f0f) | ((bits & 0x0f0f0f0f) << 4);
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(bits);
    }
}
