using System.Collections.Concurrent;
using System.Diagnostics;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Filecoin.Benchmarks;

/// <summary>
/// Adds columns with the median and the 99th percentile of single calls, which a benchmark of many calls in a row takes down by <see cref="Latencies"/>.
/// The job must run in this process.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LatencyAttribute : Attribute, IConfigSource
{
    public IConfig Config { get; } = ManualConfig.CreateEmpty().AddColumn(new LatencyColumn(50), new LatencyColumn(99), new LatencyColumn(100));
}

/// <summary>The time of each call of a benchmark.</summary>
internal static class Latencies
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<long>> s_calls = new(StringComparer.Ordinal);

    /// <summary>Takes down a call that began at a timestamp of <see cref="Stopwatch"/>.</summary>
    public static void Add(string benchmark, long began) => s_calls.GetOrAdd(benchmark, static _ => []).Add(Stopwatch.GetTimestamp() - began);

    /// <summary>A percentile in microseconds; null when nothing was taken down.</summary>
    public static double? Microseconds(string benchmark, int percentile)
    {
        if (!s_calls.TryGetValue(benchmark, out ConcurrentBag<long>? calls)) return null;
        long[] sorted = [.. calls.Order()];
        return sorted[Math.Min(sorted.Length - 1, sorted.Length * percentile / 100)] * 1e6 / Stopwatch.Frequency;
    }
}

internal sealed class LatencyColumn(int percentile) : IColumn
{
    public string Id => $"{nameof(LatencyColumn)}{percentile}";

    public string ColumnName => percentile == 100 ? "longest, µs" : $"p{percentile}, µs";

    public string Legend => $"{ColumnName}: of single calls";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Statistics;

    public int PriorityInCategory => percentile;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        Latencies.Microseconds($"{benchmarkCase.Descriptor.WorkloadMethod.Name} {benchmarkCase.Parameters.ValueInfo}", percentile)?.ToString("N0", style.CultureInfo) ?? "?";

    public override string ToString() => ColumnName;
}
