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
        await ChangeAsync(_options, cancellationToken).ConfigureAwait(false);
        Coordinator.Start();
        await Server.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes daemons in, lets them go and changes them, while the others run on undisturbed, and sets the limits of clients. Everything else in the options
    /// is as it was at the start.
    /// </summary>
    /// <returns>The names of the members that differ and take effect at the next start only.</returns>
    /// <exception cref="ArgumentException">The options cannot work; nothing is changed.</exception>
    public async Task<IReadOnlyList<string>> ChangeAsync(ChainCoOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Server.ChangeClients(options.Proxy.Clients);
            foreach (ChainNode node in _nodes.Values.ToList())
            {
                NodeOptions? wanted = options.Nodes.FirstOrDefault(wanted => wanted.Name == node.Options.Name && wanted.Endpoint == node.Options.Endpoint);
                if (wanted is not null)
                    node.Reconfigure(wanted);
                else
                    await RemoveAsync(node).ConfigureAwait(false);
            }

            foreach (NodeOptions added in options.Nodes.Where(wanted => !_nodes.ContainsKey(wanted.Name)))
            {
                var node = new ChainNode(added, Coordinator, _options.Timings, time: _time, logger: _loggers.CreateLogger<ChainNode>());
                Coordinator.Add(node);
                node.Start();
                _nodes[added.Name] = node;
            }

            return [.. _options.WaitingForStart(options)];
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
