using System.Diagnostics.Metrics;

namespace Filecoin.Sealing.Engine;

/// <summary>The engine's instruments, on the meter <see cref="MeterName"/>.</summary>
public sealed class EngineMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Filecoin.Sealing.Engine";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _ended, _looks, _lostSessions, _takenOver;
    private readonly Histogram<double> _start, _duration;

    internal EngineMetrics(Func<IEnumerable<TaskRun>> runs)
    {
        _ended = _meter.CreateCounter<long>("filecoin.sealing.engine.runs", "{run}", "Runs that ended, by type and outcome.");
        _looks = _meter.CreateCounter<long>("filecoin.sealing.engine.looks", "{look}", "Looks at the queue.");
        _lostSessions = _meter.CreateCounter<long>("filecoin.sealing.engine.sessions.lost", "{session}", "Leases that this machine lost.");
        _takenOver = _meter.CreateCounter<long>("filecoin.sealing.engine.tasks.freed", "{task}", "Tasks of lost machines that this machine set free.");
        _start = _meter.CreateHistogram<double>("filecoin.sealing.engine.claim_to_start", "s", "From the beginning of a claim to the start of the run.");
        _duration = _meter.CreateHistogram<double>("filecoin.sealing.engine.run.duration", "s", "How long runs took, by type and outcome.");
        _meter.CreateObservableGauge(
            "filecoin.sealing.engine.running",
            () => runs().GroupBy(run => run.Type).Select(group => new Measurement<int>(group.Count(), Type(group.Key))),
            "{run}", "Runs in progress, by type.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Looked() => _looks.Add(1);

    internal void SessionLost() => _lostSessions.Add(1);

    internal void TakenOver(int tasks) => _takenOver.Add(tasks);

    internal void Started(string type, TimeSpan sinceClaim) => _start.Record(sinceClaim.TotalSeconds, Type(type));

    internal void Ended(string type, string outcome, TimeSpan duration)
    {
        _ended.Add(1, Type(type), Outcome(outcome));
        _duration.Record(duration.TotalSeconds, Type(type), Outcome(outcome));
    }

    private static KeyValuePair<string, object?> Type(string type) => new("type", type);

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);
}
