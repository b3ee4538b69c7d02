namespace Filecoin.Samples.Drill;

/// <summary>How long the provider is drilled, and how hard.</summary>
internal sealed record DrillOptions
{
    /// <summary>Where everybody keeps their files and logs; made anew.</summary>
    public required string Directory { get; init; }

    /// <summary>Development parameters of the 2 KiB circuits.</summary>
    public required string Parameters { get; init; }

    /// <summary>Epochs under kills; 120 are an hour of mainnet's.</summary>
    public int Epochs { get; init; } = 120;

    /// <summary>Seconds an epoch; 0 lets the machine's speed decide, so that who was killed can be back well within a deadline.</summary>
    public double EpochSeconds { get; init; }

    public int Deadlines { get; init; } = 4;

    /// <summary>Epochs that a deadline is open.</summary>
    public int Window { get; init; } = 15;

    public int Sectors { get; init; } = 4;

    /// <summary>Epochs from a kill to the next, on average.</summary>
    public int KillEvery { get; init; } = 5;

    /// <summary>Draws who is killed, when, and for how long.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public DrillOptions Validate()
    {
        foreach (int count in new[] { Epochs, Deadlines, Sectors, KillEvery })
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 5);
        ArgumentOutOfRangeException.ThrowIfNegative(EpochSeconds);
        return this;
    }
}
