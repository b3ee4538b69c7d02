using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Proxy;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.Samples.ChainProxy;

/// <summary>The coordinator, its daemons and the server, kept in step with the configuration file.</summary>
internal sealed class PoolRunner : IAsyncDisposable
{
    private readonly Dictionary<string, ChainNode> _nodes = [];
    private readonly IPinStore _pins;
    private readonly ProxyConfig _first;
    private readonly ChainProxyServer _server;

    public PoolRunner(ProxyConfig config)
    {
        _first = config;
        Coordinator = new ChainCoordinator(new CoordinatorOptions { VerifyWeights = config.VerifyWeights });
        _pins = config.Postgres is { Length: > 0 } connection ? new PostgresPinStore(connection) : FilePinStore.Open(config.PinsFile);
        _server = new ChainProxyServer(Coordinator, _pins, config.Options(), RpcTokenKey.OpenOrCreate(config.TokenKeyFile));
    }

    public ChainCoordinator Coordinator { get; }

    public ChainProxyServer Server => _server;

    public async Task StartAsync(CancellationToken token)
    {
        await ApplyAsync(_first.Nodes);
        Coordinator.Start();
        await _server.StartAsync(token);
    }

    /// <summary>Takes in, lets go and changes daemons; the others run on undisturbed.</summary>
    public async Task ApplyAsync(IReadOnlyList<NodeOptions> wanted)
    {
        foreach ((string name, ChainNode node) in _nodes.ToList())
        {
            if (wanted.Any(options => options == node.Options))
                continue;
            _nodes.Remove(name);
            Coordinator.Remove(node);
            await _server.ForgetAsync(node);
            await node.DisposeAsync();
        }

        foreach (NodeOptions options in wanted.Where(options => !_nodes.ContainsKey(options.Name)))
        {
            var node = new ChainNode(options, Coordinator, _first.Timings);
            Coordinator.Add(node);
            node.Start();
            _nodes[options.Name] = node;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (ChainNode node in _nodes.Values)
            await node.DisposeAsync();
        await Coordinator.DisposeAsync();
        await _pins.DisposeAsync();
    }
}
