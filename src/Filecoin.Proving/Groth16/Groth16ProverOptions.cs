namespace Filecoin.Proving.Groth16;

/// <summary>How a prover works.</summary>
public sealed record Groth16ProverOptions
{
    /// <summary>Threads to use at most; at least one. The proof does not depend on it.</summary>
    public int DegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Partitions of one sector or deadline to prove at once, sharing threads and memory; at least one.</summary>
    public int PartitionsAtOnce { get; init; } = 1;

    /// <summary>
    /// Bytes that witnesses and polynomials may take; a larger circuit is refused before work starts. The mapped
    /// parameter file is not counted. Null sets no limit.
    /// </summary>
    public long? MemoryBudget { get; init; }

    /// <summary>Where the blinding factors come from.</summary>
    public IGroth16Randomness Randomness { get; init; } = Groth16Randomness.Secure;
}

/// <summary>What a prover is doing.</summary>
public enum ProverPhase
{
    /// <summary>Values of all variables and constraints, from the vanilla proofs.</summary>
    Synthesis,

    /// <summary>The quotient polynomial h, by number-theoretic transforms.</summary>
    Quotient,

    /// <summary>The multiplication with the H query.</summary>
    H,

    /// <summary>The multiplication with the L query.</summary>
    L,

    /// <summary>The multiplication with the A query.</summary>
    A,

    /// <summary>The multiplication with the B query in G1.</summary>
    B1,

    /// <summary>The multiplication with the B query in G2.</summary>
    B2,
}

/// <summary>How far one proof has come.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Done">Units of the phase that are done: circuit parts, transforms, or points.</param>
/// <param name="Total">Units of the phase.</param>
/// <param name="Partition">The partition, of those that one call proves.</param>
/// <param name="Partitions">How many one call proves.</param>
public readonly record struct ProverProgress(ProverPhase Phase, long Done, long Total, int Partition = 0, int Partitions = 1);

/// <summary>A circuit that needs more memory than the prover may take.</summary>
/// <param name="needed">Bytes that the proof would take.</param>
/// <param name="budget">Bytes allowed.</param>
public sealed class MemoryBudgetException(long needed, long budget)
    : Exception($"the proof takes {needed} bytes, the budget allows {budget}")
{
    /// <summary>Bytes that the proof would take.</summary>
    public long Needed { get; } = needed;

    /// <summary>Bytes allowed.</summary>
    public long Budget { get; } = budget;
}
