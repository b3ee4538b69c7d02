using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Database;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Proving.Storage.Remote;
using Filecoin.Samples.Localnet;
using Filecoin.Samples.Localnet.Faults;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Storage;
using Filecoin.Sealing.Store;

namespace Filecoin.EndToEnd.Tests.Worker.Joining;

/// <summary>A local chain and a hub that stages data and seals nothing in this process; machines that seal are processes over the hub's database.</summary>
internal sealed class SealingScene : IAsyncDisposable
{
    private readonly TestDatabase _test;
    private readonly WorkDirectory _work;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<SampleProcess> _machines = [];
    private readonly LocalnetNode _chain;
    private readonly IRpcTransport _transport;
    private readonly LocalStorage _storage;
    private readonly RemoteStorageServer _server;
    private readonly Task _running;

    private SealingScene(
        TestDatabase test, WorkDirectory work, LocalnetNode chain, SealingSettings settings, SectorIndex index, LocalStorage storage, RemoteStorageServer server)
    {
        (_test, _work, _chain, Settings, Index, _storage, _server) = (test, work, chain, settings, index, storage, server);
        _transport = chain.Connect();
        var queue = new TaskQueue();
        var messages = new MessageSender(
            test.Database, new RpcMessageChain(_transport), new NodeWalletSigner(new WalletApi(_transport)), new MessageOptions { Policy = settings.Policy }, SealingPipeline.OnMessageFinal);
        Hub = new SealingPipeline(
            test.Database, settings.Options, new RpcSealingChain(_transport), messages, queue, new IndexedSealingStorage(index, storage),
            new PieceStore(test.Database, settings.Options.MinerId, new StagingOptions { Directory = Path.Combine(work.Path, "hub", "piece") }));
        _running = Hub.RunAsync(_stopping.Token);
    }

    public SealingSettings Settings { get; }

    public SectorIndex Index { get; }

    public SealingPipeline Hub { get; }

    public TaskCluster Cluster => new(_test.Database);

    public SqlDatabase Database => _test.Database;

    public static async Task<SealingScene> StartAsync(string kind)
    {
        var test = new TestDatabase(kind);
        NetworkPolicy policy = NetworkPolicy.Development(TimeSpan.FromSeconds(1));
        LocalnetNode chain = await LocalnetNode.StartAsync(new LocalnetOptions { Policy = policy });
        await chain.MineAsync(3);
        await SealingPipeline.MigrateAsync(test.Database);
        var settings = new SealingSettings
        {
            Miner = await CreateMinerAsync(test.Database, chain, policy),
            Proof = RegisteredSealProof.StackedDrg2KiBV1_1,
            Policy = policy,
            Node = chain.Address!.ToString(),
        };
        settings = await SealingSettings.PublishAsync(test.Database, settings);
        SectorIndex index = await SectorIndex.OpenAsync(test.Database);
        LocalStorage storage = null!;
        RemoteStorageServer server = await RemoteStorageServer.StartAsync(url =>
        {
            storage = new LocalStorage(index, new LocalStorageOptions { Urls = [url.ToString()], Heartbeat = TimeSpan.FromMilliseconds(200) });
            return new RemoteStorageEndpoint(storage, new StorageReads(), settings.StorageKey!);
        });
        var work = new WorkDirectory();
        string path = Directory.CreateDirectory(Path.Combine(work.Path, "hub")).FullName;
        new StoragePathConfig { Id = StorageId.Create() }.Write(path);
        await storage.OpenPathAsync(path);
        return new SealingScene(test, work, chain, settings, index, storage, server);
    }

    /// <summary>A machine with a disk of its own. What is named alone is the database; the rest keeps tests apart.</summary>
    public SampleProcess Machine(string name, params string[] arguments)
    {
        var machine = SampleProcess.Start(
            "filecoin-worker", _work.Path, new Dictionary<string, string> { ["HOME"] = Path.Combine(_work.Path, name) },
            ["run", "--database", _test.Description, "--machine", name, "--listen", "127.0.0.1:0", "--lease", "3", .. arguments]);
        _machines.Add(machine);
        return machine;
    }

    /// <summary>The node takes requests and answers none: whoever needs the chain is stuck in the middle of its task.</summary>
    public void HangNode() => _chain.SetFault(new FaultOptions { Hang = true });

    /// <summary>The node answers again; what waits for an answer in vain is told at once.</summary>
    public void WakeNode()
    {
        _chain.SetFault(new FaultOptions { Reset = true });
        _chain.SetFault(new FaultOptions());
    }

    /// <summary>Until the sector has come to a stage or beyond.</summary>
    public Task<SectorDetails> UntilAsync(SectorId sector, SealStage stage) => UntilAsync(
        async () => (await Hub.ShowAsync(sector.Number.Value))!, details => details.Summary.Stage >= stage || details.Summary.State == SectorState.Held, details => $"{details.Summary}");

    public async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> condition, Func<T, string> tell)
    {
        using var patience = new CancellationTokenSource(SampleProcess.Patience);
        while (true)
        {
            T seen = await look();
            if (condition(seen))
                return seen;
            Assert.False(patience.IsCancellationRequested, $"waited in vain, found {tell(seen)}; the machines say:\n{string.Join("\n---\n", _machines.Select(machine => machine.Said))}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SampleProcess machine in _machines)
            await machine.DisposeAsync();
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
        await _storage.DisposeAsync();
        await _transport.DisposeAsync();
        await _chain.DisposeAsync();
        await _test.DisposeAsync();
        _stopping.Dispose();
        _work.Dispose();
    }

    private static async Task<Address> CreateMinerAsync(SqlDatabase database, LocalnetNode chain, NetworkPolicy policy)
    {
        await using IRpcTransport transport = chain.Connect();
        var sender = new MessageSender(database, new RpcMessageChain(transport), new NodeWalletSigner(new WalletApi(transport)), new MessageOptions { Policy = policy });
        Address owner = chain.Accounts[0];
        var parameters = new CreateMinerParams(owner, owner, (long)RegisteredPoStProof.StackedDrgWindow2KiBV1_1, ReadOnlyMemory<byte>.Empty, []);
        MessageStatus sent = await sender.SendAsync(new OutgoingMessage
        {
            IdempotencyKey = "create-miner",
            Kind = MessageKind.Other,
            From = owner,
            To = Address.FromId(4),
            Method = PowerMethods.CreateMiner,
            Params = DagCbor.Encode(parameters),
        });
        var watcher = new MessageWatcher(sender);
        for (int i = 0; i < 100; i++)
        {
            await chain.MineAsync();
            await watcher.RoundAsync();
            await database.WriteAsync(session => session.ExecuteAsync("UPDATE message_outgoing SET due = 0 WHERE due IS NOT NULL"));
            if (await sender.FindAsync(sent.Id) is { IsFinal: true } landed)
                return DagCbor.Decode<CreateMinerReturn>(landed.Return.Span).IdAddress;
        }

        throw new InvalidOperationException("the chain made no miner");
    }
}
