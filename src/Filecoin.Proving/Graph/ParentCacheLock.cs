namespace Filecoin.Proving.Graph;

/// <summary>
/// Holds a lock file open, so that of several processes one generates a cache. The operating system lets go of it when the process
/// ends, however it ends.
/// </summary>
internal static class ParentCacheLock
{
    private const int Again = 11;
    private const int AgainOnMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public static FileStream Take(string path, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException error) when (error.HResult is Again or AgainOnMac or SharingViolation)
            {
                cancellation.WaitHandle.WaitOne(Poll);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }
}
