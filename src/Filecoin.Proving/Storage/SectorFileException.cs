namespace Filecoin.Proving.Storage;

/// <summary>A file of a sector cannot be used. Says which, where in it, what was expected there and what was found.</summary>
public sealed class SectorFileException : IOException
{
    /// <summary>A fault of a file.</summary>
    /// <param name="fault">The kind of fault.</param>
    /// <param name="path">The file.</param>
    /// <param name="offset">First byte at fault, or null where the whole file is.</param>
    /// <param name="expected">What was expected, in words or hex.</param>
    /// <param name="found">What was found.</param>
    /// <param name="inner">The error of the operating system, if one led here.</param>
    public SectorFileException(SectorFileFault fault, string path, long? offset, string expected, string found, Exception? inner = null)
        : base($"'{path}'{(offset is { } at ? $" at offset {at}" : "")}: expected {expected}, found {found}", inner)
    {
        Fault = fault;
        Path = path;
        Offset = offset;
        Expected = expected;
        Found = found;
    }

    /// <summary>The kind of fault.</summary>
    public SectorFileFault Fault { get; }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>First byte at fault, or null where the whole file is.</summary>
    public long? Offset { get; }

    /// <summary>What was expected.</summary>
    public string Expected { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }

    internal static SectorFileException Missing(string path, string expected, Exception? inner = null) =>
        new(SectorFileFault.Missing, path, null, expected, "no file", inner);

    internal static SectorFileException WrongLength(string path, long expected, long found) =>
        new(SectorFileFault.Length, path, Math.Min(expected, found), $"a file of {expected} bytes", $"one of {found} bytes");

    internal static SectorFileException Mismatch(string path, long offset, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> found) =>
        new(SectorFileFault.Content, path, offset, Convert.ToHexStringLower(expected), Convert.ToHexStringLower(found));
}
