using BenchmarkDotNet.Attributes;
using Filecoin.ChainCo.Tests.Coordination;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>
/// What the proxy costs a read of 1 KB. <c>filecoin-chainproxy</c> with its defaults, a bare forwarder and nginx stand before the same daemon, each on the
/// same core, and take turns; the daemon and the clients have the other cores.
/// </summary>
[Experiment, RunsHere(warmups: 0, runs: 1)]
public class ForwardingBenchmarks
{
    private const int Clients = 32;
    private const int Calls = 16_000;
    private const int Rounds = 5;

    /// <summary>Rounds until the just-in-time compiler has come to its last word, which takes longer the more code there is.</summary>
    private const int WarmUp = 8;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("filecoin-benchmark-proxy-");
    private BenchmarkDaemon _daemon = null!;

    [GlobalSetup]
    public void Setup()
    {
        Cores.LeaveLast();
        var chain = new SimChain();
        _daemon = BenchmarkDaemon.Start(chain, chain.Grow(chain.Genesis, 5));
    }

    /// <summary>Calls a second as fast as one core allows, and the processor time of the process that forwards.</summary>
    [Benchmark]
    public void Throughput()
    {
        using var proxy = ServerProcess.ChainProxy([_daemon.Url], _directory.FullName);
        using var forwarder = ServerProcess.Forwarder(_daemon.Url);
        using var nginx = ServerProcess.Nginx(_daemon.Url, _directory.FullName);
        ServerProcess[] servers = [proxy, forwarder, nginx];
        HttpLoad[] loads = [.. servers.Select(server => new HttpLoad(server.Url, Clients))];
        var perSecond = servers.Select(_ => new List<double>()).ToArray();
        var microseconds = servers.Select(_ => new List<double>()).ToArray();
        for (int round = -WarmUp; round < Rounds; round++)
        {
            for (int i = 0; i < servers.Length; i++)
            {
                TimeSpan used = servers[i].Used;
                LoadResult result = loads[i].Run(Calls);
                if (result.Failed > 0)
                    throw new InvalidOperationException($"{result.Failed} calls failed");
                if (round < 0)
                    continue;
                perSecond[i].Add(result.PerSecond);
                microseconds[i].Add((servers[i].Used - used).TotalMicroseconds / Calls);
            }
        }

        foreach (HttpLoad load in loads)
            load.Dispose();
        double[] rate = [.. perSecond.Select(Median)], cost = [.. microseconds.Select(Median)];
        ExperimentAttribute.Tell(
            nameof(Throughput),
            $"proxy {rate[0]:N0}/s {cost[0]:N1} us; forwarder {rate[1]:N0}/s {cost[1]:N1} us; nginx {rate[2]:N0}/s {cost[2]:N1} us; ratio to forwarder {rate[0] / rate[1]:N2}, by processor time {cost[1] / cost[0]:N2}; to nginx {rate[0] / rate[2]:N2}, {cost[2] / cost[0]:N2}");
    }

    /// <summary>What the proxy adds to a call at half of the calls a second that one core allows it, and what the others add at the same rate.</summary>
    [Benchmark]
    public void AddedLatency()
    {
        using var proxy = ServerProcess.ChainProxy([_daemon.Url], _directory.FullName);
        using var forwarder = ServerProcess.Forwarder(_daemon.Url);
        using var nginx = ServerProcess.Nginx(_daemon.Url, _directory.FullName);
        HttpLoad[] loads = [.. new[] { _daemon.Url, proxy.Url, forwarder.Url, nginx.Url }.Select(url => new HttpLoad(url, Clients))];
        loads[2].Run(WarmUp * Calls);
        loads[1].Run(WarmUp * Calls);
        double half = loads[1].Run(Calls).PerSecond / 2;
        var p50 = loads.Select(_ => new List<double>()).ToArray();
        var p99 = loads.Select(_ => new List<double>()).ToArray();
        for (int round = -1; round < Rounds; round++)
        {
            LoadResult[] results = [.. loads.Select(load => load.RunAt(half, TimeSpan.FromSeconds(3)))];
            for (int i = 0; i < loads.Length && round >= 0; i++)
            {
                p50[i].Add(results[i].Quantile(0.5) - (i == 0 ? 0 : results[0].Quantile(0.5)));
                p99[i].Add(results[i].Quantile(0.99) - (i == 0 ? 0 : results[0].Quantile(0.99)));
            }
        }

        foreach (HttpLoad load in loads)
            load.Dispose();
        string[] said = [.. p50.Select((_, i) => $"p50 {Median(p50[i]):N3} ms, p99 {Median(p99[i]):N3} ms")];
        ExperimentAttribute.Tell(nameof(AddedLatency), $"at {half:N0}/s: proxy +({said[1]}); forwarder +({said[2]}); nginx +({said[3]}); the daemon alone {said[0]}");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Cores.TakeAll();
        _daemon.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _directory.Delete(recursive: true);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
