using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Filecoin.Samples.Miner.Commands;

/// <summary><c>run</c>: the hub, until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var verbose = new Option<bool>("--verbose") { Description = "Says more on standard error." };
        var command = new Command("run", "Runs the hub: moves sectors, proves deadlines, serves workers.") { verbose };
        command.SetAction(async (parsed, cancellation) =>
        {
            var home = new MinerHome(parsed.GetRequiredValue(CommonOptions.Home));
            using ILoggerFactory logging = CommonOptions.Log(parsed.GetValue(verbose) ? LogLevel.Debug : LogLevel.Information);
            await using MinerNode node = await MinerNode.OpenAsync(home, MinerConfig.Load(home), logging, cancellation);
            await using Hub hub = await Hub.StartAsync(node, cancellation);
            Console.WriteLine($"serving {new Uri(hub.Address, "/rpc/v0")}");
            await hub.Running.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancellation.IsCancellationRequested)
                await hub.Running;
        });
        return command;
    }
}
