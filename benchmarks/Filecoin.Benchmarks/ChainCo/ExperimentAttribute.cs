using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>A benchmark that is run once, in this process, and whose figures are not its duration: they stand in a column of their own.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ExperimentAttribute : Attribute, IConfigSource
{
    private const string Figures = "figures";

    public IConfig Config { get; } = ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithStrategy(RunStrategy.Monitoring).WithLaunchCount(1).WithWarmupCount(0).WithIterationCount(1).WithInvocationCount(1).WithUnrollFactor(1)
            .WithToolchain(InProcessEmitToolchain.Instance))
        .AddColumn(new FigureColumn(Figures, "What the experiment found out"));

    internal static void Tell(string experiment, FormattableString figures)
    {
        FigureColumn.Record(Figures, experiment, figures);
        Console.WriteLine($"// {experiment}: {FormattableString.Invariant(figures)}");
    }
}
