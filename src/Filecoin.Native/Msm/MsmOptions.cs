namespace Filecoin.Native.Msm;

/// <summary>How scalars are held in memory: 32 bytes, four little-endian limbs, least significant first, below r in either form.</summary>
public enum ScalarForm
{
    /// <summary>Montgomery form, as <see cref="Fields.Fr"/> is.</summary>
    Montgomery = 0,

    /// <summary>The integers themselves.</summary>
    Canonical,
}

/// <summary>How a multi-scalar multiplication runs.</summary>
public sealed record MsmOptions
{
    /// <summary>One thread, scalars as field elements.</summary>
    public static MsmOptions Default { get; } = new();

    /// <summary>Threads to use at most; at least one. Results do not depend on it.</summary>
    public int DegreeOfParallelism { get; init; } = 1;

    /// <summary>What the scalars' bytes mean.</summary>
    public ScalarForm ScalarForm { get; init; }

    /// <summary>Told the number of terms done so far, from one thread at a time.</summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>Ends the work between chunks of terms.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>A path of the kernels other than the best, for tests and benchmarks.</summary>
    internal Interop.MsmPath Path { get; init; }
}
