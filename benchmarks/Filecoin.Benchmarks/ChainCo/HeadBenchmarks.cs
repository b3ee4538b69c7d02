using System.Diagnostics;
using System.Text;
using BenchmarkDotNet.Attributes;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Tests.Coordination;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>How soon <c>filecoin-chainproxy</c> with its defaults tells a head to all who follow it, and whether what it told is then found.</summary>
[Experiment, RunsHere(warmups: 0, runs: 1)]
public class HeadBenchmarks
{
    private const int Listeners = 1000;
    private const int WarmUp = 150;
    private const int Heads = 50;
    private const int Loops = 100_000;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("filecoin-benchmark-heads-");

    [GlobalSetup]
    public void Setup() => Cores.LeaveLast();

    /// <summary>One subscription at one daemon, a thousand clients: the time from the daemon's word, a tipset of five blocks, to each client's.</summary>
    [Benchmark]
    public void FanOut()
    {
        (Queue<TipSet> heads, BenchmarkDaemon[] daemons) = Chain(1, WarmUp + Heads, blocks: 5);
        using var proxy = ServerProcess.ChainProxy(daemons.Select(daemon => daemon.Url), _directory.FullName);
        HeadListener[] listeners = [.. Enumerable.Range(0, Listeners).Select(_ => new HeadListener())];
        foreach (HeadListener listener in listeners)
            listener.StartAsync(proxy.Url).GetAwaiter().GetResult();
        // The answer to the call and the present head come first.
        int told = 2;
        Wait.Until(() => listeners.All(listener => listener.At.Count == told), "a client was not told the head");
        var times = new List<double>();
        TimeSpan used = default;
        while (heads.TryDequeue(out TipSet? head))
        {
            if (heads.Count == Heads - 1)
                used = proxy.Used;
            long at = Stopwatch.GetTimestamp();
            daemons[0].Move(head);
            told++;
            Wait.Until(() => listeners.All(listener => listener.At.Count == told), "a client was not told a head");
            if (heads.Count >= Heads)
                continue;
            Thread.Sleep(100);
            times.AddRange(listeners.Select(listener => (listener.At[told - 1] - at) * 1000.0 / Stopwatch.Frequency));
        }

        times.Sort();
        ExperimentAttribute.Tell(
            nameof(FanOut),
            $"{Listeners} clients, {Heads} heads: p50 {times[times.Count / 2]:N1} ms, p99 {times[times.Count * 99 / 100]:N1} ms, longest {times[^1]:N1} ms; the proxy's processor time {(proxy.Used - used).TotalMilliseconds / Heads:N1} ms a head");
        foreach (HeadListener listener in listeners)
            listener.Dispose();
        End(daemons);
    }

    /// <summary>ChainHead, and then ChainGetTipSet of what it said, while three daemons learn of each head one after the other.</summary>
    [Benchmark]
    public void HeadThenTipSet()
    {
        (Queue<TipSet> heads, BenchmarkDaemon[] daemons) = Chain(3, 5000, blocks: 1);
        using var proxy = ServerProcess.ChainProxy(daemons.Select(daemon => daemon.Url), _directory.FullName);
        using var stop = new CancellationTokenSource();
        var moving = new Thread(() =>
        {
            while (!stop.IsCancellationRequested && heads.TryDequeue(out TipSet? head))
            {
                foreach (BenchmarkDaemon daemon in daemons)
                {
                    daemon.Move(head);
                    Thread.Sleep(20);
                }
            }
        });
        moving.Start();
        int missing = 0;
        var seen = new HashSet<string>();
        Thread[] clients = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            using var client = new RawClient(proxy.Url);
            for (int i = 0; i < Loops / 4; i++)
            {
                string key = client.Call("""{"id":1,"method":"Filecoin.ChainHead"}""") ? KeyIn(client.Answer) : "";
                bool found = key.Length > 0 && client.Call($$"""{"id":1,"method":"Filecoin.ChainGetTipSet","params":[{{key}}]}""") && KeyIn(client.Answer) == key;
                if (!found)
                    Interlocked.Increment(ref missing);
                lock (seen)
                    seen.Add(key);
            }
        }))];
        foreach (Thread client in clients)
            client.Start();
        foreach (Thread client in clients)
            client.Join();
        stop.Cancel();
        moving.Join();
        ExperimentAttribute.Tell(nameof(HeadThenTipSet), $"{missing} of {Loops} not found, over {seen.Count} heads");
        End(daemons);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Cores.TakeAll();
        _directory.Delete(recursive: true);
    }

    private static (Queue<TipSet> Heads, BenchmarkDaemon[] Daemons) Chain(int daemons, int length, int blocks)
    {
        var chain = new SimChain();
        TipSet start = chain.Grow(chain.Genesis, 5), head = start;
        var heads = new Queue<TipSet>();
        for (int i = 0; i < length; i++)
            heads.Enqueue(head = chain.Extend(head, blocks));
        return (heads, [.. Enumerable.Range(0, daemons).Select(_ => BenchmarkDaemon.Start(chain, start))]);
    }

    private static void End(BenchmarkDaemon[] daemons)
    {
        foreach (BenchmarkDaemon daemon in daemons)
            daemon.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static string KeyIn(ReadOnlySpan<byte> answer)
    {
        ReadOnlySpan<byte> from = answer[(answer.IndexOf("\"Cids\":"u8) + "\"Cids\":".Length)..];
        return Encoding.ASCII.GetString(from[..(from.IndexOf((byte)']') + 1)]);
    }
}
