namespace Filecoin.Sealing.Engine;

/// <summary>What a storage path is for, as <c>sectorstore.json</c> says it.</summary>
public enum StorageKind
{
    /// <summary>Where sectors are sealed: fast, wide, emptied again (<c>CanSeal</c>).</summary>
    Sealing,

    /// <summary>Where sealed sectors stay (<c>CanStore</c>).</summary>
    Storage,
}

/// <summary>Space that a task fills while it runs.</summary>
/// <param name="Kind">On what kind of path.</param>
/// <param name="Bytes">How many bytes, above zero.</param>
public sealed record ScratchSpace(StorageKind Kind, long Bytes);
