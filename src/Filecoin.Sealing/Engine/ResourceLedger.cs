namespace Filecoin.Sealing.Engine;

/// <summary>What is taken of a machine, by whom, and what still fits. Safe for concurrent use.</summary>
internal sealed class ResourceLedger
{
    private readonly Lock _lock = new();
    private readonly MachineResources _total;
    private readonly SortedSet<int> _freeGpus;
    private readonly Dictionary<string, int> _running = new(StringComparer.Ordinal);
    private long _cores, _memory;

    public ResourceLedger(MachineResources total)
    {
        _total = total;
        _cores = total.Cores;
        _memory = total.MemoryBytes;
        _freeGpus = [.. Enumerable.Range(0, total.Gpus)];
    }

    /// <summary>How many runs of a type can begin now.</summary>
    public int Fits(TaskType type)
    {
        lock (_lock)
        {
            long fits = type.MaxPerMachine - _running.GetValueOrDefault(type.Name);
            fits = Math.Min(fits, Share(_cores, type.Cost.Cores));
            fits = Math.Min(fits, Share(_memory, type.Cost.MemoryBytes));
            return (int)Math.Clamp(Math.Min(fits, Share(_freeGpus.Count, type.Cost.Gpus)), 0, int.MaxValue);
        }
    }

    /// <summary>Whether a run of the type is kept out by others' resources, not by its own limit and not by the size of the machine.</summary>
    public bool IsCrowdedOut(TaskType type)
    {
        lock (_lock)
        {
            TaskCost cost = type.Cost;
            return _running.GetValueOrDefault(type.Name) < type.MaxPerMachine
                && cost.Cores <= _total.Cores && cost.MemoryBytes <= _total.MemoryBytes && cost.Gpus <= _total.Gpus
                && (cost.Cores > _cores || cost.MemoryBytes > _memory || cost.Gpus > _freeGpus.Count);
        }
    }

    /// <summary>Takes what a run costs.</summary>
    /// <returns>The numbers of its GPUs.</returns>
    /// <exception cref="InvalidOperationException">It does not fit: the caller did not ask, or two asked at once.</exception>
    public IReadOnlyList<int> Take(TaskType type)
    {
        lock (_lock)
        {
            TaskCost cost = type.Cost;
            if (cost.Cores > _cores || cost.MemoryBytes > _memory || cost.Gpus > _freeGpus.Count)
                throw new InvalidOperationException($"{type.Name} does not fit: {_cores} cores, {_memory} bytes and {_freeGpus.Count} GPUs are free");
            _cores -= cost.Cores;
            _memory -= cost.MemoryBytes;
            _running[type.Name] = _running.GetValueOrDefault(type.Name) + 1;
            int[] gpus = [.. _freeGpus.Take(cost.Gpus)];
            _freeGpus.ExceptWith(gpus);
            return gpus;
        }
    }

    /// <summary>Gives back what <see cref="Take"/> took.</summary>
    public void Release(TaskType type, IReadOnlyList<int> gpus)
    {
        lock (_lock)
        {
            _cores += type.Cost.Cores;
            _memory += type.Cost.MemoryBytes;
            _running[type.Name]--;
            _freeGpus.UnionWith(gpus);
        }
    }

    private static long Share(long free, long each) => each == 0 ? long.MaxValue : free / each;
}
