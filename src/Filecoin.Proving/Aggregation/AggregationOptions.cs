namespace Filecoin.Proving.Aggregation;

/// <summary>How to aggregate and how to check aggregates.</summary>
public sealed record AggregationOptions
{
    /// <summary>Threads to use at most; at least one. Results do not depend on it.</summary>
    public int DegreeOfParallelism
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = Environment.ProcessorCount;

    internal ParallelOptions Threads(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = DegreeOfParallelism, CancellationToken = cancellationToken };
}
