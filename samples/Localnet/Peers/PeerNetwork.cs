using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.Api;
using Filecoin.Samples.Localnet.Chain;
using Microsoft.Extensions.Logging;

namespace Filecoin.Samples.Localnet.Peers;

/// <summary>
/// The other nodes, in place of libp2p: each an API that is called. Those that this node was told of learn its own address, so that one direction in
/// the options makes two.
/// </summary>
internal sealed partial class PeerNetwork : IAsyncDisposable
{
    private const int MaxPeers = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ImmutableArray<Peer> _told;
    private ImmutableArray<Peer> _peers;

    public PeerNetwork(IReadOnlyList<string> peers, TimeProvider time, ILogger logger)
    {
        (_time, _logger) = (time, logger);
        _told = _peers = [.. peers.Select(text => new Peer(RpcEndpoint.Parse(text)))];
    }

    /// <summary>This node's API, for peers to call back; null when it serves none.</summary>
    public Uri? Own { get; set; }

    /// <summary>Whether there is anybody.</summary>
    public bool IsAlone => _peers.IsEmpty;

    // A peer that did not answer is asked last.
    private IEnumerable<Peer> Reachable => _peers.OrderBy(peer => peer.Failed);

    /// <summary>The genesis time that the first peer to answer tells; null when there are no peers.</summary>
    /// <exception cref="TimeoutException">None answers.</exception>
    public async Task<DateTimeOffset?> GenesisTimeAsync(CancellationToken token)
    {
        const int attempts = 100;
        if (IsAlone)
            return null;
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            foreach (Peer peer in Reachable)
            {
                if (await TryAsync(peer, () => new ChainHeadApi(peer.Api).ChainGetGenesisAsync(token)) is { } genesis)
                    return DateTimeOffset.FromUnixTimeSeconds((long)genesis.MinTimestamp);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), _time, token);
        }

        throw new TimeoutException("No peer tells the genesis time; give it, or start a node without peers first.");
    }

    /// <summary>Tells the peers of the options where this node is.</summary>
    public Task AnnounceAsync(CancellationToken token)
    {
        if (Own is not { } own)
            return Task.CompletedTask;
        ReadOnlyMemory<byte> parameters = new RpcParams().Add(own.ToString()).ToJson();
        return Task.WhenAll(_told.Select(peer => TryAsync(peer, () => peer.Api.CallAsync(PeerMethods.Connect, parameters, token))));
    }

    /// <summary>Takes another node as a peer.</summary>
    /// <exception cref="FormatException">It is no endpoint.</exception>
    /// <exception cref="InvalidOperationException">There are too many.</exception>
    public void Connect(string text)
    {
        var peer = new Peer(RpcEndpoint.Parse(text));
        if (peer.Url.Authority == Own?.Authority || !ImmutableInterlocked.Update(
            ref _peers, (peers, added) => peers.Any(known => known.Url == added.Url) || peers.Length >= MaxPeers ? peers : peers.Add(added), peer))
            peer.Dispose();
        if (_peers.Length >= MaxPeers && _peers.All(known => known.Url != peer.Url))
            throw new InvalidOperationException($"there are {MaxPeers} peers already");
    }

    /// <summary>Sends a block to all; those that do not take it are not waited for longer than the patience.</summary>
    public Task SendAsync(FullBlock block, CancellationToken token)
    {
        var message = new BlockMessage(block.Header, [.. block.Messages.Select(m => m.Cid)], []);
        return Task.WhenAll(_peers.Select(peer => TryAsync(peer, async () =>
        {
            await new MiningApi(peer.Api).SyncSubmitBlockAsync(message, token);
            return true;
        })));
    }

    /// <summary>Sends a message to all.</summary>
    public Task SendAsync(SignedMessage message, CancellationToken token) =>
        Task.WhenAll(_peers.Select(peer => TryAsync(peer, () => new MpoolApi(peer.Api).MpoolPushAsync(message, token))));

    /// <summary>A block with its messages from any peer; null when none has it.</summary>
    public async Task<FullBlock?> FetchAsync(Cid cid, CancellationToken token)
    {
        foreach (Peer peer in Reachable)
        {
            ReadOnlyMemory<byte> parameters = new RpcParams().Add(cid).ToJson();
            BlockHeader? header = await TryAsync(peer, () => peer.Api.RequireAsync("Filecoin.ChainGetBlock", parameters, ApiJsonContext.Default.BlockHeader, token));
            if (header is null || header.Cid != cid)
                continue;
            MessagesOfBlock? messages = await TryAsync(peer, () => peer.Api.RequireAsync("Filecoin.ChainGetBlockMessages", parameters, LocalnetJsonContext.Default.MessagesOfBlock, token));
            if (messages is not null)
                return new FullBlock(header, messages.BlsMessages);
        }

        return null;
    }

    /// <summary>What each peer that answers has for its head.</summary>
    public async Task<IReadOnlyList<TipSet>> HeadsAsync(CancellationToken token)
    {
        TipSet?[] heads = await Task.WhenAll(_peers.Select(peer => TryAsync(peer, () => new ChainHeadApi(peer.Api).ChainHeadAsync(token))));
        return [.. heads.OfType<TipSet>()];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Peer peer in _peers)
            await peer.Api.DisposeAsync();
    }

    private async Task<T?> TryAsync<T>(Peer peer, Func<Task<T>> call)
    {
        try
        {
            T answer = await call();
            peer.Failed = false;
            return answer;
        }
        catch (RpcException e)
        {
            peer.Failed = e is not RpcErrorException;
            LogFailed(_logger, peer.Url, e.Message);
            return default;
        }
    }

    [LoggerMessage(40, LogLevel.Debug, "Peer {Peer}: {Fault}")]
    private static partial void LogFailed(ILogger logger, Uri peer, string fault);

    private sealed class Peer(RpcEndpoint endpoint) : IDisposable
    {
        public Uri Url { get; } = endpoint.With(webSocket: false).Url;

        public HttpRpcTransport Api { get; } = new(endpoint.With(webSocket: false), new RpcTransportOptions { CallTimeout = Patience });

        public volatile bool Failed;

        public void Dispose() => Api.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
