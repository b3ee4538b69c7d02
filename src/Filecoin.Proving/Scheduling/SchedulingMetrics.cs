using System.Diagnostics.Metrics;

namespace Filecoin.Proving.Scheduling;

/// <summary>The proving cycle's instruments, on the meter <see cref="MeterName"/>.</summary>
public sealed class SchedulingMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Filecoin.Proving.Scheduling";

    private readonly Meter _meter = new(MeterName);

    internal SchedulingMetrics()
    {
        Proven = _meter.CreateCounter<long>("filecoin.post.partitions.proven", "{partition}", "Partitions whose proof was made.");
        Missed = _meter.CreateCounter<long>("filecoin.post.partitions.missed", "{partition}", "Partitions whose window closed without a proof.");
        Submitted = _meter.CreateCounter<long>("filecoin.post.messages", "{message}", "Window PoSt messages handed to the sender.");
        Skipped = _meter.CreateCounter<long>("filecoin.post.sectors.skipped", "{sector}", "Sectors that could not be read in time.");
        Reading = _meter.CreateHistogram<double>("filecoin.post.reading", "s", "Time to read a partition's vanilla proofs.");
        Proving = _meter.CreateHistogram<double>("filecoin.post.proving", "s", "Time from a partition's vanilla proofs to its SNARK, waiting included.");
    }

    internal Counter<long> Proven { get; }

    internal Counter<long> Missed { get; }

    internal Counter<long> Submitted { get; }

    internal Counter<long> Skipped { get; }

    internal Histogram<double> Reading { get; }

    internal Histogram<double> Proving { get; }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
