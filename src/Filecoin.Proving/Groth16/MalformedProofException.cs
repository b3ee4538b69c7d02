namespace Filecoin.Proving.Groth16;

/// <summary>Bytes that are no Groth16 proof: of the wrong length, or with a point that is none.</summary>
public sealed class MalformedProofException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="offset">Where in the bytes the error begins.</param>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="inner">The cause, if any.</param>
    public MalformedProofException(int offset, string message, Exception? inner = null)
        : base($"at byte {offset}: {message}", inner) => Offset = offset;

    /// <summary>Where in the bytes the error begins.</summary>
    public int Offset { get; }
}
