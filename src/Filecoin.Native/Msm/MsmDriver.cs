using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Msm;

/// <summary>Runs an engine over all terms: the only place of a multiplication that has threads.</summary>
internal static class MsmDriver
{
    internal static ProjectivePoint<F> Run<F, TBases>(TBases bases, ReadOnlySpan<Fr> scalars, MsmOptions options)
        where F : unmanaged, ICurveField<F>
        where TBases : IBases<F>
    {
        RequireCount(bases.Count, scalars.Length);
        if (bases.Count == 0)
        {
            return ProjectivePoint<F>.Infinity;
        }
        using IMsmEngine<F> engine = Engine<F, TBases>(bases, options);
        for (long first = 0; first < bases.Count; first += engine.ChunkSize)
        {
            int count = (int)Math.Min(engine.ChunkSize, bases.Count - first);
            engine.Begin(first, MemoryMarshal.Cast<Fr, Limbs4>(scalars.Slice((int)first, count)), options.ScalarForm);
            Chunk(engine, first + count, options);
        }
        return Finish(engine, options);
    }

    internal static ProjectivePoint<F> Run<F, TBases>(TBases bases, MemoryRegion scalars, long firstScalar, MsmOptions options)
        where F : unmanaged, ICurveField<F>
        where TBases : IBases<F>
    {
        ArgumentNullException.ThrowIfNull(scalars);
        ArgumentOutOfRangeException.ThrowIfNegative(firstScalar);
        RequireCount(bases.Count, Math.Min(bases.Count, scalars.Length / Fr.Size - firstScalar));
        if (bases.Count == 0)
        {
            return ProjectivePoint<F>.Infinity;
        }
        using IMsmEngine<F> engine = Engine<F, TBases>(bases, options);
        for (long first = 0; first < bases.Count; first += engine.ChunkSize)
        {
            int count = (int)Math.Min(engine.ChunkSize, bases.Count - first);
            engine.Begin(first, scalars.ReadOnlyElements<Limbs4>(firstScalar + first, count), options.ScalarForm);
            Chunk(engine, first + count, options);
        }
        return Finish(engine, options);
    }

    private static IMsmEngine<F> Engine<F, TBases>(TBases bases, MsmOptions options)
        where F : unmanaged, ICurveField<F>
        where TBases : IBases<F>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.DegreeOfParallelism);
        if (!Kernels.IsNative)
        {
            return new ManagedMsmEngine<F, TBases>(bases);
        }
        return bases.Count <= FewTermsEngine<F, TBases>.MaxTerms && options.Path == MsmPath.Best
            ? new FewTermsEngine<F, TBases>(bases)
            : new NativeMsmEngine<F, TBases>(bases, options.DegreeOfParallelism, options.Path);
    }

    private static void Chunk<F>(IMsmEngine<F> engine, long done, MsmOptions options)
        where F : unmanaged, ICurveField<F>
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        Parallel(engine.Slices, options, (slice, _) => engine.Load(slice));
        Parallel(engine.Windows, options, engine.Accumulate);
        options.Progress?.Report(done);
    }

    private static ProjectivePoint<F> Finish<F>(IMsmEngine<F> engine, MsmOptions options)
        where F : unmanaged, ICurveField<F>
    {
        Parallel(engine.Windows, options, engine.Reduce);
        return engine.Sum();
    }

    /// <summary>Runs parts on at most the given number of threads; the second argument is the thread's number.</summary>
    private static void Parallel(int parts, MsmOptions options, Action<int, int> part)
    {
        int workers = Math.Min(parts, options.DegreeOfParallelism);
        if (workers <= 1)
        {
            for (int i = 0; i < parts; i++)
            {
                part(i, 0);
            }
            return;
        }
        int next = -1;
        var tasks = new Task[workers];
        for (int worker = 0; worker < workers; worker++)
        {
            int number = worker;
            tasks[worker] = Task.Run(() =>
            {
                for (int i = Interlocked.Increment(ref next); i < parts; i = Interlocked.Increment(ref next))
                {
                    part(i, number);
                }
            });
        }
        try
        {
            Task.WaitAll(tasks);
        }
        catch (AggregateException e)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private static void RequireCount(long bases, long scalars)
    {
        if (scalars != bases)
        {
            throw new ArgumentException($"Expected a scalar for each of {bases} points, found {scalars}.", nameof(scalars));
        }
    }
}
