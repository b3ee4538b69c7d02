using System.Net;
using Filecoin.ChainCo.Rpc.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Filecoin.Samples.Localnet.Faults;

/// <summary>The node's server: the API behind the faults, and beside it the administration at <c>/localnet</c> that no fault touches but a refusal to listen.</summary>
internal sealed class FaultyServer : IAsyncDisposable
{
    /// <summary>Where faults are set and blocks demanded.</summary>
    public const string AdminPath = "/localnet";

    private static readonly RpcServingOptions Serving = new() { Anonymous = RpcPermissions.All };
    private readonly Func<IPEndPoint, Task<RpcServer>> _start;
    private readonly FaultInjector _faults;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private RpcServer? _server;

    private FaultyServer(Func<IPEndPoint, Task<RpcServer>> start, RpcServer server, FaultInjector faults)
    {
        (_start, _server, _faults, Address) = (start, server, faults, server.Address);
        _faults.Changed += Follow;
    }

    public Uri Address { get; }

    public static async Task<FaultyServer> StartAsync(
        RpcMethods methods, RpcMethods admin, RpcTokenKey tokens, FaultInjector faults, IPEndPoint listen, CancellationToken token)
    {
        Task<RpcServer> OpenAsync(IPEndPoint at) => RpcServer.StartAsync(
            methods, at, Serving, tokens,
            configure: app =>
            {
                app.MapRpc(AdminPath, admin, Serving, tokens);
                app.Use((HttpContext context, RequestDelegate next) => context.Request.Path.StartsWithSegments(AdminPath, StringComparison.Ordinal) ? next(context) : faults.HandleAsync(context, next));
            },
            cancellationToken: token);
        return new FaultyServer(OpenAsync, await OpenAsync(listen), faults);
    }

    public async ValueTask DisposeAsync()
    {
        _faults.Changed -= Follow;
        await _turn.WaitAsync();
        if (_server is { } server)
            await server.DisposeAsync();
        _turn.Dispose();
    }

    private void Follow(FaultOptions fault) => _ = FollowAsync();

    private async Task FollowAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_faults.Current.Refuse && _server is { } server)
            {
                _server = null;
                await server.DisposeAsync();
            }
            else if (!_faults.Current.Refuse && _server is null)
            {
                _server = await _start(new IPEndPoint(IPAddress.Parse(Address.Host), Address.Port));
            }
        }
        finally
        {
            _turn.Release();
        }
    }
}
