using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Polynomials;

namespace Filecoin.Native.Interop;

/// <summary>The transforms of kernels/field.c, split over threads. Keeps one scratch vector per thread at work.</summary>
internal sealed unsafe partial class NttNative(FieldForm form, int logSize) : IDisposable
{
    /// <summary>Transforms below this size have no eight rows of eight.</summary>
    public const int SmallestLogSize = 6;

    private const int ScratchPerPoint = 320;

    /// <summary>Runs per thread of a phase: enough that threads of unequal speed end together.</summary>
    private const int RunsPerThread = 8;

    private readonly ConcurrentBag<MemoryRegion> _scratch = [];

    /// <summary>Runs a plan over its points. After a cancellation the points are undefined.</summary>
    public void Transform(Span<Fr> points, NttPlan plan, int parallelism, CancellationToken cancellation)
    {
        fixed (Fr* data = points)
        fixed (ulong* columnTwiddles = plan.ColumnTwiddles, rowTwiddles = plan.RowTwiddles)
        fixed (ulong* rowFactors = plan.RowFactors, outputFactors = plan.OutputFactors)
        {
            var native = new Plan
            {
                ColumnTwiddles = columnTwiddles,
                RowTwiddles = rowTwiddles,
                RowFactors = rowFactors,
                OutputFactors = outputFactors,
                LogA = (uint)plan.LogRows,
                LogB = (uint)(plan.LogColumns - plan.LogRows),
            };
            // Captured as integers: the pointers stay fixed until every run has ended.
            nint at = (nint)data, planAt = (nint)(&native);
            InRuns(plan.ColumnGroups, parallelism, (first, groups, scratch) =>
            {
                Fr* start = stackalloc Fr[18];
                plan.Start(first, new Span<Fr>(start, 18));
                Columns(form, (Fr*)at, (Plan*)planAt, start, (nuint)first, (nuint)groups, (void*)scratch);
            }, cancellation);
            InRuns(plan.RowGroups, parallelism, (first, groups, scratch) =>
                Rows(form, (Fr*)at, (Plan*)planAt, (nuint)first, (nuint)groups, (void*)scratch), cancellation);
            InRuns(plan.RowGroups, parallelism, (first, groups, _) =>
                Swap((Fr*)at, (Plan*)planAt, (nuint)first, (nuint)groups), cancellation);
        }
    }

    public void Dispose()
    {
        while (_scratch.TryTake(out MemoryRegion? region))
            region.Dispose();
    }

    private void InRuns(int groups, int parallelism, Action<int, int, nint> run, CancellationToken cancellation)
    {
        int runs = Math.Min(groups, parallelism * RunsPerThread);
        void One(int index)
        {
            int first = (int)((long)groups * index / runs), end = (int)((long)groups * (index + 1) / runs);
            if (!_scratch.TryTake(out MemoryRegion? scratch))
                scratch = MemoryRegion.Allocate((long)ScratchPerPoint << (logSize - logSize / 2));
            try
            {
                run(first, end - first, (nint)scratch.Pointer(0, scratch.Length));
            }
            finally
            {
                _scratch.Add(scratch);
            }
        }

        if (parallelism == 1)
        {
            for (int i = 0; i < runs; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                One(i);
            }
            return;
        }
        Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation }, One);
    }

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_ntt_columns")]
    private static partial void Columns(FieldForm form, Fr* data, Plan* plan, Fr* start, nuint first, nuint groups, void* scratch);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_ntt_rows")]
    private static partial void Rows(FieldForm form, Fr* data, Plan* plan, nuint first, nuint groups, void* scratch);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_ntt_swap")]
    private static partial void Swap(Fr* data, Plan* plan, nuint first, nuint groups);

    /// <summary>ntt_plan of kernels/field.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Plan
    {
        public ulong* ColumnTwiddles, RowTwiddles, RowFactors, OutputFactors;
        public uint LogA, LogB;
    }
}
