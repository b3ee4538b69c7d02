using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Trees;

/// <summary>The padded data of a sector, by position: a file, or zeros for a sector without data.</summary>
internal sealed class SectorData : ILeafProvider, IDisposable
{
    private readonly SafeFileHandle? _handle;

    private SectorData(string? path, SafeFileHandle? handle)
    {
        Path = path;
        _handle = handle;
    }

    public string? Path { get; }

    public static SectorData Open(string? path, SectorSize size) =>
        path is null ? new SectorData(null, null) : new SectorData(path, SectorFile.Open(path, size.Bytes));

    public void Fill(long first, Span<byte> leaves)
    {
        if (_handle is null) leaves.Clear();
        else SectorFile.Read(_handle, Path!, leaves, first * TreeRows.NodeSize);
    }

    public void Dispose() => _handle?.Dispose();
}
