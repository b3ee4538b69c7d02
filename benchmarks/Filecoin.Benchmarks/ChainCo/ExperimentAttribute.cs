using System.Collections.Concurrent;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>
/// A benchmark that is run once and whose figures are not its duration: it tells them to <see cref="Figures"/>, and they stand in a column of their own.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ExperimentAttribute : Attribute, IConfigSource
{
    public IConfig Config { get; } = ManualConfig.CreateEmpty().AddColumn(new FiguresColumn()).AddJob(Job.Default
        .WithStrategy(RunStrategy.Monitoring).WithLaunchCount(1).WithWarmupCount(0).WithIterationCount(1).WithInvocationCount(1).WithUnrollFactor(1)
        .WithToolchain(InProcessEmitToolchain.Instance));
}

/// <summary>What experiments found out, by the name of their benchmark.</summary>
internal static class Figures
{
    private static readonly ConcurrentDictionary<string, string> s_figures = new();

    public static string? Of(string benchmark) => s_figures.GetValueOrDefault(benchmark);

    public static void Tell(string benchmark, FormattableString figures)
    {
        s_figures[benchmark] = FormattableString.Invariant(figures);
        Console.WriteLine($"// {benchmark}: {s_figures[benchmark]}");
    }
}

internal sealed class FiguresColumn : IColumn
{
    public string Id => nameof(FiguresColumn);

    public string ColumnName => "Figures";

    public string Legend => "What the experiment found out";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => false;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => Figures.Of(benchmarkCase.Descriptor.WorkloadMethod.Name) ?? "?";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public override string ToString() => ColumnName;
}
