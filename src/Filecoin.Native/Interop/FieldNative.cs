using System.Runtime.InteropServices;
using Filecoin.Native.Fields;

namespace Filecoin.Native.Interop;

/// <summary>kernels/field.c on elements and nodes. Callers check lengths and overlaps, and name a native form that this process has.</summary>
internal static unsafe partial class FieldNative
{
    public static void Multiply(FieldForm form, ReadOnlySpan<Fr> a, ReadOnlySpan<Fr> b, Span<Fr> product)
    {
        fixed (Fr* x = a, y = b, z = product)
            Multiply(form, x, y, z, (nuint)product.Length);
    }

    public static void Add(FieldForm form, ReadOnlySpan<Fr> a, ReadOnlySpan<Fr> b, Span<Fr> sum)
    {
        fixed (Fr* x = a, y = b, z = sum)
            Add(form, x, y, z, (nuint)sum.Length);
    }

    public static void Subtract(FieldForm form, ReadOnlySpan<Fr> a, ReadOnlySpan<Fr> b, Span<Fr> difference)
    {
        fixed (Fr* x = a, y = b, z = difference)
            Subtract(form, x, y, z, (nuint)difference.Length);
    }

    public static void Scale(FieldForm form, ReadOnlySpan<Fr> a, Fr factor, Span<Fr> product)
    {
        fixed (Fr* x = a, z = product)
            Scale(form, x, &factor, z, (nuint)product.Length);
    }

    public static void ScaleAdd(FieldForm form, ReadOnlySpan<Fr> a, Fr factor, Span<Fr> accumulator)
    {
        fixed (Fr* x = a, z = accumulator)
            ScaleAdd(form, x, &factor, z, (nuint)accumulator.Length);
    }

    public static void ScalePowers(FieldForm form, Span<Fr> values, Fr first, Fr ratio)
    {
        fixed (Fr* x = values)
            ScalePowers(form, x, &first, &ratio, (nuint)values.Length);
    }

    public static void Invert(FieldForm form, Span<Fr> values)
    {
        fixed (Fr* x = values)
            Invert(form, x, (nuint)values.Length);
    }

    public static long Read(FieldForm form, ReadOnlySpan<byte> littleEndian, Span<Fr> values)
    {
        fixed (byte* x = littleEndian)
        fixed (Fr* z = values)
            return Read(form, x, z, (nuint)values.Length);
    }

    public static void Write(FieldForm form, ReadOnlySpan<Fr> values, Span<byte> littleEndian)
    {
        fixed (Fr* x = values)
        fixed (byte* z = littleEndian)
            Write(form, x, z, (nuint)values.Length);
    }

    public static long AddNodes(FieldForm form, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> sum)
    {
        fixed (byte* x = a, y = b, z = sum)
            return AddNodes(form, x, y, z, (nuint)sum.Length / Fr.Size);
    }

    public static long SubtractNodes(FieldForm form, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> difference)
    {
        fixed (byte* x = a, y = b, z = difference)
            return SubtractNodes(form, x, y, z, (nuint)difference.Length / Fr.Size);
    }

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_field_best")]
    internal static partial uint Best();

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_multiply")]
    private static partial void Multiply(FieldForm form, Fr* a, Fr* b, Fr* product, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_add")]
    private static partial void Add(FieldForm form, Fr* a, Fr* b, Fr* sum, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_subtract")]
    private static partial void Subtract(FieldForm form, Fr* a, Fr* b, Fr* difference, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_scale")]
    private static partial void Scale(FieldForm form, Fr* a, Fr* factor, Fr* product, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_scale_add")]
    private static partial void ScaleAdd(FieldForm form, Fr* a, Fr* factor, Fr* accumulator, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_scale_powers")]
    private static partial void ScalePowers(FieldForm form, Fr* values, Fr* first, Fr* ratio, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_invert")]
    private static partial void Invert(FieldForm form, Fr* values, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_read")]
    private static partial long Read(FieldForm form, byte* littleEndian, Fr* values, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_write")]
    private static partial void Write(FieldForm form, Fr* values, byte* littleEndian, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_add_nodes")]
    private static partial long AddNodes(FieldForm form, byte* a, byte* b, byte* sum, nuint count);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_fr_subtract_nodes")]
    private static partial long SubtractNodes(FieldForm form, byte* a, byte* b, byte* difference, nuint count);
}
