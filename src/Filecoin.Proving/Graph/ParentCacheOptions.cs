namespace Filecoin.Proving.Graph;

/// <summary>How thoroughly a parent cache that lies on disk is checked before it is used.</summary>
public enum ParentCacheCheck
{
    /// <summary>Its length.</summary>
    Length,

    /// <summary>Its length, and some hundred nodes spread over the file against the graph. Takes milliseconds.</summary>
    Sample,

    /// <summary>Every byte: against the published digest, or against the graph itself where none is published.</summary>
    Full,
}

/// <summary>How a parent cache is opened and made.</summary>
public sealed record ParentCacheOptions
{
    /// <summary>Threads that generate parents. Default: all processors.</summary>
    public int DegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>The check of a cache that is already there. Default: <see cref="ParentCacheCheck.Sample"/>.</summary>
    public ParentCacheCheck Check { get; init; } = ParentCacheCheck.Sample;

    /// <summary>Makes a corrupted cache anew instead of throwing <see cref="ParentCacheException"/>. Default: false.</summary>
    public bool ReplaceCorrupted { get; init; }
}

/// <summary>A parent cache on disk is not the one that its name says. Generating it again mends it.</summary>
public sealed class ParentCacheException : IOException
{
    /// <summary>A fault of a cache.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">First byte at fault, or null where the digest of the whole file is.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="found">What was found.</param>
    public ParentCacheException(string path, long? offset, string expected, string found)
        : base($"Parent cache '{path}'{(offset is { } at ? $" at offset {at}" : "")}: expected {expected}, found {found}.")
    {
        Path = path;
        Offset = offset;
        Expected = expected;
        Found = found;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>First byte at fault, or null where the digest of the whole file is.</summary>
    public long? Offset { get; }

    /// <summary>What was expected.</summary>
    public string Expected { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }
}
