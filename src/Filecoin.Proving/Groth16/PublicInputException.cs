namespace Filecoin.Proving.Groth16;

/// <summary>Public inputs that cannot belong to the circuit whose key is used.</summary>
public sealed class PublicInputException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="proof">Index of the proof in its batch.</param>
    /// <param name="message">What was expected and what was found.</param>
    public PublicInputException(int proof, string message)
        : base(message) => Proof = proof;

    /// <summary>Index of the proof in its batch.</summary>
    public int Proof { get; }
}
