namespace Filecoin.Proving.PoRep;

/// <summary>Where and why a well-formed vanilla proof does not verify.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Challenge">Index of the challenge in its partition.</param>
/// <param name="Node">The challenged node.</param>
/// <param name="Part">What fails.</param>
/// <param name="Detail">What was expected and what was found.</param>
public sealed record PoRepProofFault(int Partition, int Challenge, uint Node, PoRepProofPart Part, string Detail)
{
    /// <summary>One line for a log.</summary>
    public override string ToString() => $"partition {Partition}, challenge {Challenge} (node {Node}), {Part}: {Detail}";
}
