using Filecoin.Proving.Storage;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Trees;

/// <summary>Where the leaves of a tree file without leaves are: a range of the sealed file.</summary>
internal sealed class LeafSource : IDisposable
{
    private readonly SafeFileHandle _handle;

    private LeafSource(string path, SafeFileHandle handle, long offset)
    {
        Path = path;
        _handle = handle;
        Offset = offset;
    }

    public string Path { get; }

    /// <summary>Offset of the first leaf in the file.</summary>
    public long Offset { get; }

    /// <param name="path">The sealed file.</param>
    /// <param name="fileLength">Bytes that it must have.</param>
    /// <param name="offset">Where the tree's leaves begin.</param>
    public static LeafSource Open(string path, long fileLength, long offset) =>
        new(path, SectorFile.Open(path, fileLength), offset);

    public void Read(long leaf, Span<byte> leaves) => SectorFile.Read(_handle, Path, leaves, Offset + leaf * TreeRows.NodeSize);

    public void Dispose() => _handle.Dispose();
}
