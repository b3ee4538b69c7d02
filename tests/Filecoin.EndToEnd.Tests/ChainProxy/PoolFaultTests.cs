using System.Collections.Concurrent;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.EndToEnd.Tests.ChainProxy;

/// <summary>A pool of real daemons under load, whose nodes die, freeze, break connections, lag, hang and lie, one after the other.</summary>
[Collection(LocalnetPool.Alone)]
public sealed class PoolFaultTests : IDisposable
{
    private static readonly Address PowerActor = Address.FromId(4);
    private static readonly TimeSpan Trouble = TimeSpan.FromSeconds(2);
    private readonly WorkDirectory _directory = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private int _reads, _heads;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task No_read_fails_and_no_head_is_lost_whatever_befalls_a_node()
    {
        await using LocalnetPool pool = await LocalnetPool.StartAsync(_directory.Path);
        await using var follower = new HeadFollower(pool.Api);
        using var stop = new CancellationTokenSource();
        Task reading = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReadAsync(pool.Api, stop.Token)));

        await DuringAsync("killed", () => pool.KillNodeAsync(0), () => pool.StartNodeAsync(0));
        await DuringAsync("frozen", () => Done(pool.Node(1).Freeze), () => Done(pool.Node(1).Thaw));
        await DuringAsync("broken", () => pool.FaultAsync(2, """{"Reset":true}"""), () => pool.FaultAsync(2, "{}"));
        await DuringAsync("late", () => pool.FaultAsync(0, """{"Lag":"00:00:01.5"}"""), () => pool.FaultAsync(0, "{}"));
        await DuringAsync("silent", () => pool.FaultAsync(1, """{"Hang":true}"""), () => pool.FaultAsync(1, "{}"));
        await DuringAsync("boasting", () => pool.FaultAsync(2, """{"ClaimedWeightPercent":300}"""), () => pool.FaultAsync(2, "{}"));

        await stop.CancelAsync();
        await reading;
        Assert.True(_failures.IsEmpty, $"{_failures.Count} of {_reads} reads failed:\n{string.Join('\n', _failures.Take(20))}");
        Assert.True(_reads > 200, $"only {_reads} reads were made");
        Assert.True(_heads > 5, $"the head moved {_heads} times");
        await using HttpRpcTransport client = LocalnetPool.Client(pool.Api);
        TipSet end = await follower.EndAsync(await new ChainHeadApi(client).ChainHeadAsync());
        Assert.True(follower.Applied > 5, $"{follower.Applied} heads were told, the last is {end}");

        async Task DuringAsync(string what, Func<Task> begin, Func<Task> end)
        {
            int before = _reads;
            await begin();
            await Task.Delay(Trouble);
            await end();
            await pool.LiveAsync();
            Assert.True(_reads > before, $"nothing was read while a node was {what}");
        }

        static Task Done(Action action)
        {
            action();
            return Task.CompletedTask;
        }
    }

    /// <summary>The head, then what stands at it: what venus#5668 found missing.</summary>
    private async Task ReadAsync(Uri url, CancellationToken stop)
    {
        await using HttpRpcTransport transport = LocalnetPool.Client(url);
        (var chain, var state) = (new ChainHeadApi(transport), new StateApi(transport));
        TipSet? last = null;
        while (!stop.IsCancellationRequested)
        {
            if (await TryAsync("ChainHead", () => chain.ChainHeadAsync()) is not { } head)
                continue;
            if (!head.Equals(last))
                Interlocked.Increment(ref _heads);
            last = head;
            if (await TryAsync($"ChainGetTipSet of {head}", () => chain.ChainGetTipSetAsync(head.Key)) is { } found && !found.Equals(head))
                _failures.Enqueue($"asked for {head}, got {found}");
            await TryAsync($"StateGetActor at {head}", () => state.StateGetActorAsync(PowerActor, head.Key));
            await TryAsync($"ChainGetTipSetByHeight below {head}", () => chain.ChainGetTipSetByHeightAsync(Math.Max(0, head.Height.Value - 3), head.Key));
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private async Task<T?> TryAsync<T>(string what, Func<Task<T>> read)
        where T : class?
    {
        Interlocked.Increment(ref _reads);
        try
        {
            T? answer = await read();
            if (answer is null)
                _failures.Enqueue($"{what}: null");
            return answer;
        }
        catch (RpcException e)
        {
            _failures.Enqueue($"{what}: {e.Message}");
            return null;
        }
    }
}
