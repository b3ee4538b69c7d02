using System.CommandLine;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.ChainProxy;

// Read when the first socket is made. Code that blocks would hold up connections; the proxy's does not, and each hand-over to another thread that is spared
// is a tenth of what a forwarded call costs.
const string inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
if (Environment.GetEnvironmentVariable(inline) is null)
    Environment.SetEnvironmentVariable(inline, "1");

var config = new Option<string>("--config", "-c")
{
    Description = $"The configuration file, JSON, or TOML when it ends in .toml; members are overridden by {ProxyConfig.EnvironmentPrefix}….", Recursive = true, DefaultValueFactory = _ => "chainproxy.json",
};

var follow = new Option<bool>("--follow", "-f") { Description = "Go on with every change." };
var url = new Option<string>("--url") { Description = "The API, with 'TOKEN:' before it when it wants one.", DefaultValueFactory = _ => "ws://127.0.0.1:3453/rpc/v1" };
var head = new Command("head", "The head that a running proxy tells.") { follow, url };
head.SetAction(async (parsed, token) =>
{
    await using var transport = new WebSocketRpcTransport(RpcEndpoint.Parse(parsed.GetValue(url)!));
    try
    {
        await foreach (IReadOnlyList<HeadChange> batch in new ChainHeadApi(transport).ChainNotifyAsync(token))
        {
            foreach (HeadChange change in batch)
                Console.WriteLine($"{change.Type.ToString().ToLowerInvariant(),-8}{change.Val.Height} {change.Val.Key}");
            if (!parsed.GetValue(follow))
                break;
        }
    }
    catch (OperationCanceledException) when (token.IsCancellationRequested)
    {
        // Whoever follows stops when they have seen enough.
    }
});

var check = new Command("check", "Reads the configuration and says what is wrong with it.");
check.SetAction(parsed =>
{
    ProxyConfig read = ProxyConfig.Load(parsed.GetValue(config)!);
    Console.WriteLine($"{read.Nodes.Count} nodes, listening at {string.Join(", ", read.Listen)}, pins in {(read.Postgres is null ? read.PinsFile : "PostgreSQL")}");
    if (read.Postgres is null && !read.Proxy.SingleCoordinator)
        Console.WriteLine("note: without PostgreSQL and without \"SingleCoordinator\": true, calls that number messages or publish blocks are refused");
});

var permission = new Option<string>("--perm") { Description = "read, write, sign or admin; each with the lesser ones.", DefaultValueFactory = _ => "read" };
var subject = new Option<string>("--name") { Description = "The client, for its limits.", DefaultValueFactory = _ => "" };
var create = new Command("create", "Makes a token.") { permission, subject };
create.SetAction(parsed =>
{
    RpcPermissions most = RpcTokenKey.Parse(parsed.GetValue(permission));
    if (most == RpcPermissions.None)
        throw new ConfigException("--perm: expected read, write, sign or admin");
    // read 1, write 2, sign 4, admin 8: all up to the one asked for.
    var all = (RpcPermissions)(((int)most << 1) - 1);
    Console.WriteLine(RpcTokenKey.OpenOrCreate(ProxyConfig.Load(parsed.GetValue(config)!).TokenKeyFile).Sign(all, parsed.GetValue(subject)!));
});

var root = new RootCommand("One node API over many Filecoin daemons.")
{
    config, RunCommand.Create(config), NodesCommand.Create(config), head,
    new Command("config", "The configuration.") { check }, new Command("token", "Tokens of this API.") { create },
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(40) });
}
catch (Exception e) when (e is ConfigException or RpcException or Filecoin.ChainCo.Availability.PinStoreException or InvalidDataException or FormatException or IOException or ArgumentException or System.Text.Json.JsonException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}
