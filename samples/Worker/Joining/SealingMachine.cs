using System.Net;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Database;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Proving.Storage.Remote;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Storage;
using Filecoin.Sealing.Store;
using Filecoin.Sealing.Tasks;
using Microsoft.Extensions.Logging;

namespace Filecoin.Samples.Worker.Joining;

/// <summary>This process as one of the machines that share a database: it serves its storage to the others, and takes sealing tasks.</summary>
internal sealed partial class SealingMachine : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = [];
    private readonly SealingJoin _join;
    private readonly ParameterStore _parameters;
    private readonly ILoggerFactory _logging;
    private readonly ILogger _logger;
    private RemoteStorageClient? _remote;
    private TaskEngine? _engine;

    private SealingMachine(SealingJoin join, ParameterStore parameters, ILoggerFactory logging)
    {
        (_join, _parameters, _logging) = (join, parameters, logging);
        _logger = logging.CreateLogger<SealingMachine>();
    }

    /// <summary>Ends when the machine cannot go on: another process goes by its name.</summary>
    public Task Completion => _engine?.Completion ?? Task.Delay(Timeout.Infinite);

    /// <summary>Joins. Waits for the database, and for a hub that says which miner it serves.</summary>
    public static async Task<SealingMachine> StartAsync(SealingJoin join, ParameterStore parameters, ILoggerFactory logging, CancellationToken cancellationToken)
    {
        var machine = new SealingMachine(join, parameters, logging);
        try
        {
            await machine.JoinAsync(cancellationToken);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes no more tasks and lets those in hand end; those that last longer than the patience go back to the others.</summary>
    public async Task DrainAsync(TimeSpan patience)
    {
        if (_engine is null)
            return;
        LogDraining(_logger, _engine.Runs.Count, patience);
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _engine.DrainAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            LogGivesBack(_logger, _engine.Runs.Count);
            await _engine.StopAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out IAsyncDisposable? part))
            await part.DisposeAsync();
        _remote?.Dispose();
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        SqlDatabase database = Keep(SqlDatabase.Open(_join.Database));
        SealingSettings settings = await SettingsAsync(database, cancellationToken);
        SectorIndex index = await SectorIndex.OpenAsync(database, logger: _logging.CreateLogger<SectorIndex>(), cancellationToken: cancellationToken);
        LocalStorage storage = null!;
        Keep(await RemoteStorageServer.StartAsync(
            listening =>
            {
                string url = UrlOf(listening).ToString();
                storage = new LocalStorage(index, new LocalStorageOptions { Urls = [url] }, logger: _logging.CreateLogger<LocalStorage>());
                return new RemoteStorageEndpoint(
                    storage, new StorageReads(), settings.StorageKey!, new RemoteStorageOptions { Urls = [url], PoRepDegree = _join.Threads },
                    logger: _logging.CreateLogger<RemoteStorageEndpoint>());
            },
            _join.Listen, cancellationToken));
        Keep(storage);
        foreach (string directory in _join.Storage)
        {
            PrepareStorage(directory);
            StorageId id = await storage.OpenPathAsync(directory, cancellationToken);
            LogStores(_logger, directory, id, storage.Paths.Single(path => path.Id == id).Sectors);
        }

        if (_join.Tasks.Count == 0)
            return;
        await SealingPipeline.MigrateAsync(database, cancellationToken);
        _remote = new RemoteStorageClient(new ScopedRemoteTokens(settings.StorageKey!));
        IReadOnlyList<ITask> tasks = Tasks(database, settings, new IndexedSealingStorage(index, storage, _remote, loggers: _logging));
        _engine = Keep(new TaskEngine(
            database, new TaskQueue(), tasks,
            new TaskEngineOptions
            {
                Machine = _join.Machine ?? Address,
                Address = Address,
                Resources = MachineResources.Detect() with { Cores = _join.Threads },
                LeaseDuration = _join.Lease,
                HeartbeatInterval = _join.Lease / 6,
            },
            new PathReservations(storage), logger: _logging.CreateLogger<TaskEngine>()));
        await _engine.StartAsync(cancellationToken);
        LogTakes(_logger, settings.Miner.ToString(), string.Join(", ", tasks.Select(task => task.Type.Name)));
    }

    private async Task<SealingSettings> SettingsAsync(SqlDatabase database, CancellationToken cancellationToken)
    {
        for (bool said = false; ; said = true)
        {
            try
            {
                if (await SealingSettings.FindAsync(database, cancellationToken) is { } settings)
                    return settings;
                if (!said)
                    LogWaits(_logger, "no hub has run over this database yet");
            }
            catch (DatabaseException e) when (e.IsTransient)
            {
                LogWaits(_logger, e.Message);
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private IReadOnlyList<ITask> Tasks(SqlDatabase database, SealingSettings settings, IndexedSealingStorage storage)
    {
        ISealCommitProver? prover = null;
        if (_join.Tasks.Contains(nameof(SealStage.PoRep)))
        {
            try
            {
                _parameters.OpenParameters(ParameterIdentifier.Of(settings.Options.Config)).Dispose();
                prover = new SealCommitProver(_parameters, new Groth16ProverOptions { DegreeOfParallelism = _join.Threads });
            }
            catch (ParameterFileException e) when (!_join.TasksAreChosen)
            {
                LogNoProofs(_logger, e.Message);
            }
        }

        var transport = Keep(new WebSocketRpcTransport(RpcEndpoint.Parse(_join.Node ?? settings.Node)));
        var context = new SealingTaskContext
        {
            Database = database,
            Options = settings.Options,
            Chain = new RpcSealingChain(transport),
            Storage = storage,
            Prover = prover,
            Verifier = prover is null ? null : new SealVerifier(_parameters),
            Parents = _join.Parents is { } directory
                ? config => ParentCache.OpenOrCreate(directory, StackedGraph.Create(config), new ParentCacheOptions { DegreeOfParallelism = _join.Threads })
                : StackedGraph.Create,
            Degree = _join.Threads,
            Logger = _logging.CreateLogger<SealingTaskContext>(),
        };
        return [.. context.CreateTasks().Where(task => _join.Tasks.Contains(task.Type.Name))];
    }

    private void PrepareStorage(string directory)
    {
        if (!_join.InitStorage || File.Exists(Path.Combine(directory, StorageLayout.MetaFile)))
            return;
        Directory.CreateDirectory(directory);
        if (Directory.EnumerateFileSystemEntries(directory).Any())
            throw new WorkerException($"{directory}: expected a storage path or an empty directory, found files without {StorageLayout.MetaFile}.");
        new StoragePathConfig { Id = StorageId.Create(), CanSeal = true, CanStore = true }.Write(directory);
    }

    private string Address => _join.Url?.Authority ?? $"{(IPAddress.IsLoopback(_join.Listen.Address) ? _join.Listen.Address.ToString() : Dns.GetHostName())}:{_port}";

    private int _port;

    private Uri UrlOf(Uri listening)
    {
        _port = listening.Port;
        return _join.Url ?? new Uri($"http://{Address}{RemoteStorageEndpoint.Root}");
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Push(part);
        return part;
    }

    [LoggerMessage(1, LogLevel.Information, "Waits: {Reason}")]
    private static partial void LogWaits(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Information, "Stores in {Directory} (path {Id}, {Sectors} sectors)")]
    private static partial void LogStores(ILogger logger, string directory, StorageId id, int sectors);

    [LoggerMessage(3, LogLevel.Information, "Takes tasks of miner {Miner}: {Tasks}")]
    private static partial void LogTakes(ILogger logger, string miner, string tasks);

    [LoggerMessage(4, LogLevel.Warning, "Makes no PoRep proofs: {Reason}")]
    private static partial void LogNoProofs(ILogger logger, string reason);

    [LoggerMessage(5, LogLevel.Information, "Takes no more tasks; waits up to {Patience} for {Tasks} to end")]
    private static partial void LogDraining(ILogger logger, int tasks, TimeSpan patience);

    [LoggerMessage(6, LogLevel.Information, "Gives {Tasks} tasks back")]
    private static partial void LogGivesBack(ILogger logger, int tasks);
}
