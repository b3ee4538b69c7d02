namespace Filecoin.Proving.Storage;

/// <summary>What is wrong with a file of a sector.</summary>
public enum SectorFileFault
{
    /// <summary>The file is not there.</summary>
    Missing,

    /// <summary>The file is shorter or longer than its kind and the sector's size ask for.</summary>
    Length,

    /// <summary>Bytes of the file are not what the rest of the sector says they must be.</summary>
    Content,

    /// <summary>The file belongs to another sector or another ticket.</summary>
    OtherSector,
}
