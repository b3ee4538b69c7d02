using System.Collections.Concurrent;
using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Filecoin.Benchmarks;

/// <summary>Figures that a benchmark takes itself, of the last measured round. Works in this process only.</summary>
internal sealed class FigureColumn(string name, string legend) : IColumn
{
    private static readonly ConcurrentDictionary<(string Name, string Case), string> s_figures = [];

    public string Id => $"{nameof(FigureColumn)}.{name}";

    public string ColumnName => name;

    public string Legend => legend;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Metric;

    public int PriorityInCategory => 1;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public static void Record(string name, string method, string parameter, double value, string format) =>
        s_figures[(name, $"{method} {parameter}")] = value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Several figures in words.</summary>
    public static void Record(string name, string method, FormattableString figures) => s_figures[(name, $"{method} ")] = FormattableString.Invariant(figures);

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        s_figures.GetValueOrDefault((name, $"{benchmarkCase.Descriptor.WorkloadMethod.Name} {string.Join(' ', benchmarkCase.Parameters.Items.Select(item => item.Value))}"), "-");

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public override string ToString() => ColumnName;
}
