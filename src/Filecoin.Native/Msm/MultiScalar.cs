using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;

namespace Filecoin.Native.Msm;

/// <summary>
/// Multi-scalar multiplication, Σ scalar_i · base_i, by Pippenger's buckets. Zero scalars cost next to nothing and scalars of one a
/// single addition. Memory does not grow with the number of terms: bases and scalars are taken in chunks. Not constant time.
/// </summary>
public static class MultiScalar
{
    /// <summary>The sum on G1.</summary>
    /// <param name="bases">The points.</param>
    /// <param name="scalars">As many scalars.</param>
    /// <param name="options">Degree of parallelism, scalars' form, progress, cancellation.</param>
    /// <exception cref="ArgumentException">The numbers of points and of scalars differ.</exception>
    /// <exception cref="PointDecodingException">An encoded point is malformed.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static G1Projective MultiplyG1(in G1Bases bases, ReadOnlySpan<Fr> scalars, MsmOptions? options = null) =>
        new(MsmDriver.Run<Fp, G1Bases>(bases, scalars, options ?? MsmOptions.Default));

    /// <summary>The sum on G1, scalars in a region.</summary>
    /// <param name="bases">The points.</param>
    /// <param name="scalars">The region.</param>
    /// <param name="firstScalar">Index of the first point's scalar, counted from the region's start in scalars.</param>
    /// <param name="options">Degree of parallelism, scalars' form, progress, cancellation.</param>
    /// <exception cref="ArgumentException">The region ends before the last point's scalar.</exception>
    /// <exception cref="PointDecodingException">An encoded point is malformed.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static G1Projective MultiplyG1(in G1Bases bases, MemoryRegion scalars, long firstScalar, MsmOptions? options = null) =>
        new(MsmDriver.Run<Fp, G1Bases>(bases, scalars, firstScalar, options ?? MsmOptions.Default));

    /// <summary>The sum on G2.</summary>
    /// <inheritdoc cref="MultiplyG1(in G1Bases, ReadOnlySpan{Fr}, MsmOptions?)"/>
    public static G2Projective MultiplyG2(in G2Bases bases, ReadOnlySpan<Fr> scalars, MsmOptions? options = null) =>
        new(MsmDriver.Run<Fp2, G2Bases>(bases, scalars, options ?? MsmOptions.Default));

    /// <summary>The sum on G2, scalars in a region.</summary>
    /// <inheritdoc cref="MultiplyG1(in G1Bases, MemoryRegion, long, MsmOptions?)"/>
    public static G2Projective MultiplyG2(in G2Bases bases, MemoryRegion scalars, long firstScalar, MsmOptions? options = null) =>
        new(MsmDriver.Run<Fp2, G2Bases>(bases, scalars, firstScalar, options ?? MsmOptions.Default));
}
