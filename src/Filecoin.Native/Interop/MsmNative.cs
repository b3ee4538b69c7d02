using System.Runtime.InteropServices;

namespace Filecoin.Native.Interop;

/// <summary>
/// kernels/msm.c. <c>group</c> is 1 or 2, or <see cref="WithPath"/> of it; points go in the form of the path in use, at multiples of 64 bytes. Callers check lengths;
/// these methods may be called where <see cref="Kernels.IsNative"/> holds.
/// </summary>
internal static unsafe partial class MsmNative
{
    /// <summary>The group argument that asks for a path other than the best.</summary>
    internal static int WithPath(int group, MsmPath path) => group | ((int)path << 8);

    /// <summary>Whether this process has a path.</summary>
    internal static bool HasPath(MsmPath path) => Kernels.IsNative && HasPath((uint)path) != 0;

    /// <summary>Bytes of a point in the form of the path in use.</summary>
    internal static int PointSize(int group) => (int)PointSize((uint)group);

    /// <summary>Bytes that one worker needs.</summary>
    internal static long Workspace(int group, int terms, int buckets) => (long)Workspace((uint)group, (nuint)terms, (nuint)buckets);

    /// <returns>-1, or what is wrong with the base of index <paramref name="malformed"/>.</returns>
    internal static int Load<TBase>(
        int group, ReadOnlySpan<TBase> bases, bool encoded, uint checks, ReadOnlySpan<ulong> scalars, int count, bool montgomery,
        int windowBits, int windows, MemoryRegion digits, long firstDigit, int stride, MemoryRegion points, long firstPoint,
        Span<uint> live, out int malformed)
        where TBase : unmanaged
    {
        long size = PointSize(group);
        short* d = (short*)digits.WritablePointer(0, sizeof(short) * (long)windows * stride) + firstDigit;
        byte* p = points.WritablePointer(firstPoint * size, count * size);
        nuint index = 0;
        int error;
        fixed (TBase* b = bases)
        fixed (ulong* s = scalars)
        fixed (uint* l = live)
        {
            error = Load(
                (uint)group, b, encoded ? 1u : 0u, checks, s, (nuint)count, montgomery ? 1u : 0u, (uint)windowBits, (uint)windows,
                d, (nuint)stride, p, l, &index);
        }
        malformed = (int)index;
        return error;
    }

    internal static void Accumulate(
        int group, MemoryRegion points, MemoryRegion digits, long firstDigit, int count, int windowBits, MemoryRegion buckets, long offset,
        MemoryRegion workspace, long workspaceOffset)
    {
        long size = PointSize(group);
        Accumulate(
            (uint)group,
            points.Pointer(0, count * size),
            (short*)digits.Pointer(sizeof(short) * firstDigit, sizeof(short) * (long)count),
            (nuint)count,
            (uint)windowBits,
            buckets.WritablePointer(offset, size << (windowBits - 1)),
            workspace.WritablePointer(workspaceOffset, Workspace(group, count, 1 << (windowBits - 1))));
    }

    internal static void Reduce<TPoint>(
        int group, MemoryRegion buckets, long offset, int windowBits, out TPoint sum, MemoryRegion workspace, long workspaceOffset)
        where TPoint : unmanaged
    {
        fixed (TPoint* s = &sum)
        {
            Reduce(
                (uint)group,
                buckets.Pointer(offset, (long)PointSize(group) << (windowBits - 1)),
                (uint)windowBits,
                s,
                workspace.WritablePointer(workspaceOffset, Workspace(group, 1, 1 << (windowBits - 1))));
        }
    }

    internal static void FixedTable<TPoint>(int group, in TPoint point, int windowBits, int windows, MemoryRegion table)
        where TPoint : unmanaged
    {
        using MemoryRegion workspace = MemoryRegion.Allocate(Workspace(group, 1, 1));
        fixed (TPoint* p = &point)
        {
            FixedTable(
                (uint)group, p, (uint)windowBits, (uint)windows,
                table.WritablePointer(0, windows * ((long)PointSize(group) << (windowBits - 1))), workspace.WritablePointer(0, workspace.Length));
        }
    }

    internal static void FixedMultiply<TProduct>(
        int group, MemoryRegion table, int windowBits, int windows, ReadOnlySpan<ulong> scalars, int count, bool encoded,
        Span<TProduct> products, MemoryRegion workspace, long digitsOffset)
        where TProduct : unmanaged
    {
        fixed (ulong* s = scalars)
        fixed (TProduct* p = products)
        {
            FixedMultiply(
                (uint)group,
                table.Pointer(0, windows * ((long)PointSize(group) << (windowBits - 1))),
                (uint)windowBits,
                (uint)windows,
                s,
                (nuint)count,
                1,
                encoded ? 1u : 0u,
                p,
                (short*)workspace.WritablePointer(digitsOffset, sizeof(short) * (long)windows * count),
                workspace.WritablePointer(0, Workspace(group, count, 1)));
        }
    }

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_msm_has_path")]
    private static partial uint HasPath(uint path);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_msm_point_size")]
    private static partial nuint PointSize(uint group);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_msm_workspace")]
    private static partial nuint Workspace(uint group, nuint terms, nuint buckets);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_msm_load")]
    private static partial int Load(
        uint group, void* bases, uint encoded, uint checks, ulong* scalars, nuint count, uint montgomery, uint windowBits, uint windows,
        short* digits, nuint stride, byte* points, uint* live, nuint* malformed);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_msm_accumulate")]
    private static partial void Accumulate(
        uint group, byte* points, short* digits, nuint count, uint windowBits, byte* buckets, byte* workspace);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_msm_reduce")]
    private static partial void Reduce(uint group, byte* buckets, uint windowBits, void* sum, byte* workspace);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_msm_fixed_table")]
    private static partial void FixedTable(uint group, void* point, uint windowBits, uint windows, byte* table, byte* workspace);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_msm_fixed_multiply")]
    private static partial void FixedMultiply(
        uint group, byte* table, uint windowBits, uint windows, ulong* scalars, nuint count, uint montgomery, uint encoded, void* products,
        short* digits, byte* workspace);
}

/// <summary>The paths of kernels/msm.c, for tests and benchmarks that set one against another.</summary>
internal enum MsmPath
{
    /// <summary>The fastest that the process has.</summary>
    Best = 0,

    /// <summary>Portable C.</summary>
    Portable,

    /// <summary>One addition at a time with MULX, ADCX and ADOX.</summary>
    Adx,

    /// <summary>Eight at a time with AVX-512 IFMA.</summary>
    Ifma,
}
