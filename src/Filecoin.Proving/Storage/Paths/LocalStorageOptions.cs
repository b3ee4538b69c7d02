namespace Filecoin.Proving.Storage.Paths;

/// <summary>How a machine looks after its storage paths.</summary>
public sealed record LocalStorageOptions
{
    /// <summary>Where this machine serves its paths, <c>http://host:port/remote</c>; empty when it serves none.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>How often each path is looked at and reported.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a look at a path may take until the path counts as hung.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often all of a path is read anew, though nothing tells of a change.</summary>
    public TimeSpan Rescan { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often the bytes that sectors take are counted in a path with <c>MaxStorage</c>, and whether a path still takes files.</summary>
    public TimeSpan Recount { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Heartbeat, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfLessThan(ProbeTimeout, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfLessThan(Rescan, Heartbeat);
        ArgumentOutOfRangeException.ThrowIfLessThan(Recount, TimeSpan.Zero);
    }
}
