using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>The managed form of the batch operations on <see cref="Fr"/>. Callers have checked lengths and overlaps.</summary>
internal static class FrReference
{
    public static void Multiply(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> product)
    {
        for (int i = 0; i < product.Length; i++)
        {
            product[i] = left[i] * right[i];
        }
    }

    public static void Add(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> sum)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = left[i] + right[i];
        }
    }

    public static void Subtract(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> difference)
    {
        for (int i = 0; i < difference.Length; i++)
        {
            difference[i] = left[i] - right[i];
        }
    }

    public static void Scale(ReadOnlySpan<Fr> values, Fr factor, Span<Fr> product)
    {
        for (int i = 0; i < product.Length; i++)
        {
            product[i] = values[i] * factor;
        }
    }

    public static void ScaleAdd(ReadOnlySpan<Fr> values, Fr factor, Span<Fr> accumulator)
    {
        for (int i = 0; i < accumulator.Length; i++)
        {
            accumulator[i] += values[i] * factor;
        }
    }

    public static void ScalePowers(Span<Fr> values, Fr first, Fr ratio)
    {
        Fr power = first;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= power;
            power *= ratio;
        }
    }

    /// <summary>Elements inverted with one inversion: partial products go up, the inverse of their product comes down.</summary>
    public static void Invert(Span<Fr> values)
    {
        const int Block = 256;
        Span<Fr> partial = stackalloc Fr[Block];
        for (int start = 0; start < values.Length; start += Block)
        {
            InvertBlock(values.Slice(start, Math.Min(Block, values.Length - start)), partial);
        }
    }

    private static void InvertBlock(Span<Fr> values, Span<Fr> partial)
    {
        Fr product = Fr.One;
        for (int i = 0; i < values.Length; i++)
        {
            partial[i] = product;
            if (!values[i].IsZero)
            {
                product *= values[i];
            }
        }
        Fr inverse = product.Inverse();
        for (int i = values.Length - 1; i >= 0; i--)
        {
            if (!values[i].IsZero)
            {
                Fr value = values[i];
                values[i] = inverse * partial[i];
                inverse *= value;
            }
        }
    }

    /// <summary>The index of the first element that is not canonical, or −1.</summary>
    public static int Read(ReadOnlySpan<byte> littleEndian, Span<Fr> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!Fr.TryRead(littleEndian.Slice(i * Fr.Size, Fr.Size), out values[i]))
            {
                return i;
            }
        }
        return -1;
    }

    public static void Write(ReadOnlySpan<Fr> values, Span<byte> littleEndian)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i].Write(littleEndian.Slice(i * Fr.Size, Fr.Size));
        }
    }

    /// <summary>The index of the first pair with an element that is not canonical, or −1.</summary>
    public static int AddNodes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> sum)
    {
        for (int at = 0; at < sum.Length; at += Fr.Size)
        {
            if (!Fr.TryReadInteger(a[at..], out Fr left) || !Fr.TryReadInteger(b[at..], out Fr right))
            {
                return at / Fr.Size;
            }
            (left + right).WriteInteger(sum[at..]);
        }
        return -1;
    }

    /// <summary>The index of the first pair with an element that is not canonical, or −1.</summary>
    public static int SubtractNodes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> difference)
    {
        for (int at = 0; at < difference.Length; at += Fr.Size)
        {
            if (!Fr.TryReadInteger(a[at..], out Fr left) || !Fr.TryReadInteger(b[at..], out Fr right))
            {
                return at / Fr.Size;
            }
            (left - right).WriteInteger(difference[at..]);
        }
        return -1;
    }
}
