namespace Filecoin.Sealing.Tasks;

/// <summary>Another process works on the sector.</summary>
public sealed class SectorBusyException : IOException
{
    internal SectorBusyException(string path, Exception inner)
        : base($"'{path}': expected a sector that nobody works on, found it locked", inner) => Path = path;

    /// <summary>The lock file.</summary>
    public string Path { get; }

    /// <summary>True: it can be tried again when the other is done.</summary>
    public bool IsTransient { get; } = true;
}
