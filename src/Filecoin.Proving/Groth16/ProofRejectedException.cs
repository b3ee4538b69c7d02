namespace Filecoin.Proving.Groth16;

/// <summary>A proof just made that does not verify, and so was not returned: the parameter file is damaged, or memory is.</summary>
/// <param name="partition">The partition.</param>
/// <param name="parametersPath">The parameter file that it was made with.</param>
public sealed class ProofRejectedException(int partition, string parametersPath)
    : Exception($"the proof of partition {partition}, made with {parametersPath}, does not verify; check the file's digest")
{
    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;

    /// <summary>The parameter file that the proof was made with.</summary>
    public string ParametersPath { get; } = parametersPath;
}
