namespace Filecoin.Proving.Storage.Remote;

/// <summary>How a machine serves its storage.</summary>
public sealed record RemoteStorageOptions
{
    /// <summary>
    /// The URLs that this machine is known by, <c>http://host:port/remote</c>: tokens with an audience are taken only for these. Empty: an audience is
    /// not looked at.
    /// </summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>Largest JSON request, in bytes.</summary>
    public int MaxRequestBytes { get; init; } = 64 << 10;

    /// <summary>Most challenges of one request; a winning PoSt has 66.</summary>
    public int MaxChallenges { get; init; } = 256;

    /// <summary>C1 proofs made at once from one storage path; each reads all layers at hundreds of places.</summary>
    public int ParallelPoReps { get; init; } = 1;

    /// <summary>How long a C1 proof may take.</summary>
    public TimeSpan PoRepTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Threads of one C1 proof; 0 is one a processor.</summary>
    public int PoRepDegree { get; init; } = 4;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRequestBytes, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxChallenges, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ParallelPoReps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PoRepTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(PoRepDegree);
    }
}
