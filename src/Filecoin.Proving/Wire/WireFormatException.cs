namespace Filecoin.Proving.Wire;

/// <summary>Bytes that are not the format they claim to be: which document, where in it, what the format asks for and what stands there.</summary>
/// <remarks>A proof that is well formed and wrong is no exception: its check returns false.</remarks>
public sealed class WireFormatException : FormatException
{
    /// <summary>Describes one departure from a format.</summary>
    /// <param name="document">What was read: a file's path or the name of the format.</param>
    /// <param name="offset">Offset of the offending bytes from the start of the document.</param>
    /// <param name="path">The field, as a path from the root of the document.</param>
    /// <param name="expected">What the format asks for.</param>
    /// <param name="found">What stands there.</param>
    /// <param name="inner">The error of a lower layer, if there was one.</param>
    public WireFormatException(string document, long offset, string path, string expected, string found, Exception? inner = null)
        : base($"{document}, offset {offset}, {path}: expected {expected}, found {found}.", inner)
    {
        Document = document;
        Offset = offset;
        Path = path;
        Expected = expected;
        Found = found;
    }

    /// <summary>What was read: a file's path or the name of the format.</summary>
    public string Document { get; }

    /// <summary>Offset of the offending bytes from the start of the document.</summary>
    public long Offset { get; }

    /// <summary>The field, as a path from the root of the document.</summary>
    public string Path { get; }

    /// <summary>What the format asks for.</summary>
    public string Expected { get; }

    /// <summary>What stands there.</summary>
    public string Found { get; }
}
