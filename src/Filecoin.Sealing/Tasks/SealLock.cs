namespace Filecoin.Sealing.Tasks;

/// <summary>Keeps two processes from sealing the same sector at once. The lock goes with the process that holds it.</summary>
internal sealed class SealLock : IDisposable
{
    public const string FileName = "seal.lock";

    private readonly FileStream _file;

    private SealLock(FileStream file) => _file = file;

    /// <exception cref="SectorBusyException">Another holds it.</exception>
    public static SealLock Take(SealJob job)
    {
        Directory.CreateDirectory(job.Paths.Cache);
        var path = Path.Combine(job.Paths.Cache, FileName);
        try
        {
            return new SealLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new SectorBusyException(path, error);
        }
    }

    public void Dispose() => _file.Dispose();
}
