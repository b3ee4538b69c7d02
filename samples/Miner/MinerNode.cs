using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Native.Curves;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Database;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Mining;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Samples.Miner;

/// <summary>What every command of a miner stands on: its database, its node, its pipeline. Nothing runs yet.</summary>
internal sealed class MinerNode : IAsyncDisposable
{
    private readonly List<BlsSecretKey> _keys = [];

    private MinerNode(MinerHome home, MinerConfig config, ILoggerFactory logging)
    {
        (Home, Config, Logging) = (home, config, logging);
        Database = SqlDatabase.Open(home.Database(config.Database));
        Transport = config.Chain.Connect();
        State = new StateApi(Transport);
        Parameters = new ParameterStore(new ParameterStoreOptions
        {
            Directory = home.PathOf(config.Parameters.Directory),
            AllowInsecure = config.Parameters.AllowInsecure,
        });
        Options = config.Sealing(config.MinerAddress());
        if (config.Chain.Keys is { } keys)
            _keys.AddRange(ReadKeys(home.PathOf(keys)));
        var messages = new MessageOptions { Policy = config.Chain.Policy };
        Messages = new MessageSender(
            Database, new RpcMessageChain(Transport), Signer(), messages, SealingPipeline.OnMessageFinal, logging.CreateLogger<MessageSender>());
        Chain = new RpcSealingChain(Transport);
    }

    public MinerHome Home { get; }

    public MinerConfig Config { get; }

    public ILoggerFactory Logging { get; }

    public SqlDatabase Database { get; }

    public IRpcTransport Transport { get; }

    public StateApi State { get; }

    public ISealingChain Chain { get; }

    public ParameterStore Parameters { get; }

    public SealingOptions Options { get; }

    public MessageSender Messages { get; }

    public TaskQueue Queue { get; } = new();

    public SectorIndex Index { get; private set; } = null!;

    public LocalStorage Storage { get; private set; } = null!;

    public SealingPipeline Pipeline { get; private set; } = null!;

    /// <summary>Opens the database, making or updating its tables.</summary>
    /// <exception cref="DatabaseException">It does not answer, or is of a newer release.</exception>
    public static async Task<MinerNode> OpenAsync(MinerHome home, MinerConfig config, ILoggerFactory? logging = null, CancellationToken cancellationToken = default)
    {
        var node = new MinerNode(home, config, logging ?? NullLoggerFactory.Instance);
        try
        {
            await SealingPipeline.MigrateAsync(node.Database, cancellationToken);
            node.Index = await SectorIndex.OpenAsync(node.Database, cancellationToken: cancellationToken);
            node.Storage = new LocalStorage(
                node.Index, new LocalStorageOptions { Urls = [config.StorageUrl] }, logger: node.Logging.CreateLogger<LocalStorage>());

            // In a storage path, so that whichever machine seals the sector finds its pieces by the index.
            string pieces = Path.Combine(config.StoragePaths(home)[0], StorageLayout.DirectoryOf(SectorFileType.Piece));
            var staging = new StagingOptions { Directory = pieces, MaxWaitForSector = config.MaxWaitForSector };
            node.Pipeline = new SealingPipeline(
                node.Database, node.Options, node.Chain, node.Messages, node.Queue, new IndexedSealingStorage(node.Index, node.Storage),
                new PieceStore(node.Database, node.Options.MinerId, staging), logger: node.Logging.CreateLogger<SealingPipeline>(),
                aggregator: config.Aggregate is null ? null : new SealAggregator(node.Parameters));
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public ISealCommitProver SealProver() => new SealCommitProver(Parameters);

    public ISealVerifier SealVerifier() => new SealVerifier(Parameters);

    public IWorkerSigner WorkerSigner() => _keys.Count > 0 ? new LocalWorkerSigner(_keys) : new WalletWorkerSigner(new WalletApi(Transport));

    public IPoStVerifier PoStVerifier() => new PoStVerifier(Parameters);

    public async ValueTask DisposeAsync()
    {
        if (Storage is not null)
            await Storage.DisposeAsync();
        await Transport.DisposeAsync();
        await Database.DisposeAsync();
        foreach (BlsSecretKey key in _keys)
            key.Dispose();
    }

    private IMessageSigner Signer() => _keys.Count > 0 ? new LocalKeySigner([.. _keys]) : new NodeWalletSigner(new WalletApi(Transport));

    private static IEnumerable<BlsSecretKey> ReadKeys(string path) =>
        File.ReadLines(path).Where(line => line.Length > 0).Select(line => BlsSecretKey.Read(Convert.FromHexString(line.Trim())));
}
