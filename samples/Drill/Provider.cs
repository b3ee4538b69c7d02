using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Filecoin.ChainCo.Chain;

namespace Filecoin.Samples.Drill;

/// <summary>A chain and a provider's four processes: a hub without storage or prover, two machines that seal and store, one that proves PoSts.</summary>
internal sealed class Provider : IAsyncDisposable
{
    private readonly DrillOptions _options;
    private readonly Member _chain, _hub;
    private readonly string _home;
    private readonly int _chainPort = FreePort(), _hubPort = FreePort();
    private readonly List<Member> _members = [];

    public Provider(DrillOptions options)
    {
        _options = options;
        _home = Path.Combine(options.Directory, "hub-home");

        // The only node, and the chain's clock goes on without it: killed too often it would leave no time in which anything could be proven.
        _members.Add(_chain = new Member(
            "chain", options.Directory, "filecoin-localnet", "run", "--port", Text(_chainPort), "--epoch", Text(options.EpochSeconds), "--deadlines", Text(options.Deadlines),
            "--challenge-window", Text(options.Window), "--state", Path.Combine(options.Directory, "chain"), "--parameters", options.Parameters,
            "--verify-every-post")
        {
            Rarity = 3,
        });
        _members.Add(_hub = Of("hub", "filecoin-miner", "run", "--home", _home));
    }

    /// <summary>All processes.</summary>
    public IReadOnlyList<Member> Members => _members;

    /// <summary>The chain's API.</summary>
    public string Chain => $"ws://127.0.0.1:{Text(_chainPort)}/rpc/v1";

    /// <summary>The hub's API, with a token that may read.</summary>
    public string Hub { get; private set; } = "";

    /// <summary>The miner actor.</summary>
    public Address Miner { get; private set; }

    /// <summary>Starts everybody and pledges the sectors.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _chain.StartAsync("serving ", cancellationToken);
        await RunAsync(
            [
                "filecoin-miner", "init", "--home", _home, "--chain", Chain, "--proof", "StackedDrg2KiBV1_1", "--listen", $"127.0.0.1:{Text(_hubPort)}",
                "--params", _options.Parameters, "--insecure",
            ],
            cancellationToken);
        Configure();
        await _hub.StartAsync("serving ", cancellationToken);
        Hub = $"{await TokenAsync("read", cancellationToken)}:ws://127.0.0.1:{Text(_hubPort)}/rpc/v0";
        foreach (string name in new[] { "storage-1", "storage-2" })
        {
            string port = Text(FreePort());
            Member storage = Of(
                name, "filecoin-worker", "run", "--database", Path.Combine(_home, "miner.db"), "--machine", name,
                "--storage", Path.Combine(_options.Directory, name), "--init-storage", "--listen", $"127.0.0.1:{port}", "--url", $"http://127.0.0.1:{port}/remote",
                "--lease", "5", "--params", _options.Parameters, "--insecure");
            _members.Add(storage);
            await storage.StartAsync("Stores in ", cancellationToken);
        }

        Member prover = Of(
            "prover", "filecoin-worker", "run", "--post", "window,winning", "--hub", $"ws://127.0.0.1:{Text(_hubPort)}/rpc/v0",
            "--token", await TokenAsync("write", cancellationToken), "--machine", "prover", "--params", _options.Parameters, "--insecure");
        _members.Add(prover);
        await prover.StartAsync("Asks ", cancellationToken);
        await RunAsync(["filecoin-miner", "pledge", "--count", Text(_options.Sectors), "--home", _home], cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Member member in _members)
            await member.DisposeAsync();
    }

    // The hub only leads: what is sealed, stored and proven is the other machines' work.
    private void Configure()
    {
        string path = Path.Combine(_home, "miner.json");
        JsonNode config = JsonNode.Parse(File.ReadAllText(path))!;
        (config["Seal"], config["ProveLocally"], config["Storage"], config["BatchWait"]) = (false, false, new JsonArray(), "00:00:00");
        Miner = Address.Parse((string)config[nameof(Miner)]!);
        File.WriteAllText(path, config.ToJsonString());
    }

    private async Task<string> TokenAsync(string permission, CancellationToken cancellationToken) =>
        (await RunAsync(["filecoin-miner", "token", "--perm", permission, "--home", _home], cancellationToken)).Trim();

    private Task<string> RunAsync(string[] command, CancellationToken cancellationToken) => Member.RunAsync(_options.Directory, command, cancellationToken);

    private Member Of(string name, params string[] command) => new(name, _options.Directory, command);

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
