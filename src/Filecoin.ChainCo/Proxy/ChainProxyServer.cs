using System.Net;
using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.ChainCo.Proxy;

/// <summary>
/// One API over the pool: <c>/rpc/v0</c>, <c>/rpc/v1</c> and <c>/rpc/v2</c> over HTTP and WebSocket, and <c>/health/livez</c>, <c>/health/readyz</c> and
/// <c>/health/detail</c>. The coordinator, the pins and the key belong to the caller.
/// </summary>
public sealed partial class ChainProxyServer : IAsyncDisposable
{
    private readonly ChainProxyOptions _options;
    private readonly CallRouter _router;
    private readonly RpcDoor _door;
    private readonly HealthReport _health;
    private readonly ClientGates _gates;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _draining = new();
    private WebApplication? _app;

    /// <summary>Creates a server that does not listen yet.</summary>
    /// <param name="coordinator">The pool.</param>
    /// <param name="pins">What coordinators agree on.</param>
    /// <param name="options">How to serve and route.</param>
    /// <param name="tokens">Checks and signs tokens; without it every token is refused and callers have the anonymous permissions.</param>
    /// <param name="factory">Opens transports to daemons; null for HTTP and WebSocket.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to report.</param>
    public ChainProxyServer(
        ChainCoordinator coordinator, IPinStore pins, ChainProxyOptions? options = null, RpcTokenKey? tokens = null,
        RpcTransportFactory? factory = null, TimeProvider? time = null, ILogger<ChainProxyServer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(coordinator);
        ArgumentNullException.ThrowIfNull(pins);
        _options = options ?? new ChainProxyOptions();
        _options.Validate();
        _logger = logger ?? NullLogger<ChainProxyServer>.Instance;
        _router = new CallRouter(coordinator, pins, _options, tokens, factory, time ?? TimeProvider.System, _logger);
        _door = new RpcDoor(_options.Serving, tokens);
        _health = new HealthReport(coordinator, _router, time ?? TimeProvider.System);
        _gates = new ClientGates(_options.Clients);
    }

    /// <summary>Where it listens, after <see cref="StartAsync"/>.</summary>
    public IReadOnlyList<Uri> Addresses { get; private set; } = [];

    /// <summary>WebSockets that are open.</summary>
    public int SocketCount => _door.SocketCount;

    /// <summary>Clients that follow the head.</summary>
    public int HeadListenerCount => Enum.GetValues<HeadPolicy>().Sum(policy => _router.Heads(policy).ListenerCount);

    /// <summary>Reads that were asked of a second daemon as well.</summary>
    public long Hedges => _router.Reads.Hedges;

    /// <summary>Reads that were answered from memory.</summary>
    public long CacheHits => _router.CacheHits;

    /// <summary>Why it is not ready for calls; null when it is.</summary>
    public string? NotReady => _health.NotReady();

    /// <summary>Begins to listen.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());

        // Called unsafe because code that blocks would hold up its connection's reads. Nothing here blocks, and each hand-over to another thread that is
        // spared is a tenth of what a forwarded call costs.
        builder.WebHost.UseKestrelCore().UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // The limit is ours, so that it is answered in JSON-RPC.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxResponseBufferSize = 1 << 20;
            kestrel.AddServerHeader = false;
            foreach (IPEndPoint at in _options.Listen)
                kestrel.Listen(at);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _options.DrainTimeout);
        WebApplication app = builder.Build();
        app.UseWebSockets();
        app.Run(HandleAsync);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        _app = app;
        Addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];
        LogListening(_logger, string.Join(", ", Addresses));
    }

    /// <summary>Tells readiness probes and clients that wait for closing that this coordinator goes; calls are still served.</summary>
    public async Task DrainAsync()
    {
        if (!_health.IsDraining)
            LogDraining(_logger, SocketCount);
        _health.Drain();
        await _draining.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Sets other limits for clients, those that are connected included.</summary>
    /// <exception cref="ArgumentException">A limit is negative, or a client has two entries; nothing is changed.</exception>
    public void ChangeClients(IReadOnlyList<ClientOptions> clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ChainProxyOptions.ValidateClients(clients);
        _gates.Change(clients);
    }

    /// <summary>Closes the way to a daemon that was taken out of the coordinator.</summary>
    public Task ForgetAsync(IChainNode node) => _router.Pool.ForgetAsync(node);

    /// <summary>Drains, lets open calls end within the drain timeout, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync().ConfigureAwait(false);
        if (_app is { } app)
        {
            _app = null;
            using var limit = new CancellationTokenSource(_options.DrainTimeout);
            await app.StopAsync(limit.Token).ConfigureAwait(false);
            await app.DisposeAsync().ConfigureAwait(false);
        }

        await _router.DisposeAsync().ConfigureAwait(false);
        _gates.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        ApiVersion? version = path switch { "/rpc/v0" => ApiVersion.V0, "/rpc/v1" => ApiVersion.V1, "/rpc/v2" => ApiVersion.V2, _ => null };
        if (version is not null)
            await RpcAsync(context, version.Value).ConfigureAwait(false);
        else if (path.StartsWith("/health/", StringComparison.Ordinal))
            await HealthAsync(context, path).ConfigureAwait(false);
        else
            context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private Task RpcAsync(HttpContext context, ApiVersion version) => _door.HandleAsync(
        context,
        identity =>
        {
            string? node = context.Request.Headers["X-Filecoin-Node"].FirstOrDefault();
            return new ProxyDispatcher(new Caller(version, identity, _gates.Of(identity.Subject), node), _router, _draining.Token);
        },
        _app?.Lifetime.ApplicationStopping ?? CancellationToken.None);

    private async Task HealthAsync(HttpContext context, string path)
    {
        string? reason = path == "/health/readyz" ? _health.NotReady() : null;
        switch (path)
        {
            case "/health/livez" or "/health/readyz":
                context.Response.StatusCode = reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                context.Response.ContentType = "text/plain";
                await context.Response.WriteAsync(reason ?? "ok").ConfigureAwait(false);
                break;
            case "/health/detail":
                context.Response.ContentType = "application/json";
                await context.Response.Body.WriteAsync(_health.Detail(), context.RequestAborted).ConfigureAwait(false);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    [LoggerMessage(20, LogLevel.Information, "Serving the pool at {Addresses}")]
    private static partial void LogListening(ILogger logger, string addresses);

    [LoggerMessage(21, LogLevel.Information, "Draining; {Sockets} WebSockets are open")]
    private static partial void LogDraining(ILogger logger, int sockets);
}
