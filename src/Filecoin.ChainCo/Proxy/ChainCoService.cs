using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc.Serving;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.ChainCo.Proxy;

/// <summary>The coordinator, its daemons, its pins and its server as one: made of options, started, changed while it runs, and ended together.</summary>
public sealed class ChainCoService : IHostedService, IAsyncDisposable
{
    private readonly Dictionary<string, ChainNode> _nodes = [];
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly ChainCoOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly IPinStore _pins;
    private bool _ended;

    /// <summary>Opens the pins and the token secret; nothing is followed or served before <see cref="StartAsync"/>.</summary>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    /// <exception cref="PinStoreException">The file of pins is another coordinator's, or damaged.</exception>
    /// <exception cref="InvalidDataException">The token secret cannot be used.</exception>
    public ChainCoService(ChainCoOptions options, ILoggerFactory? loggers = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _loggers = loggers ?? NullLoggerFactory.Instance;
        _time = time ?? TimeProvider.System;
        Tokens = RpcTokenKey.OpenOrCreate(options.TokenKeyFile, _time);
        _pins = options.Postgres is { Length: > 0 } connection ? new PostgresPinStore(connection) : FilePinStore.Open(options.PinsFile);
        Coordinator = new ChainCoordinator(options.Coordinator, _time, _loggers.CreateLogger<ChainCoordinator>());
        Server = new ChainProxyServer(Coordinator, _pins, options.Proxy, Tokens, time: _time, logger: _loggers.CreateLogger<ChainProxyServer>());
    }

    /// <summary>The pool's head, and how its daemons stand.</summary>
    public ChainCoordinator Coordinator { get; }

    /// <summary>The door.</summary>
    public ChainProxyServer Server { get; }

    /// <summary>Signs and checks tokens.</summary>
    public RpcTokenKey Tokens { get; }

    /// <summary>Begins to follow the daemons and to listen. It does not wait for a daemon.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await ChangeAsync(_options.Nodes, cancellationToken).ConfigureAwait(false);
        Coordinator.Start();
        await Server.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes daemons in, lets them go and changes them; the others run on undisturbed.</summary>
    /// <exception cref="ArgumentException">A daemon's options cannot work; nothing is changed.</exception>
    public async Task ChangeAsync(IReadOnlyList<NodeOptions> nodes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        (_options with { Nodes = nodes }).Validate();
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (ChainNode node in _nodes.Values.ToList())
            {
                NodeOptions? wanted = nodes.FirstOrDefault(options => options.Name == node.Options.Name && options.Endpoint == node.Options.Endpoint);
                if (wanted is not null)
                    node.Reconfigure(wanted);
                else
                    await RemoveAsync(node).ConfigureAwait(false);
            }

            foreach (NodeOptions options in nodes.Where(options => !_nodes.ContainsKey(options.Name)))
            {
                var node = new ChainNode(options, Coordinator, _options.Timings, time: _time, logger: _loggers.CreateLogger<ChainNode>());
                Coordinator.Add(node);
                node.Start();
                _nodes[options.Name] = node;
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Drains, lets open calls end, and closes everything.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => DisposeAsync().AsTask();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_ended)
            return;
        _ended = true;
        await Server.DisposeAsync().ConfigureAwait(false);
        foreach (ChainNode node in _nodes.Values)
            await node.DisposeAsync().ConfigureAwait(false);
        await Coordinator.DisposeAsync().ConfigureAwait(false);
        await _pins.DisposeAsync().ConfigureAwait(false);
        _changing.Dispose();
    }

    private async Task RemoveAsync(ChainNode node)
    {
        _nodes.Remove(node.Options.Name);
        Coordinator.Remove(node);
        await Server.ForgetAsync(node).ConfigureAwait(false);
        await node.DisposeAsync().ConfigureAwait(false);
    }
}
