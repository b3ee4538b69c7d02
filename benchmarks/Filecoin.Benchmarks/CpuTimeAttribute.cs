using System.Diagnostics;
using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Validators;
using Perfolizer.Horology;

namespace Filecoin.Benchmarks;

/// <summary>
/// Adds a column with the processor time that an operation took on all cores, which a busy machine does not change much.
/// The system counts it in steps of some 10 ms, so a measured run should take many. In-process jobs count what else their process does.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CpuTimeAttribute : Attribute, IConfigSource
{
    private static readonly CpuTimeDiagnoser s_diagnoser = new();

    public IConfig Config { get; } = ManualConfig.CreateEmpty().AddDiagnoser(s_diagnoser).AddColumn(new CpuTimeColumn(s_diagnoser));
}

/// <summary>Takes the processor time between the start and the end of the measured run.</summary>
internal sealed class CpuTimeDiagnoser : IDiagnoser
{
    private readonly Dictionary<BenchmarkCase, (TimeSpan Before, TimeSpan After)> times = [];

    public IEnumerable<string> Ids => ["CpuTime"];

    public IEnumerable<IExporter> Exporters => [];

    public IEnumerable<IAnalyser> Analysers => [];

    public RunMode GetRunMode(BenchmarkCase benchmarkCase) => RunMode.NoOverhead;

    public bool RequiresBlockingAcknowledgments(BenchmarkCase benchmarkCase) => true;

    public void Handle(HostSignal signal, DiagnoserActionParameters parameters)
    {
        if (signal is not (HostSignal.BeforeActualRun or HostSignal.AfterActualRun)) return;
        using var process = Process.GetProcessById(parameters.Process.Id);
        var now = process.TotalProcessorTime;
        var before = signal == HostSignal.BeforeActualRun ? now : times[parameters.BenchmarkCase].Before;
        times[parameters.BenchmarkCase] = (before, now);
    }

    public double? NanosecondsPerOperation(BenchmarkReport report)
    {
        // What a diagnoser is told at the end counts warm-up as well and every measured operation twice; the report has them one by one. It watches the last launch.
        var last = report.AllMeasurements.Select(m => m.LaunchIndex).DefaultIfEmpty().Max();
        var operations = report.AllMeasurements
            .Where(m => m is { IterationMode: IterationMode.Workload, IterationStage: IterationStage.Actual } && m.LaunchIndex == last)
            .Sum(m => m.Operations);
        return operations > 0 && times.TryGetValue(report.BenchmarkCase, out var time)
            ? (time.After - time.Before).TotalNanoseconds / operations
            : null;
    }

    public IEnumerable<Metric> ProcessResults(DiagnoserResults results) => [];

    public void DisplayResults(ILogger logger)
    {
    }

    public IEnumerable<ValidationError> Validate(ValidationParameters validationParameters) => [];
}

internal sealed class CpuTimeColumn(CpuTimeDiagnoser diagnoser) : IColumn
{
    public string Id => nameof(CpuTimeColumn);

    public string ColumnName => "CPU time";

    public string Legend => "Processor time of an operation on all cores, between the start and the end of the measured run";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Metric;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Time;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        if (summary[benchmarkCase] is not { } report || diagnoser.NanosecondsPerOperation(report) is not { } nanoseconds) return "?";
        var all = summary.Reports.Select(diagnoser.NanosecondsPerOperation).OfType<double>();
        var unit = style.TimeUnit ?? TimeUnit.GetBestTimeUnit([.. all]);
        var value = TimeUnit.Convert(nanoseconds, TimeUnit.Nanosecond, unit).ToString("N2", style.CultureInfo);
        return style.PrintUnitsInContent ? $"{value} {unit.Abbreviation}" : value;
    }

    public override string ToString() => ColumnName;
}
