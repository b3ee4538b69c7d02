using System.Text.Json;

namespace Filecoin.ChainCo.Tests.Proxy;

/// <summary>A client that is told a head finds it, whichever daemon answers.</summary>
public sealed class HeadConsistencyTests
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
        Assert.Equal(0, missing);
    }
}
