using Filecoin.Native.Reference;

namespace Filecoin.Native.Fields;

/// <summary>Field operations on many elements at once.</summary>
/// <remarks>
/// All spans of a call have the same number of elements. An output may be exactly one of the inputs, or overlap none of them;
/// any other overlap is refused. Nothing is allocated per call.
/// </remarks>
public static class FrBatch
{
    /// <summary>product[i] = left[i] · right[i].</summary>
    public static void Multiply(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> product)
    {
        Operands.Require<Fr>(left, right, product);
        FrReference.Multiply(left, right, product);
    }

    /// <summary>sum[i] = left[i] + right[i].</summary>
    public static void Add(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> sum)
    {
        Operands.Require<Fr>(left, right, sum);
        FrReference.Add(left, right, sum);
    }

    /// <summary>difference[i] = left[i] − right[i].</summary>
    public static void Subtract(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> difference)
    {
        Operands.Require<Fr>(left, right, difference);
        FrReference.Subtract(left, right, difference);
    }

    /// <summary>product[i] = values[i] · factor.</summary>
    public static void Scale(ReadOnlySpan<Fr> values, Fr factor, Span<Fr> product)
    {
        Operands.Require<Fr>(values, values, product);
        FrReference.Scale(values, factor, product);
    }

    /// <summary>accumulator[i] += values[i] · factor.</summary>
    public static void ScaleAdd(ReadOnlySpan<Fr> values, Fr factor, Span<Fr> accumulator)
    {
        Operands.Require<Fr>(values, values, accumulator);
        FrReference.ScaleAdd(values, factor, accumulator);
    }

    /// <summary>Replaces every element by its inverse, with one inversion for all. Zeros stay zero.</summary>
    public static void Invert(Span<Fr> values) => FrReference.Invert(values);

    /// <summary>Reads canonical 32-byte little-endian elements.</summary>
    /// <exception cref="NonCanonicalFieldElementException">An integer is not below the modulus; the offset says which.</exception>
    public static void Read(ReadOnlySpan<byte> littleEndian, Span<Fr> values)
    {
        Operands.RequireBytes(littleEndian.Length, values.Length, nameof(littleEndian));
        Reject(FrReference.Read(littleEndian, values), littleEndian);
    }

    /// <summary>Writes canonical 32-byte little-endian elements.</summary>
    public static void Write(ReadOnlySpan<Fr> values, Span<byte> littleEndian)
    {
        Operands.RequireBytes(littleEndian.Length, values.Length, nameof(littleEndian));
        FrReference.Write(values, littleEndian);
    }

    /// <summary>sum[i] = (a[i] + b[i]) mod r on canonical 32-byte little-endian elements, as SDR encodes data with its key.</summary>
    /// <exception cref="NonCanonicalFieldElementException">An integer of a or b is not below the modulus. The sum is then incomplete.</exception>
    public static void AddNodes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> sum)
    {
        Operands.RequireNodes(a, b, sum);
        RejectEither(FrReference.AddNodes(a, b, sum), a, b);
    }

    /// <summary>difference[i] = (a[i] − b[i]) mod r on canonical 32-byte little-endian elements, as SDR decodes data with its key.</summary>
    /// <exception cref="NonCanonicalFieldElementException">An integer of a or b is not below the modulus. The difference is then incomplete.</exception>
    public static void SubtractNodes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> difference)
    {
        Operands.RequireNodes(a, b, difference);
        RejectEither(FrReference.SubtractNodes(a, b, difference), a, b);
    }

    private static void Reject(int index, ReadOnlySpan<byte> littleEndian)
    {
        if (index >= 0)
        {
            long offset = (long)index * Fr.Size;
            throw NonCanonicalFieldElementException.ForFr(offset, littleEndian[(int)offset..]);
        }
    }

    private static void RejectEither(int index, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (index >= 0)
        {
            Reject(index, Fr.TryRead(a[(index * Fr.Size)..], out _) ? b : a);
        }
    }
}
