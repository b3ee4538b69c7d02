namespace Filecoin.Sealing.Engine;

/// <summary>What one run takes from the machine while it lasts.</summary>
public sealed record TaskCost
{
    /// <summary>Cores kept busy; 0 for a task that only waits or calls.</summary>
    public int Cores { get; init; }

    /// <summary>Memory at the peak, in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Whole GPUs.</summary>
    public int Gpus { get; init; }

    /// <summary>Space on storage, reserved before the run starts and released when it ends in any way.</summary>
    public IReadOnlyList<ScratchSpace> Scratch { get; init; } = [];

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Cores);
        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(Gpus);
        foreach (ScratchSpace space in Scratch)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(space.Bytes);
    }
}
