using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>JSON-RPC as an endpoint of an ASP.NET Core application.</summary>
public static class RpcEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Serves methods over HTTP POST and WebSocket at a path. The application calls <c>UseWebSockets</c> before; without it only POST works.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, <c>/rpc/v1</c>.</param>
    /// <param name="methods">What is served.</param>
    /// <param name="options">Limits.</param>
    /// <param name="tokens">Checks tokens; without it every token is refused and callers have the anonymous permissions.</param>
    public static IEndpointConventionBuilder MapRpc(
        this IEndpointRouteBuilder endpoints, string pattern, RpcMethods methods, RpcServingOptions? options = null, RpcTokenKey? tokens = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(methods);
        options ??= new RpcServingOptions();
        options.Validate();
        var door = new RpcDoor(options, tokens);
        CancellationToken stopping = endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        return endpoints.Map(pattern, context => door.HandleAsync(context, methods.For, stopping));
    }
}
