using Filecoin.Native.Fields;
using Filecoin.Native.Interop;

namespace Filecoin.Native.Polynomials;

/// <summary>
/// Element-wise operations on vectors too long for one thread and one cache: <see cref="FrBatch"/> over runs, with a degree of parallelism.
/// Vectors of a call have equal lengths. An output may be exactly one of the inputs, or overlap none of them.
/// </summary>
public static class FrVector
{
    /// <summary>Elements of a run: three vectors of it fit the second cache.</summary>
    private const int RunLength = 4096;

    internal delegate void Run(int first, Span<Fr> a, ReadOnlySpan<Fr> b, ReadOnlySpan<Fr> c);

    /// <summary>target[i] *= factors[i].</summary>
    public static void Multiply(Span<Fr> target, ReadOnlySpan<Fr> factors, int parallelism = 1, CancellationToken cancellation = default) =>
        InRuns(target, factors, factors, parallelism, static (_, a, b, _) => FrBatch.Multiply(a, b, a), cancellation);

    /// <summary>target[i] += addends[i].</summary>
    public static void Add(Span<Fr> target, ReadOnlySpan<Fr> addends, int parallelism = 1, CancellationToken cancellation = default) =>
        InRuns(target, addends, addends, parallelism, static (_, a, b, _) => FrBatch.Add(a, b, a), cancellation);

    /// <summary>target[i] −= subtrahends[i].</summary>
    public static void Subtract(
        Span<Fr> target, ReadOnlySpan<Fr> subtrahends, int parallelism = 1, CancellationToken cancellation = default) =>
        InRuns(target, subtrahends, subtrahends, parallelism, static (_, a, b, _) => FrBatch.Subtract(a, b, a), cancellation);

    /// <summary>target[i] *= factor.</summary>
    public static void Scale(Span<Fr> target, Fr factor, int parallelism = 1, CancellationToken cancellation = default) =>
        InRuns(target, target, target, parallelism, (_, a, _, _) => FrBatch.Scale(a, factor, a), cancellation);

    /// <summary>target[i] *= ratio^i: moves a polynomial's coefficients to the coset of ratio.</summary>
    public static void DistributePowers(Span<Fr> target, Fr ratio, int parallelism = 1, CancellationToken cancellation = default) =>
        InRuns(target, target, target, parallelism, (first, a, _, _) =>
            FrBatch.ScalePowers(a, ratio.Pow((ulong)first), ratio), cancellation);

    /// <summary>Runs of all three vectors, each run once, on up to so many threads.</summary>
    internal static void InRuns(
        Span<Fr> a, ReadOnlySpan<Fr> b, ReadOnlySpan<Fr> c, int parallelism, Run run, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parallelism);
        Operands.Require(b, c, a);
        if (parallelism > 1 && a.Length > RunLength)
        {
            SpanRuns.InParallel(a, b, c, RunLength, parallelism, run, cancellation);
            return;
        }
        for (int first = 0; first < a.Length; first += RunLength)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = Math.Min(RunLength, a.Length - first);
            run(first, a.Slice(first, length), b.Slice(first, length), c.Slice(first, length));
        }
    }
}
