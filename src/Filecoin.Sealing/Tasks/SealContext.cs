using Filecoin.Proving.Graph;
using Filecoin.Proving.Trees;

namespace Filecoin.Sealing.Tasks;

/// <summary>What tasks share on a machine.</summary>
public sealed record SealContext
{
    /// <summary>Parents of the sector's graph: its cache on disk, or the graph itself where that is small.</summary>
    public required IParentSource Parents { get; init; }

    /// <summary>Threads that build trees, at most. Labels take one thread, and one that reads parents ahead.</summary>
    public int Degree
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = Environment.ProcessorCount;

    internal TreeBuildOptions Trees => new() { Degree = Degree, KeepComplete = true };
}
