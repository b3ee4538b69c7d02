using System.CommandLine;
using System.Net;
using Filecoin.ChainCo.Chain;
using Filecoin.Samples.Localnet;

var seed = new Option<string>("--seed") { Description = "From which keys, beacon and genesis are made; the same at every node.", DefaultValueFactory = _ => "localnet" };
var listen = new Option<string>("--listen") { Description = "Where the API is served.", DefaultValueFactory = _ => "127.0.0.1:1234" };
var epoch = new Option<double>("--epoch") { Description = "Seconds an epoch.", DefaultValueFactory = _ => 1 };
var genesis = new Option<long?>("--genesis-time") { Description = "Unix seconds of epoch 0; without it now, or what a peer says." };
var producers = new Option<int>("--producers") { Description = "Accounts that make blocks without power; the same at every node.", DefaultValueFactory = _ => 1 };
var produce = new Option<int[]>("--produce") { Description = "Which of them this node runs, from 0; all when left out.", AllowMultipleArgumentsPerToken = true };
var follow = new Option<bool>("--follow") { Description = "Runs none of them." };
var nulls = new Option<double>("--null-rate") { Description = "Chance that a producer does not win an epoch; the same at every node." };
var peers = new Option<string[]>("--peer") { Description = "Another node's API; repeat it for several." };
var data = new Option<string?>("--data") { Description = "A directory for blocks and keys; without it they are kept in memory." };
var parameters = new Option<string?>("--parameters") { Description = "Where verifying keys of proofs are." };
var manual = new Option<bool>("--manual") { Description = "Makes blocks only when Localnet.Mine is called." };
var root = new RootCommand("A local Filecoin chain in one process, with Lotus's v1 API.") { seed, listen, epoch, genesis, producers, produce, follow, nulls, peers, data, parameters, manual };
root.SetAction(async (parsed, token) =>
{
    var options = new LocalnetOptions
    {
        Seed = parsed.GetValue(seed)!, Listen = IPEndPoint.Parse(parsed.GetValue(listen)!), Clock = !parsed.GetValue(manual),
        Policy = NetworkPolicy.Development(TimeSpan.FromSeconds(parsed.GetValue(epoch))),
        GenesisTime = parsed.GetValue(genesis) is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
        Producers = parsed.GetValue(producers), Produce = parsed.GetValue(follow) ? [] : parsed.GetValue(produce) is { Length: > 0 } some ? some : null,
        NullRate = parsed.GetValue(nulls), Peers = parsed.GetValue(peers) ?? [], DataDirectory = parsed.GetValue(data), ParameterDirectory = parsed.GetValue(parameters),
    };
    await using LocalnetNode node = await LocalnetNode.StartAsync(options, cancellationToken: token);
    Console.WriteLine($"serving {node.Address}");
    Console.WriteLine($"network {node.NetworkName}, genesis {node.Options.GenesisTime:O}, accounts {string.Join(' ', node.Accounts)}");
    await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
});
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException or InvalidDataException or TimeoutException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}
