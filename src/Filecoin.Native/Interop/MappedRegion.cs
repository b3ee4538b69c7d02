using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Native.Interop;

/// <summary>A range of a file, shared with every other mapping of it.</summary>
internal sealed unsafe class MappedRegion : MemoryRegion
{
    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _start;

    private MappedRegion(SafeFileHandle file, MapAccess access, long offset, long length)
        : base(length, access == MapAccess.Read)
    {
        _file = file;
        if (length == 0)
        {
            // Nothing can be mapped; any non-zero address serves a range of no bytes.
            _start = (byte*)64;
            return;
        }

        var mode = access == MapAccess.Read ? MemoryMappedFileAccess.Read : MemoryMappedFileAccess.ReadWrite;
        try
        {
            _map = MemoryMappedFile.CreateFromFile(file, null, 0, mode, HandleInheritability.None, leaveOpen: true);
            _view = _map.CreateViewAccessor(offset, length, mode);
            byte* start = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            _start = start + _view.PointerOffset;
        }
        catch
        {
            _view?.Dispose();
            _map?.Dispose();
            throw;
        }
    }

    private protected override byte* Start => _start;

    internal static MappedRegion Open(string path, MapAccess access, long offset, long length)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, -1);
        var writable = access switch
        {
            MapAccess.Read => false,
            MapAccess.ReadWrite => true,
            _ => throw new ArgumentOutOfRangeException(nameof(access), access, null),
        };

        var file = File.OpenHandle(
            path, FileMode.Open, writable ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            var found = RandomAccess.GetLength(file);
            var expected = length < 0 ? Math.Max(0, found - offset) : length;
            if (offset > found || expected > found - offset)
                throw new TruncatedFileException(path, offset, expected, found);
            return new MappedRegion(file, access, offset, expected);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal static MappedRegion Create(string path, long length)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);

        // The runtime removes the file again where the blocks cannot be reserved.
        var file = File.OpenHandle(
            path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None, length);
        try
        {
            RandomAccess.SetLength(file, length);
            return new MappedRegion(file, MapAccess.ReadWrite, 0, length);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    public override void Advise(MemoryAdvice advice, long offset, long length) =>
        PageAdvice.Give(Pointer(offset, length), length, advice);

    public override void Flush()
    {
        Pointer(0, 0);
        if (IsReadOnly)
            return;
        _view?.Flush();
        RandomAccess.FlushToDisk(_file);
    }

    protected override void Dispose(bool disposing)
    {
        if (_start is null)
            return;
        _start = null;
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        _map?.Dispose();
        _file.Dispose();
    }
}
