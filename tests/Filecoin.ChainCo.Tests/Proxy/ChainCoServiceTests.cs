using System.Net;
using System.Net.Http.Headers;
using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Proxy;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.ChainCo.Tests.Coordination;
using Filecoin.ChainCo.Tests.Daemons;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Filecoin.ChainCo.Tests.Proxy;

public sealed class ChainCoServiceTests : IDisposable
{
    private readonly WorkDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_host_runs_it_as_long_as_itself()
    {
        await using FakeChainDaemon daemon = await FakeChainDaemon.StartAsync(new SimChain(3));
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddFilecoinChainCo(Options() with { Nodes = [new NodeOptions { Name = "a", Endpoint = daemon.Rpc.HttpUrl }] });
        using IHost host = builder.Build();
        await host.StartAsync();
        var service = host.Services.GetRequiredService<ChainCoService>();
        await ProxyPool.UntilAsync(() => service.Server.NotReady is null);
        Uri url = service.Server.Addresses[0];
        using var client = new HttpClient();
        Assert.Equal("ok", await client.GetStringAsync(new Uri(url, "/health/readyz")));
        await host.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri(url, "/health/livez")));
    }

    [Fact]
    public async Task Options_that_cannot_work_end_the_start()
    {
        NodeOptions node = new() { Name = "a", Endpoint = "http://127.0.0.1:1/rpc/v1" };
        foreach (ChainCoOptions bad in new[]
        {
            Options() with { Nodes = [node, node] }, Options() with { Nodes = [node with { Weight = -1 }] }, Options() with { Proxy = new ChainProxyOptions { Attempts = 0 } },
            Options() with { Timings = new NodeTimings { SyncInterval = TimeSpan.Zero } }, Options() with { Coordinator = new CoordinatorOptions { MaxEpochsToGo = -1 } },
            Options() with { Proxy = new ChainProxyOptions { AdminNode = "nobody" } }, Options() with { PinsFile = "" },
        })
        {
            Assert.ThrowsAny<ArgumentException>(() => new ServiceCollection().AddFilecoinChainCo(bad));
            HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddFilecoinChainCo(_ => bad);
            using IHost host = builder.Build();
            await Assert.ThrowsAnyAsync<ArgumentException>(() => host.StartAsync());
        }
    }

    [Fact]
    public async Task Two_of_one_file_of_pins_are_refused()
    {
        await using var one = new ChainCoService(Options());
        Assert.Throws<PinStoreException>(() => new ChainCoService(Options()));
    }

    [Fact]
    public async Task Daemons_come_and_go_and_change_while_the_others_run_on()
    {
        var chain = new SimChain(3);
        await using FakeChainDaemon a = await FakeChainDaemon.StartAsync(chain), b = await FakeChainDaemon.StartAsync(chain);
        NodeOptions first = new() { Name = "a", Endpoint = a.Rpc.HttpUrl }, second = new() { Name = "b", Endpoint = b.Rpc.HttpUrl };
        await using var service = new ChainCoService(Options() with { Nodes = [first] });
        await service.StartAsync();
        await ProxyPool.UntilAsync(() => service.Server.NotReady is null);
        await service.ChangeAsync(Options() with { Nodes = [first with { Weight = 7, Drained = true }, second] });
        await ProxyPool.UntilAsync(() => service.Coordinator.Standings().Count(standing => standing.Live) == 2);
        Assert.Equal(["b"], service.Coordinator.Fit().Select(node => node.Options.Name));
        Assert.Equal(7, service.Coordinator.Standings()[0].Node.Options.Weight);
        // The one that was changed was not connected to anew.
        Assert.Single(a.Rpc.Requests, request => request.Method == "Filecoin.ChainNotify");
        await Assert.ThrowsAnyAsync<ArgumentException>(() => service.ChangeAsync(Options() with { Nodes = [first, first] }));
        Assert.Equal(2, service.Coordinator.Standings().Count);
        await service.ChangeAsync(Options() with { Nodes = [second with { Endpoint = a.Rpc.HttpUrl }] });
        await ProxyPool.UntilAsync(() => service.Coordinator.Standings() is [{ Live: true, Node.Options.Name: "b" }]);
        Assert.Equal(0, b.Rpc.SessionCount);
    }

    [Fact]
    public async Task Limits_of_clients_change_at_once_and_what_cannot_change_is_named()
    {
        await using var service = new ChainCoService(Options());
        await service.StartAsync();
        string token = service.Tokens.Sign(RpcPermissions.Read, "explorer");
        Assert.True(await MayAsync(service, token));
        ChainCoOptions limited = Options();
        limited = limited with { Proxy = limited.Proxy with { Clients = [new ClientOptions { Name = "explorer", Methods = ["Filecoin.Version"] }] } };
        Assert.Empty(await service.ChangeAsync(limited));
        Assert.False(await MayAsync(service, token));
        Assert.Equal(
            ["Timings", "Proxy"],
            await service.ChangeAsync(limited with { Timings = new NodeTimings { MaxRetry = TimeSpan.FromSeconds(9) }, Proxy = limited.Proxy with { Attempts = 9, Clients = [] } }));
        Assert.True(await MayAsync(service, token));
        ClientOptions twice = limited.Proxy.Clients[0];
        await Assert.ThrowsAnyAsync<ArgumentException>(() => service.ChangeAsync(limited with { Proxy = limited.Proxy with { Clients = [twice, twice] } }));
        Assert.True(await MayAsync(service, token));
    }

    private static async Task<bool> MayAsync(ChainCoService service, string token)
    {
        using var client = new HttpClient();
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Server.Addresses[0], "/rpc/v1"))
        {
            Content = new StringContent("""{"id":1,"method":"Filecoin.ChainHead"}"""),
        };
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await client.SendAsync(message);
        return !(await response.Content.ReadAsStringAsync()).Contains("is not among the methods", StringComparison.Ordinal);
    }

    private ChainCoOptions Options() => new()
    {
        TokenKeyFile = Path.Combine(_directory.Path, "key"), PinsFile = Path.Combine(_directory.Path, "pins"),
        Proxy = new ChainProxyOptions { Listen = [new IPEndPoint(IPAddress.Loopback, 0)], DrainTimeout = TimeSpan.FromSeconds(1) },
    };
}
