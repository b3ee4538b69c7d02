using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Proxy;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Coordination;
using Filecoin.ChainCo.Tests.Daemons;

namespace Filecoin.ChainCo.Tests.Proxy;

/// <summary>A real proxy on loopback over fake daemons on loopback, all following one simulated chain.</summary>
internal sealed class ProxyPool : IAsyncDisposable
{
    private readonly List<ChainNode> _nodes = [];
    private readonly HttpClient _client = new();
    private readonly WorkDirectory _directory = new();

    private readonly List<FakeChainDaemon> _own = [];

    private ProxyPool(SimChain chain) => Chain = chain;

    public SimChain Chain { get; }

    public List<FakeChainDaemon> Daemons { get; } = [];

    public ChainCoordinator Coordinator { get; } = new(new CoordinatorOptions { TickInterval = TimeSpan.FromMilliseconds(50) });

    public RpcTokenKey Key { get; } = new(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"));

    public ChainProxyServer Server { get; private set; } = null!;

    public IPinStore Pins { get; private set; } = null!;

    public Uri Url => new(Server.Addresses[0], "/rpc/v1");

    public TipSet Head => Daemons[0].Head;

    public static async Task<ProxyPool> StartAsync(int daemons = 2, Func<ChainProxyOptions, ChainProxyOptions>? with = null, IPinStore? pins = null, Action<int, FakeDaemon>? each = null)
    {
        var pool = new ProxyPool(new SimChain(7));
        TipSet head = pool.Chain.Grow(pool.Chain.Genesis, 5);
        for (int i = 0; i < daemons; i++)
        {
            FakeChainDaemon daemon = await FakeChainDaemon.StartAsync(pool.Chain);
            await daemon.MoveAsync(head, notify: false);
            each?.Invoke(i, daemon.Rpc);
            pool.Daemons.Add(daemon);
            pool._own.Add(daemon);
        }

        await pool.ServeAsync(with, pins);
        return pool;
    }

    /// <summary>A second coordinator over the daemons of this one.</summary>
    public async Task<ProxyPool> BesideAsync(IPinStore pins, Func<ChainProxyOptions, ChainProxyOptions>? with = null)
    {
        var pool = new ProxyPool(Chain);
        pool.Daemons.AddRange(Daemons);
        await pool.ServeAsync(with, pins);
        return pool;
    }

    private async Task ServeAsync(Func<ChainProxyOptions, ChainProxyOptions>? with, IPinStore? pins)
    {
        for (int i = 0; i < Daemons.Count; i++)
        {
            var node = new ChainNode(
                new NodeOptions { Name = $"n{i}", Endpoint = Daemons[i].Rpc.HttpUrl }, Coordinator,
                new NodeTimings { HeartbeatInterval = TimeSpan.FromMilliseconds(200), MinRetry = TimeSpan.FromMilliseconds(50), MaxRetry = TimeSpan.FromMilliseconds(200) });
            _nodes.Add(node);
            Coordinator.Add(node);
            node.Start();
        }

        Coordinator.Start();
        Pins = pins ?? FilePinStore.Open(Path.Combine(_directory.Path, "pins"));
        var options = new ChainProxyOptions { Listen = [new IPEndPoint(IPAddress.Loopback, 0)], SingleCoordinator = true, DrainTimeout = TimeSpan.FromSeconds(2) };
        Server = new ChainProxyServer(Coordinator, Pins, with?.Invoke(options) ?? options, Key);
        await Server.StartAsync();
        await UntilAsync(() => Coordinator.Standings().All(standing => standing.Live) && Head.Equals(Coordinator.Majority.Head));
    }

    public static async Task UntilAsync(Func<bool> condition, int seconds = 30)
    {
        for (int i = 0; i < seconds * 50 && !condition(); i++)
            await Task.Delay(20);
        Assert.True(condition(), "the condition did not come about in time");
    }

    /// <summary>Sends a body as it is.</summary>
    public async Task<(int Status, string Body)> PostAsync(string body, RpcPermissions? token = RpcPermissions.All, string? rawToken = null, string path = "/rpc/v1", string? node = null)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(Url, path)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        string? bearer = rawToken ?? (token is { } permissions ? Key.Sign(permissions) : null);
        if (bearer is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (node is not null)
            message.Headers.Add("X-Filecoin-Node", node);
        using HttpResponseMessage response = await _client.SendAsync(message);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Calls a method and returns its response object.</summary>
    public async Task<JsonElement> CallAsync(string method, string parameters = "[]", RpcPermissions? token = RpcPermissions.All, string? node = null)
    {
        (_, string body) = await PostAsync($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""", token, node: node);
        return JsonDocument.Parse(body).RootElement;
    }

    public async Task MoveAllAsync(TipSet head)
    {
        foreach (FakeChainDaemon daemon in Daemons)
            await daemon.MoveAsync(head);
    }

    public static string Json(TipSet tipset) => JsonSerializer.Serialize(tipset, ApiJsonContext.Default.TipSet);

    public static string Json(TipSetKey key) => JsonSerializer.Serialize(key, ApiJsonContext.Default.TipSetKey);

    public static int CodeOf(JsonElement response) => response.GetProperty("error").GetProperty("code").GetInt32();

    public static string MessageOf(JsonElement response) => response.GetProperty("error").GetProperty("message").GetString()!;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Server.DisposeAsync();
        foreach (ChainNode node in _nodes)
            await node.DisposeAsync();
        await Coordinator.DisposeAsync();
        foreach (FakeChainDaemon daemon in _own)
            await daemon.DisposeAsync();
        await Pins.DisposeAsync();
        _directory.Dispose();
    }
}
