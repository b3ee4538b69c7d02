namespace Filecoin.Proving.Storage.Index;

/// <summary>What room in a storage path is wanted for (Lotus <c>storiface.PathType</c>).</summary>
public enum PathUse
{
    /// <summary>Work on a sector: <c>sealing</c>.</summary>
    Sealing,

    /// <summary>Sectors that stay: <c>storage</c>.</summary>
    Storage,
}
