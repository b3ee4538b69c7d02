using Filecoin.Proving.Storage;

namespace Filecoin.Sealing.Tasks;

/// <summary>A file that a task needs or leaves.</summary>
/// <param name="Path">The file.</param>
/// <param name="Length">Bytes that it has when it is whole.</param>
public readonly record struct SealFile(string Path, long Length)
{
    /// <summary>Whether it is there with its length.</summary>
    public bool IsComplete => SectorFile.IsComplete(Path, Length);

    /// <summary>Checks that it is there with its length.</summary>
    /// <exception cref="SectorFileException">It is missing or has another length.</exception>
    public void Require() => SectorFile.Require(Path, Length);
}
