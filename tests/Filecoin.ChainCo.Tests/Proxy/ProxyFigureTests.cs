using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Xunit.Abstractions;

namespace Filecoin.ChainCo.Tests.Proxy;

/// <summary>The figures that the proxy must reach, on loopback with everything in one process; each prints what it measured.</summary>
public sealed class ProxyFigureTests(ITestOutputHelper output)
{
    [SlowFact]
    public async Task The_head_is_found_a_hundred_thousand_times()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(3);
        using var stop = new CancellationTokenSource();
        Task moving = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await pool.MoveAllAsync(pool.Chain.Extend(pool.Head));
                await Task.Delay(100);
            }
        });
        int missing = 0;
        await Parallel.ForAsync(0, 100_000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (_, _) =>
        {
            JsonElement head = (await pool.CallAsync("Filecoin.ChainHead")).GetProperty("result");
            if (!(await pool.CallAsync("Filecoin.ChainGetTipSet", $"[{head.GetProperty("Cids").GetRawText()}]")).TryGetProperty("result", out JsonElement _))
                Interlocked.Increment(ref missing);
        });
        await stop.CancelAsync();
        await moving;
        output.WriteLine($"100,000 heads asked for, {missing} not found, head moved to {pool.Head.Height}");
        Assert.Equal(0, missing);
    }

    [SlowFact]
    public async Task One_head_reaches_a_thousand_clients()
    {
        const int Clients = 1000;
        await using ProxyPool pool = await ProxyPool.StartAsync(2);
        var transports = Enumerable.Range(0, Clients).Select(_ => new WebSocketRpcTransport(RpcEndpoint.Create(pool.Url))).ToList();
        long[] arrived = new long[Clients];
        TipSet next = pool.Chain.Extend(pool.Head);
        byte[] name = Encoding.ASCII.GetBytes(next.Key.Cids[0].ToString());
        Task[] following = [.. transports.Select(async (transport, i) =>
        {
            // The bytes' arrival counts: a thousand clients that also read headers would measure themselves.
            await foreach (ReadOnlyMemory<byte> value in transport.SubscribeAsync("Filecoin.ChainNotify", RpcParams.None))
            {
                if (value.Span.IndexOf(name) < 0)
                    continue;
                arrived[i] = Stopwatch.GetTimestamp();
                break;
            }
        })];
        await ProxyPool.UntilAsync(() => pool.Coordinator.Freshest.SubscriberCount == Clients, 120);
        var moved = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task watching = Task.Run(async () =>
        {
            await foreach (IReadOnlyList<HeadChange> batch in pool.Coordinator.Freshest.SubscribeAsync())
            {
                if (batch[^1].Val.Equals(next))
                {
                    moved.SetResult(Stopwatch.GetTimestamp());
                    break;
                }
            }
        });
        await pool.MoveAllAsync(next);
        await Task.WhenAll([.. following, watching]).WaitAsync(TimeSpan.FromSeconds(60));
        double[] ms = [.. arrived.Select(at => Stopwatch.GetElapsedTime(MovedAt(moved), at).TotalMilliseconds).Order()];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Clients} clients: p50 {ms[Clients / 2]:0.0} ms, p99 {ms[Clients * 99 / 100]:0.0} ms, last {ms[^1]:0.0} ms"));
        foreach (WebSocketRpcTransport transport in transports)
            await transport.DisposeAsync();

        static long MovedAt(TaskCompletionSource<long> source) => source.Task.IsCompletedSuccessfully ? source.Task.Result : throw new InvalidOperationException("the head did not move");
    }

    [SlowFact]
    public async Task A_read_of_one_kilobyte_costs_little_more_than_at_the_daemon()
    {
        string answer = $"\"{new string('x', 1000)}\"";
        await using ProxyPool pool = await ProxyPool.StartAsync(1, options => options with { HedgeShare = 0 }, each: (_, rpc) => rpc.On("StateMinerInfo", _ => answer));
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", pool.Key.Sign(Filecoin.ChainCo.Proxy.RpcPermissions.Read));
        foreach (bool measured in new[] { false, true })
        {
            double[] direct = await LatenciesAsync(client, new Uri(pool.Daemons[0].Rpc.HttpUrl)), proxied = await LatenciesAsync(client, pool.Url);
            if (measured)
            {
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"1 KB read: direct p50 {direct[1000]:0.000} ms, p99 {direct[1980]:0.000} ms; proxied p50 {proxied[1000]:0.000} ms, p99 {proxied[1980]:0.000} ms"));
            }
        }
    }

    private static async Task<double[]> LatenciesAsync(HttpClient client, Uri url)
    {
        byte[] body = Encoding.ASCII.GetBytes("""{"jsonrpc":"2.0","id":1,"method":"Filecoin.StateMinerInfo","params":["f01000",[]]}""");
        double[] ms = new double[2000];
        for (int i = 0; i < ms.Length; i++)
        {
            long begun = Stopwatch.GetTimestamp();
            using var content = new ByteArrayContent(body);
            using HttpResponseMessage response = await client.PostAsync(url, content);
            await response.Content.ReadAsByteArrayAsync();
            ms[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }

        Array.Sort(ms);
        return ms;
    }
}
