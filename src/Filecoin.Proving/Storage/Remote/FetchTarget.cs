using Filecoin.Proving.Storage.Paths;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>This machine's disk failed while a file came in: no other machine helps.</summary>
internal sealed class LocalFileException(string message, Exception innerException) : IOException(message, innerException);

/// <summary>A file or directory on its way: under a temporary name below <c>fetching</c> until it is whole.</summary>
internal sealed class FetchTarget : IDisposable
{
    private readonly string _temporary;
    private readonly string _recordPath;
    private SafeFileHandle? _handle;
    private long _safe;

    public FetchTarget(string path)
    {
        Path = path;
        Directory = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, StoragePathScan.Fetching);
        string name = System.IO.Path.GetFileName(path);
        _temporary = System.IO.Path.Combine(Directory, name);
        _recordPath = _temporary + ".fetch";
    }

    /// <summary>The name that it takes.</summary>
    public string Path { get; }

    public string Directory { get; }

    /// <summary>Bytes that came.</summary>
    public long Came { get; private set; }

    public string Tag { get; private set; } = "";

    public long Length { get; private set; }

    /// <summary>What came of an earlier attempt; null to begin anew.</summary>
    public FetchRecord? Resume()
    {
        if (_handle is null && Came == 0 && FetchRecord.Read(_recordPath) is { Safe: > 0 } record && new FileInfo(_temporary) is { Exists: true } file && file.Length >= record.Safe)
        {
            (Tag, Length, Came, _safe) = (record.Tag, record.Length, record.Safe, record.Safe);
            _handle = Guard(() => File.OpenHandle(_temporary, FileMode.Open, FileAccess.Write, FileShare.Read));
        }

        return _handle is not null && Came > 0 && Came < Length && Tag.Length > 0 ? new FetchRecord(Tag, Length, Came) : null;
    }

    /// <summary>Begins a file anew.</summary>
    /// <exception cref="DiskFullException">There is no room for it.</exception>
    public void Begin(string tag, long length)
    {
        Forget();
        (Tag, Length) = (tag, length);
        _handle = Guard(() => File.OpenHandle(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, preallocationSize: length));
    }

    public void Append(ReadOnlySpan<byte> bytes, long checkpoint)
    {
        try
        {
            RandomAccess.Write(_handle!, bytes, Came);
            Came += bytes.Length;
            if (Tag.Length > 0 && Came - _safe >= checkpoint && Came < Length)
            {
                RandomAccess.FlushToDisk(_handle!);
                _safe = Came;
                new FetchRecord(Tag, Length, _safe).Write(_recordPath);
            }
        }
        catch (IOException error)
        {
            throw Judge(error);
        }
    }

    /// <summary>Puts a whole file on the disk and gives it its name.</summary>
    public void Commit()
    {
        Guard(() =>
        {
            RandomAccess.FlushToDisk(_handle!);
            _handle!.Dispose();
            _handle = null;
            File.Move(_temporary, Path, overwrite: true);
            File.Delete(_recordPath);
            return true;
        });
    }

    /// <summary>Drops what came.</summary>
    public void Forget()
    {
        _handle?.Dispose();
        _handle = null;
        (Came, _safe, Tag) = (0, 0, "");
        Guard(() =>
        {
            File.Delete(_recordPath);
            if (System.IO.Directory.Exists(_temporary))
                System.IO.Directory.Delete(_temporary, recursive: true);
            else
                File.Delete(_temporary);
            return true;
        });
    }

    /// <summary>Fills a directory and gives it its name, in place of one that has it.</summary>
    public async Task FillAsync(Func<string, Task> fill)
    {
        Forget();
        try
        {
            await fill(_temporary).ConfigureAwait(false);
        }
        catch
        {
            Forget();
            throw;
        }

        Guard(() =>
        {
            string old = _temporary + ".old";
            if (System.IO.Directory.Exists(old))
                System.IO.Directory.Delete(old, recursive: true);
            if (System.IO.Directory.Exists(Path))
                System.IO.Directory.Move(Path, old);
            System.IO.Directory.Move(_temporary, Path);
            if (System.IO.Directory.Exists(old))
                System.IO.Directory.Delete(old, recursive: true);
            return true;
        });
    }

    public void Dispose()
    {
        _handle?.Dispose();
        _handle = null;
    }

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (IOException error)
        {
            throw Judge(error);
        }
    }

    private IOException Judge(IOException error) =>
        DiskFullException.IsReservation(error) ? new DiskFullException(Path, Length, error) : new LocalFileException(error.Message, error);
}
