using System.CommandLine;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.Api;
using Filecoin.Samples.Localnet.Faults;

namespace Filecoin.Samples.Localnet.Commands;

/// <summary><c>mine</c>, <c>fork</c> and <c>fault</c>: what a running node is asked to do.</summary>
internal static class AdminCommands
{
    public static Command Mine()
    {
        Option<string> url = Url();
        var count = new Argument<long>("TIPSETS") { Description = "How many.", DefaultValueFactory = _ => 1 };
        var nulls = new Option<long>("--null-rounds") { Description = "Epochs without a block before the first." };
        var command = new Command("mine", "Makes tipsets at once.") { count, nulls, url };
        command.SetAction((parsed, token) => HeadAsync(parsed.GetValue(url)!, "Localnet.Mine", new RpcParams().Add(parsed.GetValue(count)).Add(parsed.GetValue(nulls)), token));
        return command;
    }

    public static Command Fork()
    {
        Option<string> url = Url();
        var depth = new Argument<long>("DEPTH") { Description = "Tipsets that are reverted.", DefaultValueFactory = _ => 1 };
        var command = new Command("fork", "Leaves the last tipsets for a longer branch.") { depth, url };
        command.SetAction((parsed, token) => HeadAsync(parsed.GetValue(url)!, "Localnet.Fork", new RpcParams().Add(parsed.GetValue(depth)), token));
        return command;
    }

    public static Command Fault()
    {
        Option<string> url = Url();
        var lag = new Option<double>("--lag") { Description = "Seconds before every answer." };
        var hang = new Option<bool>("--hang") { Description = "Requests are taken and never answered." };
        var reset = new Option<bool>("--reset") { Description = "Connections break." };
        var refuse = new Option<bool>("--refuse") { Description = "Nothing listens. Only a new start ends that." };
        var weight = new Option<int?>("--claim-weight") { Description = "Percent of the true weight that is claimed." };
        var lose = new Option<bool>("--lose-messages") { Description = "Pushed messages are taken and forgotten." };
        var stop = new Option<bool>("--stop-producing") { Description = "No blocks by the clock." };
        var isolate = new Option<bool>("--isolate") { Description = "No blocks to or from peers." };
        var command = new Command("fault", "Makes a node misbehave until the next such command; without options it behaves.") { url, lag, hang, reset, refuse, weight, lose, stop, isolate };
        command.SetAction(async (parsed, token) =>
        {
            var fault = new FaultOptions
            {
                Lag = TimeSpan.FromSeconds(parsed.GetValue(lag)), Hang = parsed.GetValue(hang), Reset = parsed.GetValue(reset), Refuse = parsed.GetValue(refuse),
                ClaimedWeightPercent = parsed.GetValue(weight), LoseMessages = parsed.GetValue(lose), StopProducing = parsed.GetValue(stop), Isolate = parsed.GetValue(isolate),
            };
            await using HttpRpcTransport admin = Admin(parsed.GetValue(url)!);
            await admin.CallAsync("Localnet.SetFault", new RpcParams().Add(fault, LocalnetJsonContext.Default.FaultOptions).ToJson(), token);
            Console.WriteLine(fault == new FaultOptions() ? "behaves" : JsonSerializer.Serialize(fault, LocalnetJsonContext.Default.FaultOptions));
        });
        return command;
    }

    private static async Task HeadAsync(string url, string method, RpcParams parameters, CancellationToken token)
    {
        await using HttpRpcTransport admin = Admin(url);
        TipSet head = await admin.RequireAsync(method, parameters.ToJson(), ApiJsonContext.Default.TipSet, token);
        Console.WriteLine($"head {head.Height} {head.Key}");
    }

    private static Option<string> Url() => new("--url") { Description = "The node.", DefaultValueFactory = _ => "http://127.0.0.1:1234" };

    private static HttpRpcTransport Admin(string url) => new(RpcEndpoint.Create(new Uri(RpcEndpoint.Parse(url).With(webSocket: false).Url, FaultyServer.AdminPath)));
}
