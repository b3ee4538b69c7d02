namespace Filecoin.Native.Interop;

/// <summary>A file is shorter than the range that was to be mapped from it.</summary>
public sealed class TruncatedFileException : IOException
{
    internal TruncatedFileException(string path, long offset, long expectedLength, long foundLength)
        : base($"'{path}' is truncated: expected {expectedLength} bytes from offset {offset}, found a file of {foundLength} bytes.")
    {
        Path = path;
        Offset = offset;
        ExpectedLength = expectedLength;
        FoundLength = foundLength;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Where the range was to begin.</summary>
    public long Offset { get; }

    /// <summary>Bytes expected from <see cref="Offset"/> on.</summary>
    public long ExpectedLength { get; }

    /// <summary>The length of the whole file.</summary>
    public long FoundLength { get; }
}
