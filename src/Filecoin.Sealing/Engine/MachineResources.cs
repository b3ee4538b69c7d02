namespace Filecoin.Sealing.Engine;

/// <summary>What a machine offers its tasks.</summary>
public sealed record MachineResources
{
    /// <summary>Processor cores.</summary>
    public required int Cores { get; init; }

    /// <summary>Memory in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>GPUs.</summary>
    public int Gpus { get; init; }

    /// <summary>What this process may use: cores, memory within the limit of its control group, GPUs whose driver is loaded.</summary>
    public static MachineResources Detect()
    {
        const string NvidiaDevices = "/proc/driver/nvidia/gpus";
        return new MachineResources
        {
            Cores = Environment.ProcessorCount,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Gpus = Directory.Exists(NvidiaDevices) ? Directory.GetDirectories(NvidiaDevices).Length : 0,
        };
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Cores);
        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(Gpus);
    }
}
