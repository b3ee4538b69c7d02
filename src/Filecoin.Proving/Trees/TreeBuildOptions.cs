namespace Filecoin.Proving.Trees;

/// <summary>How trees are built.</summary>
public sealed record TreeBuildOptions
{
    /// <summary>Threads at most: one a processor by default.</summary>
    public int Degree
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = Environment.ProcessorCount;

    /// <summary>
    /// Whether base trees whose file is there with its full length are kept, as when a killed run goes on. Only for a caller who
    /// knows that the files belong to the same sector.
    /// </summary>
    public bool KeepComplete { get; init; }
}
