using System.Diagnostics;

namespace Filecoin.Samples.Worker;

/// <summary>The phases of a command, one after the other: how far each is and how long it took.</summary>
internal abstract class Phases(int threads)
{
    private readonly List<PhaseTime> finished = [];
    private readonly Lock gate = new();
    private string? current;
    private long started;

    /// <summary>Threads that the command may use.</summary>
    public int Threads { get; } = threads;

    /// <summary>The phases so far, the current one included.</summary>
    public IReadOnlyList<PhaseTime> Times
    {
        get
        {
            lock (gate)
                return current is null ? [.. finished] : [.. finished, new PhaseTime(current, Elapsed())];
        }
    }

    /// <summary>Says that so much of a phase is done. Safe for concurrent use.</summary>
    public void Report(string phase, long done, long total, string unit)
    {
        lock (gate)
        {
            if (current != phase)
            {
                Close();
                (current, started) = (phase, Stopwatch.GetTimestamp());
            }

            Show(phase, done, total, unit, Stopwatch.GetElapsedTime(started));
        }
    }

    /// <summary>A progress of one phase.</summary>
    public IProgress<long> Of(string phase, long total, string unit = "bytes")
    {
        Report(phase, 0, total, unit);
        return new Phase(this, phase, total, unit);
    }

    /// <summary>Ends the current phase.</summary>
    public void Finish()
    {
        lock (gate)
            Close();
    }

    protected abstract void Show(string phase, long done, long total, string unit, TimeSpan elapsed);

    private void Close()
    {
        if (current is not null)
            finished.Add(new PhaseTime(current, Elapsed()));
        current = null;
    }

    private double Elapsed() => Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3);

    private sealed class Phase(Phases owner, string name, long total, string unit) : IProgress<long>
    {
        public void Report(long value) => owner.Report(name, value, total, unit);
    }
}

/// <summary>A phase and its wall time.</summary>
internal sealed record PhaseTime(string Phase, double Seconds);
