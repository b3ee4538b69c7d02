using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>Remote storage as an endpoint of an ASP.NET Core application.</summary>
public static class RemoteStorageEndpointRouteBuilderExtensions
{
    /// <summary>Serves a machine's storage below <c>/remote</c>.</summary>
    public static IEndpointConventionBuilder MapRemoteStorage(this IEndpointRouteBuilder endpoints, RemoteStorageEndpoint storage)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(storage);
        return endpoints.Map($"{RemoteStorageEndpoint.Root}/{{**path}}", storage.HandleAsync);
    }
}

/// <summary>A server that serves a machine's storage and nothing else.</summary>
public sealed class RemoteStorageServer : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private readonly WebApplication _app;

    private RemoteStorageServer(WebApplication app, Uri url)
    {
        _app = app;
        Url = url;
    }

    /// <summary>Where it serves, <c>http://host:port/remote</c>, with the port that it got.</summary>
    public Uri Url { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="storage">What is served; it may be made once the URL is known.</param>
    /// <param name="listen">Where; null for a free port of the loopback address.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<RemoteStorageServer> StartAsync(
        Func<Uri, RemoteStorageEndpoint> storage, IPEndPoint? listen = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(storage);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen ?? new IPEndPoint(IPAddress.Loopback, 0));
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        WebApplication app = builder.Build();
        var endpoint = new TaskCompletionSource<RemoteStorageEndpoint>(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Map($"{RemoteStorageEndpoint.Root}/{{**path}}", async context => await (await endpoint.Task.ConfigureAwait(false)).HandleAsync(context).ConfigureAwait(false));
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            var url = new Uri(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), RemoteStorageEndpoint.Root);
            endpoint.SetResult(storage(url));
            return new RemoteStorageServer(app, url);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets open requests end for a moment, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopTimeout);
        await _app.StopAsync(limit.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
