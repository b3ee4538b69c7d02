using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>A JSON-RPC server of its own, on Kestrel: for processes that serve nothing else, and for tests.</summary>
public sealed class RpcServer : IAsyncDisposable
{
    /// <summary>The paths that clients of Lotus's API ask.</summary>
    public static IReadOnlyList<string> DefaultPaths { get; } = ["/rpc/v0", "/rpc/v1"];

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private readonly WebApplication _app;

    private RpcServer(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    /// <summary>Where it listens, with the port that it got.</summary>
    public Uri Address { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="methods">What is served.</param>
    /// <param name="listen">Where; null for a free port of the loopback address.</param>
    /// <param name="options">Limits.</param>
    /// <param name="tokens">Checks tokens; without it every token is refused and callers have the anonymous permissions.</param>
    /// <param name="paths">At which paths; null for <see cref="DefaultPaths"/>.</param>
    /// <param name="configure">Adds what else the application serves, and what comes before the methods.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<RpcServer> StartAsync(
        RpcMethods methods, IPEndPoint? listen = null, RpcServingOptions? options = null, RpcTokenKey? tokens = null,
        IReadOnlyList<string>? paths = null, Action<WebApplication>? configure = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(methods);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // The limit is the methods', so that it is answered in JSON-RPC.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen ?? new IPEndPoint(IPAddress.Loopback, 0));
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        WebApplication app = builder.Build();
        app.UseWebSockets();
        configure?.Invoke(app);
        foreach (string path in paths ?? DefaultPaths)
            app.MapRpc(path, methods, options, tokens);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new RpcServer(app, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()));
    }

    /// <summary>Closes WebSockets, lets open calls end for a moment, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopTimeout);
        await _app.StopAsync(limit.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
