namespace Filecoin.Proving.Storage.Remote;

/// <summary>How other machines' storage is asked.</summary>
public sealed record RemoteClientOptions
{
    /// <summary>How long a vanilla proof of a PoSt may take (lotus <c>SingleCheckTimeout</c>; there 10 minutes).</summary>
    public TimeSpan ProofTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long the first phase of a commit may take.</summary>
    public TimeSpan PoRepTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a small request may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a transfer may stand still, or fall short of <see cref="LeastBytesPerSecond"/>.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What a transfer must bring on the average of each <see cref="StallTimeout"/>; 0 for any byte.</summary>
    public long LeastBytesPerSecond { get; init; } = 16 << 10;

    /// <summary>How often a transfer is begun or gone on with in a row without a byte more, over all URLs.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>How long before the next attempt; it doubles up to a minute.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A transfer is put on the disk each so many bytes; after a crash it goes on from there.</summary>
    public long CheckpointBytes { get; init; } = 256L << 20;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public void Validate()
    {
        foreach (TimeSpan time in (TimeSpan[])[ProofTimeout, PoRepTimeout, RequestTimeout, StallTimeout])
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, "options");
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Attempts, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(LeastBytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointBytes, 4096);
    }
}
