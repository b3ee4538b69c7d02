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

    /// <summary>What the proxy adds to a call at half of the calls a second that one core allows it.</summary>
    [Benchmark]
    public void AddedLatency()
    {
        using var proxy = ServerProcess.ChainProxy([_daemon.Url], _directory.FullName);
        using var before = new HttpLoad(proxy.Url, Clients);
        using var direct = new HttpLoad(_daemon.Url, Clients);
        before.Run(WarmUp * Calls);
        double half = before.Run(Calls).PerSecond / 2;
        direct.Run(Calls);
        var p50 = new List<double>();
        var p99 = new List<double>();
        var own50 = new List<double>();
        var own99 = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            LoadResult without = direct.RunAt(half, TimeSpan.FromSeconds(3)), with = before.RunAt(half, TimeSpan.FromSeconds(3));
            own50.Add(without.Quantile(0.5));
            own99.Add(without.Quantile(0.99));
            p50.Add(with.Quantile(0.5) - without.Quantile(0.5));
            p99.Add(with.Quantile(0.99) - without.Quantile(0.99));
        }

        ExperimentAttribute.Tell(
            nameof(AddedLatency),
            $"at {half:N0}/s: p50 +{Median(p50):N3} ms, p99 +{Median(p99):N3} ms; the daemon alone p50 {Median(own50):N3} ms, p99 {Median(own99):N3} ms");
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
