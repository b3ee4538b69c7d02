namespace Filecoin.Proving.Labels;

/// <summary>How labels are made.</summary>
public sealed record SdrOptions
{
    /// <summary>
    /// Layers whose file is complete are kept, so that a killed run goes on at the layer it was in. Only for a caller who knows that
    /// they belong to the same replica id. Some of their labels are checked all the same.
    /// </summary>
    public bool KeepComplete { get; init; }

    /// <summary>Labels of each kept layer that are computed again and compared.</summary>
    public int CheckedLabels
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 32;

    /// <summary>Nodes per window of parents; two windows are in memory.</summary>
    public int Window
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 4096;

    /// <summary>Whether the next window of parents is read by another thread while this one is hashed.</summary>
    public bool ReadAhead { get; init; } = true;
}
