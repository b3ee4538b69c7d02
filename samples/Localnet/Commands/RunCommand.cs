using System.CommandLine;
using System.Net;
using Filecoin.ChainCo.Chain;
using Microsoft.Extensions.Logging;

namespace Filecoin.Samples.Localnet.Commands;

/// <summary><c>run</c>: one node, until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var host = new Option<string>("--host") { Description = "The address to listen at.", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "The API's port; 0 takes a free one.", DefaultValueFactory = _ => 1234 };
        var peers = new Option<string[]>("--peers") { Description = "APIs of other nodes of the network; they learn this one's.", AllowMultipleArgumentsPerToken = true };
        var state = new Option<string?>("--state") { Description = "A directory for blocks, messages and keys, which outlive the process; without it they are in memory." };
        var parameters = new Option<string?>("--parameters") { Description = "Where verifying keys of proofs are; without it, messages with proofs are refused." };
        var manual = new Option<bool>("--manual") { Description = "Makes blocks only when 'mine' asks for them." };
        var epoch = new Option<double>("--epoch") { Description = "Seconds an epoch.", DefaultValueFactory = _ => 1 };
        var deadlines = new Option<int>("--deadlines") { Description = "Deadlines of a proving period.", DefaultValueFactory = _ => 4 };
        var window = new Option<long>("--challenge-window") { Description = "Epochs that a deadline is open.", DefaultValueFactory = _ => 10 };
        var seed = new Option<string>("--seed") { Description = "From which keys, beacon and genesis are made.", DefaultValueFactory = _ => "localnet" };
        var genesis = new Option<long?>("--genesis-time") { Description = "Unix seconds of epoch 0; without it what the state says, else what a peer says, else now." };
        var producers = new Option<int>("--producers") { Description = "Accounts that make blocks without power.", DefaultValueFactory = _ => 1 };
        var produce = new Option<int[]>("--produce") { Description = "Which of them this node runs, from 0; all when left out.", AllowMultipleArgumentsPerToken = true };
        var follow = new Option<bool>("--follow") { Description = "Runs none of them." };
        var nulls = new Option<double>("--null-rate") { Description = "Chance that a producer does not win an epoch." };
        var every = new Option<bool>("--verify-every-post") { Description = "Verifies every window PoSt at once, not only those that recover sectors." };
        var verbose = new Option<bool>("--verbose") { Description = "Says what becomes of peers and their blocks." };
        var command = new Command("run", "Runs a node. Epoch, deadlines, window, seed, producers and null rate must be the same at every node of a network.")
        {
            host, port, peers, state, parameters, manual, epoch, deadlines, window, seed, genesis, producers, produce, follow, nulls, every, verbose,
        };
        command.SetAction(async (parsed, token) =>
        {
            var options = new LocalnetOptions
            {
                Seed = parsed.GetValue(seed)!, Listen = new IPEndPoint(IPAddress.Parse(parsed.GetValue(host)!), parsed.GetValue(port)), Clock = !parsed.GetValue(manual),
                Policy = NetworkPolicy.Development(TimeSpan.FromSeconds(parsed.GetValue(epoch)), parsed.GetValue(deadlines), parsed.GetValue(window)),
                GenesisTime = parsed.GetValue(genesis) is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
                Producers = parsed.GetValue(producers), Produce = parsed.GetValue(follow) ? [] : parsed.GetValue(produce) is { Length: > 0 } some ? some : null,
                NullRate = parsed.GetValue(nulls), Peers = parsed.GetValue(peers) ?? [], DataDirectory = parsed.GetValue(state),
                ParameterDirectory = parsed.GetValue(parameters), VerifyEveryWindowPoSt = parsed.GetValue(every),
            };
            using ILoggerFactory logging = LoggerFactory.Create(builder => builder
                .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "))
                .SetMinimumLevel(parsed.GetValue(verbose) ? LogLevel.Debug : LogLevel.Warning));
            await using LocalnetNode node = await LocalnetNode.StartAsync(options, logger: logging.CreateLogger<LocalnetNode>(), cancellationToken: token);
            Console.WriteLine($"serving {node.Address}");
            Console.WriteLine($"network {node.NetworkName}, genesis {node.Options.GenesisTime:O}, accounts {string.Join(' ', node.Accounts)}");
            await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        return command;
    }
}
