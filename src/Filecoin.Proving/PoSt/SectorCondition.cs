namespace Filecoin.Proving.PoSt;

/// <summary>What a look at a sector before its deadline found.</summary>
public enum SectorCondition
{
    /// <summary>The looked-at nodes open to CommR.</summary>
    Readable,

    /// <summary>A file is not there.</summary>
    Missing,

    /// <summary>A file is shorter or longer than the sector's size asks for.</summary>
    WrongLength,

    /// <summary>Bytes of the files do not lead to CommR.</summary>
    Damaged,

    /// <summary>The files are of another replica.</summary>
    OtherSector,

    /// <summary>The process may not read a file.</summary>
    Denied,

    /// <summary>The storage gave an error on reading.</summary>
    ReadError,
}
