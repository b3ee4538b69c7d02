using Filecoin.Native.Fields;
using Filecoin.Native.Polynomials;

namespace Filecoin.Native.Interop;

/// <summary>Lends spans to several threads: they stay pinned until the last run has ended.</summary>
internal static unsafe class SpanRuns
{
    public static void InParallel(
        Span<Fr> a, ReadOnlySpan<Fr> b, ReadOnlySpan<Fr> c, int runLength, int parallelism, FrVector.Run run,
        CancellationToken cancellation)
    {
        int length = a.Length, runs = (int)(((long)length + runLength - 1) / runLength);
        fixed (Fr* x = a, y = b, z = c)
        {
            nint aAt = (nint)x, bAt = (nint)y, cAt = (nint)z;
            Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation }, index =>
            {
                int first = index * runLength, count = Math.Min(runLength, length - first);
                run(first, new((Fr*)aAt + first, count), new((Fr*)bAt + first, count), new((Fr*)cAt + first, count));
            });
        }
    }
}
