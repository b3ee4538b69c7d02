namespace Filecoin.Proving.Scheduling;

/// <summary>How long partitions took lately: the slowest of the last few, for whoever asks whether there is time enough.</summary>
internal sealed class WorkTimes
{
    private const int Kept = 16;

    private readonly Lock _lock = new();
    private readonly Queue<TimeSpan> _reading = new();
    private readonly Queue<TimeSpan> _proving = new();

    /// <summary>Time to read a partition's vanilla proofs, or null when none was read.</summary>
    public TimeSpan? Reading => Slowest(_reading);

    /// <summary>Time from a partition's vanilla proofs to its SNARK, waiting included, or null when none was made.</summary>
    public TimeSpan? Proving => Slowest(_proving);

    public void Read(TimeSpan took) => Add(_reading, took);

    public void Proved(TimeSpan took) => Add(_proving, took);

    private void Add(Queue<TimeSpan> last, TimeSpan took)
    {
        lock (_lock)
        {
            last.Enqueue(took);
            if (last.Count > Kept)
                last.Dequeue();
        }
    }

    private TimeSpan? Slowest(Queue<TimeSpan> last)
    {
        lock (_lock)
            return last.Count == 0 ? null : last.Max();
    }
}
