namespace Filecoin.Proving.Storage.Paths;

/// <summary>What a disk has and what files take.</summary>
internal static class DiskSpace
{
    /// <summary>The size of the file system that a directory lies in, and what of it this process may still take.</summary>
    public static (long Capacity, long Free) Of(string directory)
    {
        var drive = new DriveInfo(directory);
        return (drive.TotalSize, drive.AvailableFreeSpace);
    }

    /// <summary>Where the file system of a directory is mounted, so that two paths on one disk are known to share its room.</summary>
    public static string MountOf(string directory)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) + Path.DirectorySeparatorChar;
        return DriveInfo.GetDrives()
            .Select(drive => Path.TrimEndingDirectorySeparator(drive.Name) is var name && name.EndsWith(Path.DirectorySeparatorChar) ? name : name + Path.DirectorySeparatorChar)
            .Where(mount => path.StartsWith(mount, StringComparison.Ordinal))
            .MaxBy(mount => mount.Length) ?? path;
    }

    /// <summary>Bytes of a file, or of all files below a directory, finished or under construction; 0 when there is none. Blocks are reserved at their start, so lengths tell.</summary>
    public static long BytesOf(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists)
                return file.Length;
            var directory = new DirectoryInfo(path);
            return directory.Exists ? directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(Length) : 0;
        }
        catch (Exception error) when (error is DirectoryNotFoundException or FileNotFoundException)
        {
            // It was moved away in between.
            return 0;
        }
    }

    /// <summary>Whether a file can be written in a directory.</summary>
    public static bool TakesFiles(string directory)
    {
        string probe = Path.Combine(directory, ".writable" + PendingFile.TemporarySuffix);
        try
        {
            using var file = new FileStream(probe, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
