using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Storage;

/// <summary>
/// A file under construction. It is written under a temporary name in the same directory and takes its own name only in
/// <see cref="Commit"/>, after its bytes are on the disk: whoever sees the name sees the whole file. Its blocks are reserved at
/// the start, so a full disk shows before the work. Without a commit, disposing removes it; after a kill the temporary file
/// stays and the next attempt writes over it.
/// </summary>
public sealed class PendingFile : IDisposable
{
    /// <summary>What temporary names end with.</summary>
    public const string TemporarySuffix = ".partial";

    private bool _committed;

    private PendingFile(string path, string temporaryPath, long length, SafeFileHandle handle)
    {
        Path = path;
        TemporaryPath = temporaryPath;
        Length = length;
        Handle = handle;
    }

    /// <summary>The name that the file takes.</summary>
    public string Path { get; }

    /// <summary>The name that it has until then.</summary>
    public string TemporaryPath { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>The open file, for positioned reads and writes.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Creates the temporary file with all its blocks, in place of one that an earlier attempt may have left.</summary>
    /// <exception cref="DiskFullException">The file system has no room for it.</exception>
    public static PendingFile Create(string path, long length)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var temporary = path + TemporarySuffix;
        SafeFileHandle? handle = null;
        try
        {
            // A fresh inode: a mapping that another process still has of the old one must not see this work.
            File.Delete(temporary);
            handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete,
                preallocationSize: length);
            RandomAccess.SetLength(handle, length);
            return new PendingFile(path, temporary, length, handle);
        }
        catch (IOException error)
        {
            handle?.Dispose();
            TryDelete(temporary);
            if (DiskFullException.IsReservation(error)) throw new DiskFullException(path, length, error);
            throw;
        }
    }

    /// <summary>Writes at an offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bytes do not lie within the file.</exception>
    /// <exception cref="DiskFullException">The file system has no room.</exception>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (bytes.Length > Length - offset)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"expected {bytes.Length} bytes within {Length}, found offset {offset}");
        try
        {
            RandomAccess.Write(Handle, bytes, offset);
        }
        catch (IOException error) when (DiskFullException.Is(error))
        {
            throw new DiskFullException(Path, Length, error);
        }
    }

    /// <summary>Puts the bytes on the disk and gives the file its name, in place of any file that had it.</summary>
    public void Commit()
    {
        try
        {
            RandomAccess.FlushToDisk(Handle);
        }
        catch (IOException error) when (DiskFullException.Is(error))
        {
            throw new DiskFullException(Path, Length, error);
        }

        Handle.Dispose();
        File.Move(TemporaryPath, Path, overwrite: true);
        _committed = true;
    }

    /// <summary>Writes a small file whole.</summary>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(path, bytes.Length);
        file.Write(bytes, 0);
        file.Commit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_committed) return;
        Handle.Dispose();
        TryDelete(TemporaryPath);
        _committed = true;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What remains has a temporary name and is written over by the next attempt.
        }
    }
}
