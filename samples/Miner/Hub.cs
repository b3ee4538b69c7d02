using System.Net;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Mining;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Remote;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Storage;
using Filecoin.Sealing.Store;
using Filecoin.Sealing.Tasks;
using Microsoft.Extensions.Logging;

namespace Filecoin.Samples.Miner;

/// <summary>A running hub: moves sectors, proves deadlines, serves workers; seals and proves itself as far as it is configured to.</summary>
internal sealed class Hub : IAsyncDisposable
{
    /// <summary>The secret of the hub's tokens, in the home.</summary>
    public const string KeyFile = "api.key";

    private readonly MinerNode _node;
    private readonly TaskEngine? _engine;
    private readonly RpcServer _server;
    private readonly RemoteStorageClient _remote;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    private Hub(
        MinerNode node, TaskEngine? engine, RpcServer server, RemoteStorageClient remote, PoStWorkerPool pool, WindowPoStScheduler windowPoSt, WinningPoStMiner? mining)
    {
        (_node, _engine, _server, _remote) = (node, engine, server, remote);
        (Pool, WindowPoSt, Mining) = (pool, windowPoSt, mining);
    }

    public PoStWorkerPool Pool { get; }

    public WindowPoStScheduler WindowPoSt { get; }

    /// <summary>Null when no blocks are mined.</summary>
    public WinningPoStMiner? Mining { get; }

    public Uri Address => _server.Address;

    /// <summary>Ends when the hub cannot go on; otherwise when it is stopped.</summary>
    public Task Running => _running;

    public static async Task<Hub> StartAsync(MinerNode node, CancellationToken cancellationToken)
    {
        MinerConfig config = node.Config;
        foreach (string path in config.StoragePaths(node.Home))
            await node.Storage.OpenPathAsync(path, cancellationToken);

        RpcTokenKey key = RpcTokenKey.OpenOrCreate(node.Home.PathOf(KeyFile));
        IPoStVerifier verifier = node.PoStVerifier();
        var pool = new PoStWorkerPool(
            verifier,
            new PoStWorkerPoolOptions
            {
                LocalWindow = config.ProveLocally ? LocalProving.WhenNeeded : LocalProving.Never,
                LocalWinning = config.ProveLocally ? LocalProving.WhenNeeded : LocalProving.Never,
                WorkerGrace = config.Chain.Policy.EpochDuration * 2,
            },
            logger: node.Logging.CreateLogger<PoStWorkerPool>());
        var reads = new StorageReads();

        // Machines that join are given the database alone, and read each other's storage with the key that is in it.
        SealingSettings settings = await SealingSettings.PublishAsync(
            node.Database,
            new SealingSettings { Miner = node.Options.Miner, Proof = node.Options.Proof, Policy = node.Options.Policy, Node = config.Chain.Url },
            cancellationToken);
        var remote = new RemoteStorageClient(new ScopedRemoteTokens(settings.StorageKey!));
        var reader = new SectorReader(new IndexedReplicas(node.Index, remote, node.Storage, reads), new SectorReadOptions { RetryDelay = Scaled(new SectorReadOptions().RetryDelay, config) });
        var windowPoSt = new WindowPoStScheduler(
            new ProvingChain(new ChainHeadApi(node.Transport), node.State), new PoStMessages(node.Messages, node.State), reader, pool, verifier, node.Database,
            WindowOptions(config), logger: node.Logging.CreateLogger<WindowPoStScheduler>());
        WinningPoStMiner? mining = !config.Mine ? null : new WinningPoStMiner(
            new MiningChain(new ChainHeadApi(node.Transport), new MiningApi(node.Transport)), node.WorkerSigner(), reader, pool, new SlashFilter(node.Database),
            MiningOptions(config), logger: node.Logging.CreateLogger<WinningPoStMiner>());
        TaskEngine? engine = !config.Seal ? null : new TaskEngine(
            node.Database, node.Queue, Tasks(node, remote), new TaskEngineOptions { Machine = config.Machine }, new PathReservations(node.Storage), logger: node.Logging.CreateLogger<TaskEngine>());

        var storage = new RemoteStorageEndpoint(
            node.Storage, reads, settings.StorageKey!, new RemoteStorageOptions { Urls = [config.StorageUrl] }, logger: node.Logging.CreateLogger<RemoteStorageEndpoint>());
        RpcMethods methods = new RpcMethods().AddPoStHub(pool).AddProvingState(windowPoSt, pool).AddSectorIndex(node.Index);
        if (mining is not null)
            methods.AddMiningState(mining);
        RpcServer server = await RpcServer.StartAsync(
            methods, IPEndPoint.Parse(config.Listen), tokens: key,
            configure: app => app.MapRemoteStorage(storage), cancellationToken: cancellationToken);
        if (engine is not null)
            await engine.StartAsync(cancellationToken);
        var hub = new Hub(node, engine, server, remote, pool, windowPoSt, mining);
        hub._running = hub.RunAsync(config, hub._stopping.Token);
        return hub;
    }

    /// <summary>The tasks that a machine takes; a worker that seals takes the same.</summary>
    private static IReadOnlyList<ITask> Tasks(MinerNode node, RemoteStorageClient remote) => new SealingTaskContext
    {
        Database = node.Database,
        Options = node.Options,
        Chain = node.Chain,
        Storage = new IndexedSealingStorage(node.Index, node.Storage, remote, loggers: node.Logging),
        Prover = node.SealProver(),
        Verifier = node.SealVerifier(),
        Logger = node.Logging.CreateLogger<SealingTaskContext>(),
    }.CreateTasks();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_engine is not null)
            await _engine.DisposeAsync();
        await _server.DisposeAsync();
        Mining?.Dispose();
        WindowPoSt.Dispose();
        Pool.Dispose();
        _remote.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(MinerConfig config, CancellationToken stopping)
    {
        var parts = new List<Task> { _node.Pipeline.RunAsync(stopping), WindowPoSt.RunAsync(stopping) };
        if (config.ProveLocally)
            parts.Add(Pool.RunLocalAsync(new PoStSnarks(new WindowPoStProver(_node.Parameters), new WinningPoStProver(_node.Parameters)), cancellationToken: stopping));
        if (Mining is not null)
            parts.Add(Mining.RunAsync(stopping));
        if (_engine is not null)
            parts.Add(_engine.Completion.WaitAsync(stopping));

        // The first part that ends ends the hub: none of them ends by itself without a reason to look at.
        await (await Task.WhenAny(parts));
    }

    // The defaults suit deadlines of an hour or half of one; short ones of a development network scale them.
    private static WindowPoStOptions WindowOptions(MinerConfig config)
    {
        NetworkPolicy policy = config.Chain.Policy;
        var options = new WindowPoStOptions { Miners = [config.MinerAddress()], Policy = policy };
        long window = policy.WPoStChallengeWindow;
        return window >= NetworkPolicy.Mainnet.WPoStChallengeWindow ? options : options with
        {
            Lease = Scaled(options.Lease, config),
            RetryDelay = Scaled(options.RetryDelay, config),
            SubmitConfidence = 1,
            BatchWait = 0,
            CheckLead = (int)Math.Max(1, options.CheckLead * window / NetworkPolicy.Mainnet.WPoStChallengeWindow),
            Recheck = (int)Math.Max(1, options.Recheck * window / NetworkPolicy.Mainnet.WPoStChallengeWindow),
            DeclareMargin = (int)(options.DeclareMargin * window / NetworkPolicy.Mainnet.WPoStChallengeWindow),
        };
    }

    // What suits epochs of 30 s, for shorter ones; not so short that a busy machine misses it.
    private static TimeSpan Scaled(TimeSpan usual, MinerConfig config)
    {
        TimeSpan scaled = usual * Scale(config);
        TimeSpan least = TimeSpan.FromSeconds(Math.Min(2, usual.TotalSeconds));
        return scaled > least ? scaled : least;
    }

    private static double Scale(MinerConfig config) => Math.Min(1, config.Chain.Policy.EpochDuration / NetworkPolicy.Mainnet.EpochDuration);

    // The defaults suit epochs of 30 s; shorter ones scale them.
    private static WinningPoStOptions MiningOptions(MinerConfig config)
    {
        TimeSpan epoch = config.Chain.Policy.EpochDuration;
        var options = new WinningPoStOptions { Miners = [config.MinerAddress()], EpochDuration = epoch };
        double scale = Scale(config);
        return options with
        {
            PropagationDelay = options.PropagationDelay * scale,
            EquivocationDelay = options.EquivocationDelay * scale,

            // A read does not become quicker with the epochs.
            ReadTimeout = epoch / 2 < options.ReadTimeout ? epoch / 2 : options.ReadTimeout,
            RetryDelay = options.RetryDelay * scale,
        };
    }
}
