using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Filecoin.Benchmarks;

/// <summary>Runs each benchmark so many times in this process, once a measurement: for what takes seconds.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RunsHereAttribute(int warmups, int runs) : Attribute, IConfigSource
{
    public int Warmups => warmups;

    public int Runs => runs;

    public IConfig Config { get; } = ManualConfig.CreateEmpty().AddJob(Job.Default
        .WithStrategy(RunStrategy.Monitoring).WithLaunchCount(1).WithWarmupCount(warmups).WithIterationCount(runs).WithInvocationCount(1).WithUnrollFactor(1)
        .WithToolchain(InProcessEmitToolchain.Instance));
}
