namespace Filecoin.Proving.Pieces;

/// <summary>How pieces are read.</summary>
public sealed record PieceOptions
{
    /// <summary>Threads that pad and hash, beside the one that reads. Default: all processors.</summary>
    public int DegreeOfParallelism { get; init; } = Environment.ProcessorCount;
}
