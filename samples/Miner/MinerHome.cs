namespace Filecoin.Samples.Miner;

/// <summary>The directory in which a miner lives: its configuration, its database, its storage unless configured elsewhere.</summary>
internal sealed class MinerHome
{
    public MinerHome(string directory) => Directory = Path.GetFullPath(directory);

    public string Directory { get; }

    /// <summary>A path that the configuration gives: relative ones are the home's.</summary>
    public string PathOf(string path) => Path.GetFullPath(path, Directory);

    /// <summary>The database's description: a server's is left as it is, a file's is the home's.</summary>
    public string Database(string description) =>
        description.Contains("://", StringComparison.Ordinal) || description.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? description : PathOf(description);
}
