namespace Filecoin.Native.Curves;

/// <summary>Why bytes are not a point.</summary>
public enum PointDecodingError
{
    /// <summary>The number of bytes is not that of the encoding.</summary>
    Length = 0,

    /// <summary>The highest bit says compressed where an uncompressed point was to come, or the other way round.</summary>
    CompressionFlag,

    /// <summary>The infinity bit is set and another bit is, too.</summary>
    InfinityEncoding,

    /// <summary>The sign bit is set on an uncompressed point.</summary>
    SignFlag,

    /// <summary>A coordinate is not below p.</summary>
    NonCanonicalCoordinate,

    /// <summary>There is no point with these coordinates, or with this x.</summary>
    NotOnCurve,

    /// <summary>The point is on the curve and outside the subgroup of order r.</summary>
    NotInSubgroup,
}

/// <summary>Bytes that should be a point of G1 or G2, or an element of the target group, are not.</summary>
public sealed class PointDecodingException : FormatException
{
    private readonly string _expected, _found;

    internal PointDecodingException(PointDecodingError error, string group, long index, string expected, string found)
        : base($"Expected {expected} as point {index} of {group}, found {found}.") =>
        (Error, Group, Index, _expected, _found) = (error, group, index, expected, found);

    /// <summary>What is wrong.</summary>
    public PointDecodingError Error { get; }

    /// <summary>"G1", "G2" or "GT".</summary>
    public string Group { get; }

    /// <summary>Which point of the sequence that was read; 0 where one was.</summary>
    public long Index { get; }

    /// <summary>The same about a point further on.</summary>
    internal PointDecodingException Shifted(long points) => new(Error, Group, Index + points, _expected, _found);
}

/// <summary>What reading a point checks beyond its encoding. Flags and canonical coordinates are always checked.</summary>
[Flags]
public enum PointChecks
{
    /// <summary>Nothing more: for files whose digest was checked. A compressed point is on the curve all the same.</summary>
    None = 0,

    /// <summary>The point satisfies the curve's equation.</summary>
    OnCurve = 1,

    /// <summary>The point is in the subgroup of order r, and so on the curve.</summary>
    Subgroup = 2 | OnCurve,
}
