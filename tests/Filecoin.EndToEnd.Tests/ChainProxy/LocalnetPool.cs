using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Filecoin.ChainCo.Rpc;

namespace Filecoin.EndToEnd.Tests.ChainProxy;

/// <summary>Three Localnets and a ChainProxy before them, all processes. Nodes a, b and c keep their state and their ports over a kill, the proxy its pins.</summary>
internal sealed class LocalnetPool : IAsyncDisposable
{
    /// <summary>The collection of tests that have the machine for themselves: what they are about is time.</summary>
    public const string Alone = "pools of processes";

    public const int Size = 3;
    private const string ProxyName = "filecoin-chainproxy";
    private static readonly string[] Names = ["a", "b", "c"];

    /// <summary>How long the proxy waits for a write.</summary>
    public static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(3);

    private readonly string _directory;
    private readonly string[] _network;
    private readonly bool _behindRelays;
    private readonly SampleProcess?[] _nodes = new SampleProcess?[Size];
    private readonly Uri?[] _urls = new Uri?[Size];
    private readonly CuttingRelay[] _relays;
    private SampleProcess? _proxy;
    private Uri? _proxyUrl;

    private LocalnetPool(string directory, bool manual, int producers, bool behindRelays)
    {
        (_directory, _behindRelays) = (directory, behindRelays);
        _network = ["--seed", "pool", "--epoch", "1", "--producers", producers.ToString(CultureInfo.InvariantCulture), .. manual ? ["--manual"] : Array.Empty<string>()];
        _relays = [.. Enumerable.Range(0, Size).Select(i => new CuttingRelay(() => _urls[i]!))];
        ToProxy = new CuttingRelay(() => _proxyUrl!);
    }

    /// <summary>The proxy's API.</summary>
    public Uri Api => _proxyUrl!;

    /// <summary>Between clients and the proxy.</summary>
    public CuttingRelay ToProxy { get; }

    /// <summary>Between the proxy and each node.</summary>
    public IReadOnlyList<CuttingRelay> ToNodes => _relays;

    /// <param name="directory">Where everything is kept.</param>
    /// <param name="manual">Whether blocks come only when asked for, not every second.</param>
    /// <param name="producers">Accounts that may make blocks; the first three are run by the nodes.</param>
    /// <param name="behindRelays">Whether the proxy reaches the nodes through <see cref="ToNodes"/>.</param>
    public static async Task<LocalnetPool> StartAsync(string directory, bool manual = false, int producers = Size, bool behindRelays = false)
    {
        var pool = new LocalnetPool(directory, manual, producers, behindRelays);
        try
        {
            for (int i = 0; i < Size; i++)
                await pool.StartNodeAsync(i);
            pool.WriteConfig();
            await pool.StartProxyAsync();
            await pool.LiveAsync();
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }

        return pool;
    }

    public SampleProcess Node(int i) => _nodes[i]!;

    public Uri Url(int i) => _urls[i]!;

    /// <summary>Starts a node that does not run, where it was before.</summary>
    public async Task StartNodeAsync(int i)
    {
        string[] peers = [.. _urls.Where((url, at) => url is not null && at != i).Select(url => url!.ToString())];
        string text(int number) => number.ToString(CultureInfo.InvariantCulture);
        _nodes[i] = SampleProcess.Start(
            "filecoin-localnet", _directory,
            ["run", .. _network, "--produce", text(i), "--port", text(_urls[i]?.Port ?? 0), "--state", Path.Combine(_directory, Names[i]), .. peers.Length > 0 ? ["--peers", .. peers] : Array.Empty<string>()]);
        _urls[i] = new Uri(await _nodes[i]!.SaysAsync("serving "));
    }

    public async Task KillNodeAsync(int i)
    {
        if (_nodes[i] is not { } node)
            return;
        _nodes[i] = null;
        await node.DisposeAsync();
    }

    public async Task StartProxyAsync()
    {
        _proxy = SampleProcess.Start(ProxyName, _directory, "run", "--plain");
        bool first = _proxyUrl is null;
        _proxyUrl = new Uri(await _proxy.SaysAsync("serving "));
        if (first)
            WriteConfig();
    }

    public async Task KillProxyAsync()
    {
        if (_proxy is not { } proxy)
            return;
        _proxy = null;
        await proxy.DisposeAsync();
    }

    /// <summary>Starts whoever was killed.</summary>
    public async Task RestartAsync()
    {
        for (int i = 0; i < Size; i++)
        {
            if (_nodes[i] is null)
                await StartNodeAsync(i);
        }

        if (_proxy is null)
            await StartProxyAsync();
    }

    /// <summary>Makes a node misbehave, or behave again with <c>{}</c>.</summary>
    public Task FaultAsync(int i, string fault) => AdminAsync(i, "Localnet.SetFault", $"[{fault}]");

    /// <summary>Makes tipsets at a node.</summary>
    public Task MineAsync(int i) => AdminAsync(i, "Localnet.Mine", "[1]");

    /// <summary>Waits until the proxy counts all nodes in.</summary>
    public async Task LiveAsync()
    {
        using var client = new HttpClient();
        string last = "";
        for (DateTime end = DateTime.UtcNow + SampleProcess.Patience; DateTime.UtcNow < end; await Task.Delay(100))
        {
            try
            {
                last = await client.GetStringAsync(new Uri(Api, "/health/detail"));
                if (JsonDocument.Parse(last).RootElement.GetProperty("nodes").EnumerateArray().Count(node => node.GetProperty("live").GetBoolean()) == Size)
                    return;
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }
        }

        Assert.Fail($"the nodes did not all become live: {last}\n{_proxy?.Said}");
    }

    /// <summary>A client of the proxy, or of what stands before it.</summary>
    public static HttpRpcTransport Client(Uri url) => new(RpcEndpoint.Create(url), new RpcTransportOptions { CallTimeout = SampleProcess.Patience });

    public async ValueTask DisposeAsync()
    {
        await KillProxyAsync();
        for (int i = 0; i < Size; i++)
            await KillNodeAsync(i);
        foreach (CuttingRelay relay in _relays)
            await relay.DisposeAsync();
        await ToProxy.DisposeAsync();
    }

    private async Task AdminAsync(int i, string method, string parameters)
    {
        await using HttpRpcTransport admin = Client(new Uri(Url(i), "/localnet"));
        await admin.CallAsync(method, System.Text.Encoding.UTF8.GetBytes(parameters));
    }

    private void WriteConfig()
    {
        var config = new JsonObject
        {
            ["Listen"] = new JsonArray($"127.0.0.1:{_proxyUrl?.Port ?? 0}"),
            ["Proxy"] = new JsonObject { ["SingleCoordinator"] = true, ["Anonymous"] = "Read, Write, Sign", ["WriteDeadline"] = WriteDeadline.ToString() },
            ["Coordinator"] = new JsonObject { ["ReadmitAfter"] = "00:00:01" },
            ["Timings"] = new JsonObject { ["MaxRetry"] = "00:00:00.5" },
            ["Nodes"] = new JsonArray([.. Enumerable.Range(0, Size).Select(i => (JsonNode)new JsonObject
            {
                ["Name"] = Names[i], ["Endpoint"] = (_behindRelays ? _relays[i].Url : Url(i)).ToString(),
            })]),
        };
        File.WriteAllText(Path.Combine(_directory, "chainproxy.json"), config.ToJsonString());
    }
}

/// <summary>Runs after all that run side by side, one at a time.</summary>
[CollectionDefinition(LocalnetPool.Alone, DisableParallelization = true)]
public sealed class LocalnetPoolCollection;
