using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Msm;

/// <summary>
/// One multiplication in the making: chunks of terms are loaded, then each window takes the chunk into its buckets.
/// Loading is cut into slices and accumulating into windows; slices do not depend on each other, and windows do not.
/// </summary>
internal interface IMsmEngine<F> : IDisposable
    where F : unmanaged, ICurveField<F>
{
    /// <summary>Terms in a chunk at most.</summary>
    int ChunkSize { get; }

    /// <summary>Parts that loading a chunk is cut into.</summary>
    int Slices { get; }

    /// <summary>Parts that accumulating a chunk is cut into.</summary>
    int Windows { get; }

    /// <summary>Takes a chunk's scalars: as many as terms, at most <see cref="ChunkSize"/>.</summary>
    void Begin(long first, ReadOnlySpan<Limbs4> scalars, ScalarForm form);

    /// <summary>Loads a slice of the chunk.</summary>
    void Load(int slice);

    /// <summary>Adds the chunk to a window's buckets. <paramref name="worker"/> tells concurrent calls apart.</summary>
    void Accumulate(int window, int worker);

    /// <summary>Sums a window's buckets after the last chunk.</summary>
    void Reduce(int window, int worker);

    /// <summary>The sum of all terms, once every window is reduced.</summary>
    ProjectivePoint<F> Sum();
}
