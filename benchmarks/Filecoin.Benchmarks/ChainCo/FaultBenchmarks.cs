using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Tests.Coordination;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>What clients of <c>filecoin-chainproxy</c> with its defaults notice of a daemon that fails, and how soon it is out of the pool.</summary>
[Experiment, RunsHere(warmups: 0, runs: 1)]
public class FaultBenchmarks
{
    private const int Clients = 64;
    private const double CallsPerSecond = 500;
    private static readonly TimeSpan s_before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(12);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("filecoin-benchmark-faults-");

    [GlobalSetup]
    public void Setup() => Cores.LeaveLast();

    /// <summary>One of three daemons is killed under load: its connections break, and new ones are refused.</summary>
    [Benchmark]
    public void RefusedConnections() => Fail(nameof(RefusedConnections), daemon => daemon.Kill());

    /// <summary>One of three daemons is stopped under load: it takes requests and answers none.</summary>
    [Benchmark]
    public void BlackHole() => Fail(nameof(BlackHole), daemon => daemon.Freeze());

    /// <summary>One of three daemons gets no more heads, in epochs of 30 seconds: the time since its last one.</summary>
    [Benchmark]
    public void StalledHead()
    {
        var chain = new SimChain();
        TipSet start = chain.Grow(chain.Genesis, 5), first = chain.Extend(start), second = chain.Extend(first);
        BenchmarkDaemon[] daemons = [.. Enumerable.Range(0, 3).Select(_ => BenchmarkDaemon.Start(chain, start))];
        using var proxy = ServerProcess.ChainProxy(daemons.Select(daemon => daemon.Url), _directory.FullName);
        foreach (BenchmarkDaemon daemon in daemons)
            daemon.Move(first);
        long last = Stopwatch.GetTimestamp();
        Thread.Sleep(TimeSpan.FromSeconds(30));
        daemons[0].Move(second);
        daemons[1].Move(second);
        Wait.Until(() => !proxy.NodesLive()[2], "the stalled daemon was not ejected");
        ExperimentAttribute.Tell(nameof(StalledHead), $"ejected {Stopwatch.GetElapsedTime(last).TotalSeconds:N2} s after its last head, of which the epoch is 30 s");
        foreach (BenchmarkDaemon daemon in daemons)
            daemon.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Cores.TakeAll();
        _directory.Delete(recursive: true);
    }

    private void Fail(string name, Action<ServerProcess> fail)
    {
        ServerProcess[] daemons = [.. Enumerable.Range(0, 3).Select(_ => ServerProcess.Daemon())];
        using var proxy = ServerProcess.ChainProxy(daemons.Select(daemon => daemon.Url), _directory.FullName);
        using var load = new HttpLoad(proxy.Url, Clients);
        load.Run(10_000);
        long failedAt = 0;
        TimeSpan ejected = default;
        var failing = new Thread(() =>
        {
            Thread.Sleep(s_before);
            failedAt = Stopwatch.GetTimestamp();
            fail(daemons[0]);
            ejected = Wait.Until(() => !proxy.NodesLive()[0], "the daemon was not ejected");
        });
        failing.Start();
        LoadResult result = load.RunAt(CallsPerSecond, s_duration);
        failing.Join();
        LoadResult before = result.Between(0, failedAt);
        // The second in which the daemon failed is the one that clients notice.
        LoadResult after = result.Between(failedAt, failedAt + Stopwatch.Frequency);
        ExperimentAttribute.Tell(
            name,
            $"{result.Failed} of {result.Calls.Count} reads failed; ejected after {ejected.TotalSeconds:N2} s; in the second after the failure p99 +{after.Quantile(0.99) - before.Quantile(0.99):N1} ms, longest {after.Quantile(1):N1} ms; before it p99 {before.Quantile(0.99):N2} ms");
        foreach (ServerProcess daemon in daemons)
            daemon.Dispose();
    }
}
