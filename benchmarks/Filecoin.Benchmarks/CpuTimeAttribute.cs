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

namespace Filecoin.Benchmarks;

/// <summary>
/// Adds a column with the processor time that an operation took on all cores, which a busy machine does not change much.
/// For jobs of the monitoring strategy with a fixed number of iterations.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CpuTimeAttribute : Attribute, IConfigSource
{
    public IConfig Config { get; } = ManualConfig.CreateEmpty().AddDiagnoser(new CpuTimeDiagnoser());
}

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

    public IEnumerable<Metric> ProcessResults(DiagnoserResults results)
    {
        // The results' own total counts warm-up as well and every measured operation twice. Monitoring runs one operation an iteration.
        var operations = results.BenchmarkCase.Job.Run.IterationCount;
        if (!times.TryGetValue(results.BenchmarkCase, out var time) || operations == 0) yield break;
        yield return new Metric(CpuTime.Instance, (time.After - time.Before).TotalNanoseconds / operations);
    }

    public void DisplayResults(ILogger logger)
    {
    }

    public IEnumerable<ValidationError> Validate(ValidationParameters validationParameters) => [];

    private sealed class CpuTime : IMetricDescriptor
    {
        public static readonly CpuTime Instance = new();

        public string Id => nameof(CpuTime);

        public string DisplayName => "CPU time";

        public string Legend => "Processor time of an operation on all cores, between the start and the end of the measured run";

        public string NumberFormat => "N1";

        public UnitType UnitType => UnitType.Time;

        public string Unit => "ns";

        public bool TheGreaterTheBetter => false;

        public int PriorityInCategory => 0;

        public bool GetIsAvailable(Metric metric) => true;
    }
}
