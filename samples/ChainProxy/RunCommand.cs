using System.CommandLine;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Proxy;
using Spectre.Console;

namespace Filecoin.Samples.ChainProxy;

/// <summary><c>run</c>: serves the pool until it is told to stop, with a live table of the daemons on a terminal.</summary>
internal static class RunCommand
{
    public static Command Create(Option<string> config)
    {
        var plain = new Option<bool>("--plain") { Description = "Lines in place of a live table." };
        var command = new Command("run", "Serves the pool. Reloads nodes and the limits of clients when the configuration file changes.") { plain };
        command.SetAction((parsed, token) => RunAsync(parsed.GetValue(config)!, parsed.GetValue(plain) || Console.IsOutputRedirected, token));
        return command;
    }

    private static async Task<int> RunAsync(string path, bool plain, CancellationToken token)
    {
        ProxyConfig config = ProxyConfig.Load(path);
        await using var service = new ChainCoService(config.Options());
        await service.StartAsync(token);
        Console.WriteLine($"serving {string.Join(", ", service.Server.Addresses.Select(address => new Uri(address, "/rpc/v1")))}");
        Task watching = Task.WhenAll(WatchAsync(path, service, token), config.Nginx is { } nginx ? NginxAgent.RunAsync(nginx, token) : Task.CompletedTask);
        try
        {
            if (plain)
                await LinesAsync(service, token);
            else
                await TableAsync(service, token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("draining");
        }

        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    /// <summary>Applies changes of the file; a file that does not load changes nothing.</summary>
    private static async Task WatchAsync(string path, ChainCoService service, CancellationToken token)
    {
        DateTime seen = File.GetLastWriteTimeUtc(path);
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), token);
            DateTime now = File.GetLastWriteTimeUtc(path);
            if (now == seen)
                continue;
            seen = now;
            try
            {
                IReadOnlyList<string> waiting = await service.ChangeAsync(ProxyConfig.Load(path).Options(), token);
                Console.WriteLine(waiting.Count == 0 ? "configuration reloaded" : $"configuration reloaded; at the next start only: {string.Join(", ", waiting)}");
            }
            catch (ConfigException e)
            {
                Console.Error.WriteLine($"configuration not reloaded: {e.Message}");
            }
        }
    }

    private static async Task LinesAsync(ChainCoService service, CancellationToken token)
    {
        string last = "";
        while (true)
        {
            string line = string.Join("; ", service.Coordinator.Standings().Select(standing => $"{standing.Node.Options.Name} {(standing.Live ? "live" : standing.Fault ?? standing.Node.State.Reason)}"));
            if (line != last)
                Console.WriteLine(last = line);
            await Task.Delay(TimeSpan.FromMilliseconds(500), token);
        }
    }

    private static Task TableAsync(ChainCoService service, CancellationToken token) => AnsiConsole.Live(Render(service)).StartAsync(async display =>
    {
        while (true)
        {
            display.UpdateTarget(Render(service));
            await Task.Delay(TimeSpan.FromMilliseconds(500), token);
        }
    });

    private static Table Render(ChainCoService service)
    {
        Table table = new Table().AddColumns("node", "standing", "kind", "height", "weight", "latency", "errors");
        table.Caption($"head {service.Coordinator.Freshest.Head?.Height.ToString() ?? "none"}, {service.Server.SocketCount} sockets, {service.Server.Hedges} hedges, {service.Server.CacheHits} from memory");
        foreach (NodeStanding standing in service.Coordinator.Standings())
        {
            ChainCo.Nodes.NodeState state = standing.Node.State;
            table.AddRow(
                Markup.Escape(standing.Node.Options.Name),
                standing.Live ? standing.Node.Options.Drained ? "[yellow]drained[/]" : "[green]live[/]" : $"[red]{Markup.Escape(standing.Fault ?? state.Reason ?? "down")}[/]",
                Markup.Escape(state.Identity?.Kind.ToString() ?? ""), standing.Head?.Height.ToString() ?? "", $"{standing.Node.Options.Weight}",
                $"{state.Latency.TotalMilliseconds:0.0} ms", $"{state.ErrorRate:P0}");
        }

        return table;
    }
}
