using System.Security.Cryptography;
using System.Text;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.Api;
using Filecoin.Samples.Localnet.Chain;
using Filecoin.Samples.Localnet.Faults;
using Filecoin.Samples.Localnet.Mempool;
using Filecoin.Samples.Localnet.Peers;
using Filecoin.Samples.Localnet.Wallet;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Samples.Localnet;

/// <summary>
/// A chain in one process that speaks Lotus's v1 API: real tickets, elections, signatures and proofs, in place of libp2p a list of peers. One of them is a
/// network; several follow each other. Safe for concurrent use.
/// </summary>
public sealed class LocalnetNode : IAsyncDisposable
{
    private readonly LocalChain _chain;
    private readonly KeyStore _keys;
    private readonly Genesis _genesis;
    private readonly PeerNetwork _peers;
    private readonly FaultInjector _faults;
    private readonly RpcMethods _methods;
    private readonly RpcMethods _admin = new();
    private readonly RpcTokenKey _tokens;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private FaultyServer? _server;
    private Task _clock = Task.CompletedTask;

    private LocalnetNode(LocalnetOptions options, Genesis genesis, PeerNetwork peers, TimeProvider time, ILogger logger)
    {
        Options = options;
        _genesis = genesis;
        _peers = peers;
        _time = time;
        _faults = new FaultInjector(time);
        _chain = new LocalChain(options, genesis, new Executor(Rules(options)));
        _keys = new KeyStore([.. genesis.Accounts, .. genesis.Producers], options.DataDirectory);
        var sync = new Synchronizer(_chain, peers, options, _faults, time, logger);
        var sender = new MessageSender(_chain, _keys);
        _tokens = new RpcTokenKey(SHA256.HashData(Encoding.UTF8.GetBytes("token/" + options.Seed)), time);
        var context = new ApiContext(this, _chain, _keys, sender, sync, _faults, _tokens);
        _methods = new RpcMethods
        {
            Before = (_, token) => _faults.BeforeAsync(token),
            Fault = e => e is ActorNotFoundException ? new RpcFaultException(RpcErrorCode.ActorNotFound, e.Message) : null,
        };
        NodeMethods.Register(_methods, context);
        PeerMethods.Register(_methods, context);
        ChainMethods.Register(_methods, context);
        StateMethods.Register(_methods, context);
        MinerMethods.Register(_methods, context);
        MessageMethods.Register(_methods, context);
        WalletMethods.Register(_methods, context);
        MiningMethods.Register(_methods, context);
        AdminMethods.Register(_admin, context);
        Sync = sync;
    }

    /// <summary>What this node was started with, its genesis time filled in.</summary>
    public LocalnetOptions Options { get; }

    /// <summary>Where the API is, <c>http://127.0.0.1:port/rpc/v1</c>; null when nothing is served.</summary>
    public Uri? Address => _server is { } server ? new Uri(server.Address, "/rpc/v1") : null;

    /// <summary>The head.</summary>
    public TipSet Head => _chain.Head;

    /// <summary>The network's name.</summary>
    public string NetworkName => _genesis.NetworkName;

    /// <summary>Accounts with a balance from the start, whose keys every node of the network holds.</summary>
    public IReadOnlyList<Address> Accounts => [.. _genesis.Accounts.Select(key => key.Address)];

    internal Synchronizer Sync { get; }

    /// <summary>Starts a node.</summary>
    /// <param name="options">The network and this node.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to report.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    /// <exception cref="IOException">The address is taken, or the data belongs to another network.</exception>
    public static async Task<LocalnetNode> StartAsync(
        LocalnetOptions options, TimeProvider? time = null, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        time ??= TimeProvider.System;
        logger ??= NullLogger.Instance;
        var peers = new PeerNetwork(options.Peers, time, logger);
        DateTimeOffset begin = options.GenesisTime ?? ChainDirectory.GenesisTime(options.DataDirectory) ?? await peers.GenesisTimeAsync(cancellationToken) ?? time.GetUtcNow();
        begin = DateTimeOffset.FromUnixTimeSeconds(begin.ToUnixTimeSeconds());
        var node = new LocalnetNode(options with { GenesisTime = begin }, new Genesis(options, (ulong)begin.ToUnixTimeSeconds()), peers, time, logger);
        try
        {
            if (options.Listen is { } listen)
                node._server = await FaultyServer.StartAsync(node._methods, node._admin, node._tokens, node._faults, listen, cancellationToken);
            peers.Own = node.Address;
            node._clock = Task.WhenAll(node.Sync.RunAsync(node._stopping.Token), options.Clock ? node.TickAsync(node._stopping.Token) : Task.CompletedTask);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }

        return node;
    }

    /// <summary>A client of this node's API over WebSocket; the caller disposes it.</summary>
    /// <exception cref="InvalidOperationException">The node serves nothing.</exception>
    public IRpcTransport Connect() => new WebSocketRpcTransport(RpcEndpoint.Create(Address ?? throw new InvalidOperationException("The node serves nothing.")).With(webSocket: true));

    /// <summary>Makes tipsets one after the other, whatever the clock says.</summary>
    /// <param name="tipsets">How many.</param>
    /// <param name="nullRounds">Epochs without a block before the first of them.</param>
    /// <param name="cancellationToken">Stops between tipsets, and between sending a block to the peers.</param>
    /// <returns>The head.</returns>
    public async Task<TipSet> MineAsync(int tipsets = 1, int nullRounds = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nullRounds);
        ChainEpoch epoch = Head.Height + nullRounds;
        for (int made = 0; made < tipsets;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            epoch += 1;
            List<FullBlock> blocks = _chain.Produce(epoch);
            await Sync.PublishAsync(blocks, cancellationToken);
            made += blocks.Count > 0 ? 1 : 0;
        }

        return Head;
    }

    /// <summary>Leaves the last tipsets for a branch that is one longer, begun with a null round.</summary>
    /// <param name="depth">How many tipsets are reverted.</param>
    /// <param name="cancellationToken">Stops between sending blocks to the peers.</param>
    /// <returns>The new head.</returns>
    public async Task<TipSet> ForkAsync(int depth, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(depth);
        await Sync.PublishAsync(_chain.Fork(depth), cancellationToken);
        return Head;
    }

    /// <summary>Takes another node as a peer.</summary>
    /// <param name="peer">Its API, as <see cref="RpcEndpoint.Parse"/> reads it.</param>
    /// <exception cref="FormatException">It is no endpoint.</exception>
    /// <exception cref="InvalidOperationException">There are too many.</exception>
    public void Connect(string peer) => _peers.Connect(peer);

    /// <summary>Makes the node misbehave until told otherwise.</summary>
    public void SetFault(FaultOptions fault) => _faults.Set(fault);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _clock.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_server is { } server)
            await server.DisposeAsync();
        await _peers.DisposeAsync();
        Sync.Dispose();
        _chain.Dispose();
        _keys.Dispose();
        _genesis.Dispose();
        _stopping.Dispose();
    }

    /// <summary>The epoch by the clock.</summary>
    internal ChainEpoch EpochNow() => (_time.GetUtcNow() - Options.GenesisTime!.Value).Ticks / Options.Policy.EpochDuration.Ticks;

    private async Task TickAsync(CancellationToken token)
    {
        while (true)
        {
            ChainEpoch now = EpochNow();
            // A peer that hangs must not hold up the clock.
            if (now.Value > 0 && !_faults.Current.StopProducing)
                _ = Sync.PublishAsync(_chain.Produce(now), token);
            TimeSpan next = Options.GenesisTime!.Value + (Options.Policy.EpochDuration * (now.Value + 1)) - _time.GetUtcNow();
            await Task.Delay(next > TimeSpan.Zero ? next : TimeSpan.FromMilliseconds(1), _time, token);
        }
    }

    private static ExecutionRules Rules(LocalnetOptions options)
    {
        // Without a directory no verifying key is found, and every proof is an error of the node, not of the message.
        var store = new ParameterStore(new ParameterStoreOptions { Directory = options.ParameterDirectory ?? Path.Combine(Path.GetTempPath(), "localnet-without-parameters"), AllowInsecure = true });
        return new ExecutionRules(options.Policy, new SealVerifier(store), new SealAggregateVerifier(store), new PoStVerifier(store))
        {
            VerifyEveryWindowPoSt = options.VerifyEveryWindowPoSt,
        };
    }
}
