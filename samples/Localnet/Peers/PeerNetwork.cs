using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.Api;
using Filecoin.Samples.Localnet.Chain;
using Microsoft.Extensions.Logging;

namespace Filecoin.Samples.Localnet.Peers;

/// <summary>The other nodes, in place of libp2p: each an API that is called.</summary>
internal sealed partial class PeerNetwork : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public PeerNetwork(IReadOnlyList<string> peers, TimeProvider time, ILogger logger)
    {
        (_time, _logger) = (time, logger);
        Peers = [.. peers.Select(text => new HttpRpcTransport(RpcEndpoint.Parse(text).With(webSocket: false), new RpcTransportOptions { CallTimeout = Patience }))];
    }

    public IReadOnlyList<IRpcTransport> Peers { get; }

    /// <summary>The genesis time that the first peer to answer tells; null when there are no peers.</summary>
    /// <exception cref="TimeoutException">None answers.</exception>
    public async Task<DateTimeOffset?> GenesisTimeAsync(CancellationToken token)
    {
        const int attempts = 100;
        if (Peers.Count == 0)
            return null;
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            foreach (IRpcTransport peer in Peers)
            {
                if (await TryAsync(peer, () => new ChainHeadApi(peer).ChainGetGenesisAsync(token)) is { } genesis)
                    return DateTimeOffset.FromUnixTimeSeconds((long)genesis.MinTimestamp);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), _time, token);
        }

        throw new TimeoutException("No peer tells the genesis time; give it, or start a node without peers first.");
    }

    /// <summary>Sends a block to all; those that do not take it are not waited for longer than the patience.</summary>
    public Task SendAsync(FullBlock block, CancellationToken token)
    {
        var message = new BlockMessage(block.Header, [.. block.Messages.Select(m => m.Cid)], []);
        return Task.WhenAll(Peers.Select(peer => TryAsync(peer, async () =>
        {
            await new MiningApi(peer).SyncSubmitBlockAsync(message, token);
            return true;
        })));
    }

    /// <summary>Sends a message to all.</summary>
    public Task SendAsync(SignedMessage message, CancellationToken token) =>
        Task.WhenAll(Peers.Select(peer => TryAsync(peer, () => new MpoolApi(peer).MpoolPushAsync(message, token))));

    /// <summary>A block with its messages from any peer; null when none has it.</summary>
    public async Task<FullBlock?> FetchAsync(Cid cid, CancellationToken token)
    {
        foreach (IRpcTransport peer in Peers)
        {
            ReadOnlyMemory<byte> parameters = new RpcParams().Add(cid).ToJson();
            BlockHeader? header = await TryAsync(peer, () => peer.RequireAsync("Filecoin.ChainGetBlock", parameters, ApiJsonContext.Default.BlockHeader, token));
            if (header is null || header.Cid != cid)
                continue;
            MessagesOfBlock? messages = await TryAsync(peer, () => peer.RequireAsync("Filecoin.ChainGetBlockMessages", parameters, LocalnetJsonContext.Default.MessagesOfBlock, token));
            if (messages is not null)
                return new FullBlock(header, messages.BlsMessages);
        }

        return null;
    }

    /// <summary>What each peer that answers has for its head.</summary>
    public async Task<IReadOnlyList<TipSet>> HeadsAsync(CancellationToken token)
    {
        TipSet?[] heads = await Task.WhenAll(Peers.Select(peer => TryAsync(peer, () => new ChainHeadApi(peer).ChainHeadAsync(token))));
        return [.. heads.OfType<TipSet>()];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IRpcTransport peer in Peers)
            await peer.DisposeAsync();
    }

    private async Task<T?> TryAsync<T>(IRpcTransport peer, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (RpcException e)
        {
            LogFailed(_logger, peer, e.Message);
            return default;
        }
    }

    [LoggerMessage(40, LogLevel.Debug, "Peer {Peer}: {Fault}")]
    private static partial void LogFailed(ILogger logger, object peer, string fault);
}
