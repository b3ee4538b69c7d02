using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Filecoin.Benchmarks.Hashing;

/// <summary>Five measurements of four calls in this process: enough for kernels whose calls take milliseconds and do not vary.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class QuickJobAttribute : Attribute, IConfigSource
{
    public IConfig Config { get; } = ManualConfig.CreateEmpty().AddJob(Job.Default
        .WithStrategy(RunStrategy.Monitoring).WithLaunchCount(1).WithWarmupCount(2).WithIterationCount(5).WithInvocationCount(4).WithUnrollFactor(1)
        .WithToolchain(InProcessEmitToolchain.Instance));
}
