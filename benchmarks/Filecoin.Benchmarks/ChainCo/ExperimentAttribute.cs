using BenchmarkDotNet.Configs;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>A benchmark whose figures are not its duration: they stand in a column of their own. It has to run in this process.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ExperimentAttribute : Attribute, IConfigSource
{
    private const string Figures = "figures";

    public IConfig Config { get; } = ManualConfig.CreateEmpty().AddColumn(new FigureColumn(Figures, "What the experiment found out"));

    internal static void Tell(string experiment, FormattableString figures)
    {
        FigureColumn.Record(Figures, experiment, figures);
        Console.WriteLine($"// {experiment}: {FormattableString.Invariant(figures)}");
    }
}
