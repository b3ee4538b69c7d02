using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Tests.Scheduling.Workers;

public sealed class PoStWorkerPoolTests : IDisposable
{
    private static readonly PoStConfig Window = PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1);
    private static readonly PoStConfig Winning = PoStConfig.For(RegisteredPoStProof.StackedDrgWinning2KiBV1);

    private readonly ReplicaShelf _shelf = new(1);
    private readonly StandInSnarks _snarks = new();
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(2));

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _shelf.Dispose();
    }

    [Fact]
    public async Task A_winning_job_never_waits_behind_window_jobs()
    {
        using var pool = Pool(new() { LocalWindow = LocalProving.Always, LocalWinning = LocalProving.Always });
        using var release = new ManualResetEventSlim();
        _snarks.Behaviour = (job, proof, token) =>
        {
            if (job.Proof.Kind == PoStKind.Window)
                release.Wait(token);
            return proof;
        };
        Task local = pool.RunLocalAsync(_snarks, new() { Name = "hub", ReportInterval = TimeSpan.FromMilliseconds(50) }, _stop.Token);
        Task<byte[]>[] windows = [.. Enumerable.Range(1, 5).Select(i => pool.ProveAsync(Job(Window, (ulong)i), _stop.Token))];

        byte[] won = await pool.ProveAsync(Job(Winning, 9), _stop.Token);

        Assert.Equal(192, won.Length);
        Assert.All(windows, task => Assert.False(task.IsCompleted));
        release.Set();
        await Task.WhenAll(windows);
        Assert.False(local.IsCompleted);
    }

    [Fact]
    public async Task The_job_whose_time_runs_out_first_goes_first()
    {
        using var pool = Pool(new());
        await pool.ReportAsync(Report("w"));
        Task<byte[]> late = pool.ProveAsync(Job(Window, 1, TimeSpan.FromHours(2)), _stop.Token);
        Task<byte[]> soon = pool.ProveAsync(Job(Window, 2, TimeSpan.FromHours(1)), _stop.Token);

        PoStJobOffer? first = await pool.NextJobAsync("w", PoStKind.Window, TimeSpan.FromSeconds(10));
        PoStJobOffer? second = await pool.NextJobAsync("w", PoStKind.Window, TimeSpan.FromSeconds(10));

        Assert.Equal(Job(Window, 2).Id, first!.Job);
        Assert.Equal(Job(Window, 1).Id, second!.Job);
        Assert.Equal(["w", "w"], pool.State.Jobs.SelectMany(job => job.On));
        Assert.False(late.IsCompleted || soon.IsCompleted);
    }

    [Fact]
    public async Task A_job_of_a_worker_that_is_gone_goes_to_another_and_an_invalid_proof_too()
    {
        using var pool = Pool(new() { Lease = TimeSpan.FromMilliseconds(300), RetryAfter = TimeSpan.FromMinutes(1), LocalWindow = LocalProving.Never });
        await pool.ReportAsync(Report("dies"));
        Task<byte[]> proof = pool.ProveAsync(Job(Window, 1), _stop.Token);
        Assert.NotNull(await pool.NextJobAsync("dies", PoStKind.Window, TimeSpan.FromSeconds(10)));

        // It never reports again; the next worker's first proof is garbage, the last one's is good.
        using var stopLiar = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        Task lying = new PoStWorker(pool, new StandInSnarks { Behaviour = (_, _, _) => new byte[192] }, Fast("liar")).RunAsync(stopLiar.Token);
        await UntilAsync(() => pool.State.Jobs.Any(job => job.Failures > 0));
        Task honest = new PoStWorker(pool, _snarks, Fast("honest")).RunAsync(_stop.Token);

        Assert.True(_snarks.Verify(Window, Job(Window, 1).PublicInputs, await proof));
        Assert.False(lying.IsCompleted || honest.IsCompleted);
    }

    [Fact]
    public async Task A_job_nobody_can_make_fails_with_what_each_said()
    {
        using var pool = Pool(new() { Attempts = 2, RetryAfter = TimeSpan.Zero, LocalWindow = LocalProving.Always });
        _snarks.Behaviour = (_, _, _) => throw new InvalidOperationException("no memory");
        _ = pool.RunLocalAsync(_snarks, Fast("hub"), _stop.Token);

        var error = await Assert.ThrowsAsync<PoStJobFailedException>(() => pool.ProveAsync(Job(Window, 1), _stop.Token));

        Assert.Equal(["hub: no memory", "hub: no memory"], error.Failures);
    }

    [Fact]
    public async Task The_hub_proves_itself_only_when_no_worker_lives_or_time_runs_out()
    {
        var time = new VirtualTime();
        using var pool = new PoStWorkerPool(_snarks, new() { WorkerGrace = TimeSpan.FromSeconds(45), RescueAt = TimeSpan.FromMinutes(8), Lease = TimeSpan.FromHours(9) }, time);
        _ = pool.RunLocalAsync(_snarks, Fast("hub"), _stop.Token);
        await UntilAsync(() => pool.State.Workers.Count == 1);
        Task<byte[]> alone = pool.ProveAsync(Job(Window, 1, TimeSpan.FromMinutes(30), time), _stop.Token);
        time.Advance(TimeSpan.FromSeconds(40), 40);
        await Task.Delay(100);
        Assert.False(alone.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(10), 10);
        await AdvanceUntilAsync(time, alone);

        await pool.ReportAsync(Report("remote"));
        Task<byte[]> shared = pool.ProveAsync(Job(Window, 2, TimeSpan.FromMinutes(30), time), _stop.Token);
        Assert.Equal(Job(Window, 2).Id, (await pool.NextJobAsync("remote", PoStKind.Window, TimeSpan.FromSeconds(10)))!.Job);
        time.Advance(TimeSpan.FromMinutes(21), 60);
        await Task.Delay(100);
        Assert.False(shared.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(2), 10);
        await AdvanceUntilAsync(time, shared);
    }

    [Fact]
    public async Task A_worker_survives_the_hubs_restart_and_hands_in_what_it_finished()
    {
        using var release = new ManualResetEventSlim();
        using var proving = new ManualResetEventSlim();
        _snarks.Behaviour = (_, proof, token) =>
        {
            proving.Set();
            release.Wait(token);
            return proof;
        };
        RpcTokenKey key = new(RandomKey());
        PoStWorkerPool pool = Pool(new() { LocalWindow = LocalProving.Never });
        RpcServer server = await ServeAsync(pool, key, null);
        await using var transport = new WebSocketRpcTransport(
            RpcEndpoint.Create(new Uri(server.Address, "/rpc/v1"), key.Sign(RpcPermissions.Read | RpcPermissions.Write)),
            new RpcTransportOptions { MaxBackoff = TimeSpan.FromMilliseconds(200) });
        Task worker = new PoStWorker(new PoStHubClient(transport), _snarks, Fast("remote")).RunAsync(_stop.Token);
        Task<byte[]> lost = pool.ProveAsync(Job(Window, 1), _stop.Token);
        await UntilAsync(() => proving.IsSet);

        // The hub dies while the proof is made, and comes back at the same address without a memory of it.
        int port = server.Address.Port;
        pool.Dispose();
        await server.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);
        release.Set();
        await UntilAsync(() => _snarks.Made == 1);
        using PoStWorkerPool reborn = Pool(new() { LocalWindow = LocalProving.Never });
        await using RpcServer again = await ServeAsync(reborn, key, new(System.Net.IPAddress.Loopback, port));
        byte[] proof = await reborn.ProveAsync(Job(Window, 1), _stop.Token);

        Assert.True(_snarks.Verify(Window, Job(Window, 1).PublicInputs, proof));
        Assert.Equal(1, _snarks.Made);
        Assert.False(worker.IsCompleted);
    }

    [Fact]
    public async Task A_worker_that_drains_ends_what_it_has_and_takes_no_more()
    {
        using var release = new ManualResetEventSlim();
        using var proving = new ManualResetEventSlim();
        _snarks.Behaviour = (_, proof, token) =>
        {
            proving.Set();
            release.Wait(token);
            return proof;
        };
        using PoStWorkerPool pool = Pool(new() { LocalWindow = LocalProving.Never });
        var worker = new PoStWorker(pool, _snarks, Fast("remote"));
        Task running = worker.RunAsync(_stop.Token);
        Task<byte[]> first = pool.ProveAsync(Job(Window, 1), _stop.Token);
        await UntilAsync(() => proving.IsSet);
        Task drained = worker.DrainAsync(_stop.Token);
        Task<byte[]> second = pool.ProveAsync(Job(Window, 2), _stop.Token);
        await Task.Delay(300);
        Assert.False(drained.IsCompleted || first.IsCompleted);
        release.Set();
        await drained;
        Assert.True(_snarks.Verify(Window, Job(Window, 1).PublicInputs, await first));
        Assert.Equal(1, _snarks.Made);
        Assert.False(second.IsCompleted || running.IsCompleted);
    }

    [Fact]
    public async Task Hostile_reports_are_refused()
    {
        using PoStWorkerPool pool = Pool(new());
        RpcTokenKey key = new(RandomKey());
        await using RpcServer server = await ServeAsync(pool, key, null);
        var address = new Uri(server.Address, "/rpc/v1");
        await using var reader = new WebSocketRpcTransport(RpcEndpoint.Create(address, key.Sign(RpcPermissions.Read)));
        await using var writer = new WebSocketRpcTransport(RpcEndpoint.Create(address, key.Sign(RpcPermissions.Read | RpcPermissions.Write)));

        await Assert.ThrowsAsync<RpcErrorException>(() => new PoStHubClient(reader).ReportAsync(Report("w")));
        await Assert.ThrowsAsync<RpcErrorException>(() => new PoStHubClient(writer).ReportAsync(Report(new string('w', 100_000))));
        await Assert.ThrowsAsync<RpcErrorException>(() => new PoStHubClient(writer).ReportAsync(Report("w") with { WindowSlots = -1 }));
        await Assert.ThrowsAsync<PoStWorkerUnknownException>(() => new PoStHubClient(writer).NextJobAsync("w", PoStKind.Window, TimeSpan.Zero));
        Assert.Empty(pool.State.Workers);
    }

    private static byte[] RandomKey() => System.Security.Cryptography.RandomNumberGenerator.GetBytes(32);

    private static Task<RpcServer> ServeAsync(PoStWorkerPool pool, RpcTokenKey key, System.Net.IPEndPoint? at) =>
        RpcServer.StartAsync(new RpcMethods().AddPoStHub(pool), at, tokens: key);

    private PoStWorkerPool Pool(PoStWorkerPoolOptions options) => new(_snarks, options);

    private static PoStWorkerOptions Fast(string name) => new()
    {
        Name = name, ReportInterval = TimeSpan.FromMilliseconds(50), PollWait = TimeSpan.FromSeconds(1), RetryDelay = TimeSpan.FromMilliseconds(50),
    };

    private static PoStWorkerReport Report(string worker) => new() { Worker = worker, Name = worker, WindowSlots = 1, WinningSlots = 1 };

    private PoStJob Job(PoStConfig proof, ulong sector, TimeSpan? within = null, TimeProvider? time = null)
    {
        PoStRandomness randomness = PoStRandomness.FromChain(new byte[32]);
        VanillaChallenge challenge = VanillaChallenge.Of(proof, new(new(1000, new(sector)), _shelf.CommR(sector), false), randomness);
        SectorProof vanilla = SectorProver.Prove(SectorSize.KiB2, _shelf.Files(sector), challenge.Public, challenge.Nodes.AsSpan());
        return PoStJob.Create(
            proof, 1000, randomness, [vanilla], (time ?? TimeProvider.System).GetUtcNow() + (within ?? TimeSpan.FromHours(1)), $"sector {sector}");
    }

    private static async Task AdvanceUntilAsync(VirtualTime time, Task task)
    {
        for (int i = 0; i < 100 && !task.IsCompleted; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(50));
        }

        await task;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
            await Task.Delay(10);
        Assert.True(condition());
    }
}
