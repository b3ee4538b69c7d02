using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Storage;

/// <summary>Opens and reads finished files of a sector; what is missing or short becomes a <see cref="SectorFileException"/>.</summary>
public static class SectorFile
{
    /// <summary>Opens a file for reading and checks its length.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Bytes that it must have; negative: any.</param>
    /// <exception cref="SectorFileException">It is missing or has another length.</exception>
    public static SafeFileHandle Open(string path, long length = -1)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw SectorFileException.Missing(path, length < 0 ? "a file" : $"a file of {length} bytes", error);
        }

        var found = RandomAccess.GetLength(handle);
        if (length < 0 || found == length) return handle;
        handle.Dispose();
        throw SectorFileException.WrongLength(path, length, found);
    }

    /// <summary>Checks that a file is there and has a length, without reading it.</summary>
    /// <exception cref="SectorFileException">It is missing or has another length.</exception>
    public static void Require(string path, long length)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw SectorFileException.Missing(path, $"a file of {length} bytes");
        if (file.Length != length) throw SectorFileException.WrongLength(path, length, file.Length);
    }

    /// <summary>Whether a file is there with a length.</summary>
    public static bool IsComplete(string path, long length) => new FileInfo(path) is { Exists: true } file && file.Length == length;

    /// <summary>Fills a buffer from an offset.</summary>
    /// <exception cref="SectorFileException">The file ends before.</exception>
    public static void Read(SafeFileHandle handle, string path, Span<byte> buffer, long offset)
    {
        for (var filled = 0; filled < buffer.Length;)
        {
            var read = RandomAccess.Read(handle, buffer[filled..], offset + filled);
            if (read == 0) throw SectorFileException.WrongLength(path, offset + buffer.Length, RandomAccess.GetLength(handle));
            filled += read;
        }
    }
}
