namespace Filecoin.Proving.Storage;

/// <summary>The kinds of files of a sector in a provider's storage, with the numbers of the storage index (Lotus <c>storiface</c>).</summary>
[Flags]
public enum SectorFileType
{
    /// <summary>No file.</summary>
    None = 0,

    /// <summary>The padded data.</summary>
    Unsealed = 1,

    /// <summary>The replica.</summary>
    Sealed = 2,

    /// <summary>The directory of layers, trees and aux files.</summary>
    Cache = 4,

    /// <summary>The replica of an updated sector.</summary>
    Update = 8,

    /// <summary>The directory of trees and aux files of an updated sector.</summary>
    UpdateCache = 16,

    /// <summary>A piece that waits for its sector.</summary>
    Piece = 32,
}
