namespace Filecoin.Proving.Sectors;

/// <summary>A size that no sector of the protocol has, or that does not go with the proof named beside it.</summary>
public sealed class SectorSizeException : ArgumentException
{
    /// <summary>A size that no sector has.</summary>
    public SectorSizeException(string found)
        : base($"No sector has the size '{found}'; expected one of {string.Join(", ", SectorSize.All)}.") => Found = found;

    /// <summary>A size other than the one that is needed.</summary>
    public SectorSizeException(SectorSize expected, SectorSize found, string what)
        : base($"{what}: expected a sector of {expected}, found {found}.") => Found = found.ToString();

    /// <summary>What was given.</summary>
    public string Found { get; }
}
