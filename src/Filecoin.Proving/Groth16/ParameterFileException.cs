namespace Filecoin.Proving.Groth16;

/// <summary>What is wrong with a parameter or verifying-key file.</summary>
public enum ParameterFileError
{
    /// <summary>The file is not there.</summary>
    Missing,

    /// <summary>The file ends before what its own lengths promise.</summary>
    Truncated,

    /// <summary>The file goes on after its last section.</summary>
    Oversized,

    /// <summary>A point is not canonical, not on the curve, not in the subgroup, or at infinity.</summary>
    BadPoint,

    /// <summary>The file belongs to another circuit: its counts are not those of the circuit that was asked for.</summary>
    WrongCircuit,

    /// <summary>The file's checksum is not the manifest's.</summary>
    DigestMismatch,

    /// <summary>Only locally made, insecure parameters are there and the caller did not allow them.</summary>
    Insecure,

    /// <summary>The parameter manifest is malformed.</summary>
    MalformedManifest,

    /// <summary>The manifest does not name the file.</summary>
    NotInManifest,

    /// <summary>Development parameters of a production size were to be made without being allowed.</summary>
    ProductionSize,

    /// <summary>A reference string has fewer points than an aggregate of this many proofs takes.</summary>
    TooSmall,

    /// <summary>Points of a reference string are valid and not the powers of one secret.</summary>
    Inconsistent,
}

/// <summary>A parameter or verifying-key file that cannot be used; nothing was computed with it.</summary>
public sealed class ParameterFileException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="error">What is wrong.</param>
    /// <param name="path">The file, where one is concerned.</param>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="inner">The cause, if any.</param>
    public ParameterFileException(ParameterFileError error, string? path, string message, Exception? inner = null)
        : base(path is null ? message : $"{path}: {message}", inner)
    {
        Error = error;
        Path = path;
    }

    /// <summary>What is wrong.</summary>
    public ParameterFileError Error { get; }

    /// <summary>The file, where one is concerned.</summary>
    public string? Path { get; }
}
