using Filecoin.Native.Interop;
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
    public static void Multiply(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> product) =>
        Multiply(FieldForms.ForBatch(product.Length), left, right, product);

    /// <summary>sum[i] = left[i] + right[i].</summary>
    public static void Add(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> sum) =>
        Add(FieldForms.ForBatch(sum.Length), left, right, sum);

    /// <summary>difference[i] = left[i] − right[i].</summary>
    public static void Subtract(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> difference) =>
        Subtract(FieldForms.ForBatch(difference.Length), left, right, difference);

    /// <summary>product[i] = values[i] · factor.</summary>
    public static void Scale(ReadOnlySpan<Fr> values, Fr factor, Span<Fr> product) =>
        Scale(FieldForms.ForBatch(product.Length), values, factor, product);

    /// <summary>accumulator[i] += values[i] · factor.</summary>
    public static void ScaleAdd(ReadOnlySpan<Fr> values, Fr factor, Span<Fr> accumulator) =>
        ScaleAdd(FieldForms.ForBatch(accumulator.Length), values, factor, accumulator);

    /// <summary>values[i] *= first · ratio^i.</summary>
    public static void ScalePowers(Span<Fr> values, Fr first, Fr ratio) =>
        ScalePowers(FieldForms.ForBatch(values.Length), values, first, ratio);

    /// <summary>Replaces every element by its inverse, with few inversions for all. Zeros stay zero.</summary>
    public static void Invert(Span<Fr> values) => Invert(FieldForms.ForBatch(values.Length), values);

    /// <summary>Reads canonical 32-byte little-endian elements.</summary>
    /// <exception cref="NonCanonicalFieldElementException">An integer is not below the modulus; the offset says which.</exception>
    public static void Read(ReadOnlySpan<byte> littleEndian, Span<Fr> values) =>
        Read(FieldForms.ForBatch(values.Length), littleEndian, values);

    /// <summary>Writes canonical 32-byte little-endian elements.</summary>
    public static void Write(ReadOnlySpan<Fr> values, Span<byte> littleEndian) =>
        Write(FieldForms.ForBatch(values.Length), values, littleEndian);

    /// <summary>sum[i] = (a[i] + b[i]) mod r on canonical 32-byte little-endian elements, as SDR encodes data with its key.</summary>
    /// <exception cref="NonCanonicalFieldElementException">An integer of a or b is not below the modulus. The sum is then incomplete.</exception>
    public static void AddNodes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> sum) =>
        AddNodes(FieldForms.ForBatch(sum.Length / Fr.Size), a, b, sum);

    /// <summary>difference[i] = (a[i] − b[i]) mod r on canonical 32-byte little-endian elements, as SDR decodes data with its key.</summary>
    /// <exception cref="NonCanonicalFieldElementException">An integer of a or b is not below the modulus. The difference is then incomplete.</exception>
    public static void SubtractNodes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> difference) =>
        SubtractNodes(FieldForms.ForBatch(difference.Length / Fr.Size), a, b, difference);

    internal static void Multiply(FieldForm form, ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> product)
    {
        Operands.Require<Fr>(left, right, product);
        if (form == FieldForm.Managed)
        {
            FrReference.Multiply(left, right, product);
        }
        else
        {
            FieldNative.Multiply(form, left, right, product);
        }
    }

    internal static void Add(FieldForm form, ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> sum)
    {
        Operands.Require<Fr>(left, right, sum);
        if (form == FieldForm.Managed)
        {
            FrReference.Add(left, right, sum);
        }
        else
        {
            FieldNative.Add(form, left, right, sum);
        }
    }

    internal static void Subtract(FieldForm form, ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right, Span<Fr> difference)
    {
        Operands.Require<Fr>(left, right, difference);
        if (form == FieldForm.Managed)
        {
            FrReference.Subtract(left, right, difference);
        }
        else
        {
            FieldNative.Subtract(form, left, right, difference);
        }
    }

    internal static void Scale(FieldForm form, ReadOnlySpan<Fr> values, Fr factor, Span<Fr> product)
    {
        Operands.Require<Fr>(values, values, product);
        if (form == FieldForm.Managed)
        {
            FrReference.Scale(values, factor, product);
        }
        else
        {
            FieldNative.Scale(form, values, factor, product);
        }
    }

    internal static void ScaleAdd(FieldForm form, ReadOnlySpan<Fr> values, Fr factor, Span<Fr> accumulator)
    {
        Operands.Require<Fr>(values, values, accumulator);
        if (form == FieldForm.Managed)
        {
            FrReference.ScaleAdd(values, factor, accumulator);
        }
        else
        {
            FieldNative.ScaleAdd(form, values, factor, accumulator);
        }
    }

    internal static void ScalePowers(FieldForm form, Span<Fr> values, Fr first, Fr ratio)
    {
        if (form == FieldForm.Managed)
        {
            FrReference.ScalePowers(values, first, ratio);
        }
        else
        {
            FieldNative.ScalePowers(form, values, first, ratio);
        }
    }

    internal static void Invert(FieldForm form, Span<Fr> values)
    {
        if (form == FieldForm.Managed)
        {
            FrReference.Invert(values);
        }
        else
        {
            FieldNative.Invert(form, values);
        }
    }

    internal static void Read(FieldForm form, ReadOnlySpan<byte> littleEndian, Span<Fr> values)
    {
        Operands.RequireBytes(littleEndian.Length, values.Length, nameof(littleEndian));
        Operands.RequireApart(littleEndian, values);
        long bad = form == FieldForm.Managed ? FrReference.Read(littleEndian, values) : FieldNative.Read(form, littleEndian, values);
        Operands.RequireCanonical(bad, littleEndian);
    }

    internal static void Write(FieldForm form, ReadOnlySpan<Fr> values, Span<byte> littleEndian)
    {
        Operands.RequireBytes(littleEndian.Length, values.Length, nameof(littleEndian));
        Operands.RequireApart(littleEndian, values);
        if (form == FieldForm.Managed)
        {
            FrReference.Write(values, littleEndian);
        }
        else
        {
            FieldNative.Write(form, values, littleEndian);
        }
    }

    internal static void AddNodes(FieldForm form, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> sum)
    {
        Operands.RequireNodes(a, b, sum);
        long bad = form == FieldForm.Managed ? FrReference.AddNodes(a, b, sum) : FieldNative.AddNodes(form, a, b, sum);
        Operands.RequireCanonical(bad, a, b);
    }

    internal static void SubtractNodes(FieldForm form, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> difference)
    {
        Operands.RequireNodes(a, b, difference);
        long bad = form == FieldForm.Managed ? FrReference.SubtractNodes(a, b, difference) : FieldNative.SubtractNodes(form, a, b, difference);
        Operands.RequireCanonical(bad, a, b);
    }
}
