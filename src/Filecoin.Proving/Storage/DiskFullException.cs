namespace Filecoin.Proving.Storage;

/// <summary>
/// A file of a sector could not be written because its file system has no room. Nothing under the file's name has changed;
/// the work can be run again once there is room.
/// </summary>
public sealed class DiskFullException : IOException
{
    private const int NoSpace = 28;          // ENOSPC
    private const int QuotaExceeded = 122;   // EDQUOT
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int Unspecified = unchecked((int)0x80131620);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>No room for a file.</summary>
    public DiskFullException(string path, long bytes, Exception? inner = null)
        : base($"'{path}': expected room for {bytes} bytes, found the disk full", inner)
    {
        Path = path;
        Bytes = bytes;
    }

    /// <summary>The file that was to be written.</summary>
    public string Path { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long Bytes { get; }

    /// <summary>True: the same work succeeds once there is room.</summary>
    public bool IsTransient { get; } = true;

    internal static bool Is(IOException error) =>
        error.HResult is NoSpace or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull;

    /// <summary>
    /// Whether creating a file failed because its blocks could not be reserved. The runtime throws then without the system's error
    /// number, which every other failure to create a file carries.
    /// </summary>
    internal static bool IsReservation(IOException error) =>
        Is(error) || (error.GetType() == typeof(IOException) && error.HResult == Unspecified);
}
