using System.CommandLine;
using Filecoin.ChainCo.Coordination;
using Spectre.Console;

namespace Filecoin.Samples.ChainProxy;

/// <summary><c>run</c>: serves the pool until it is told to stop, with a live table of the daemons on a terminal.</summary>
internal static class RunCommand
{
    public static Command Create(Option<string> config)
    {
        var plain = new Option<bool>("--plain") { Description = "Lines in place of a live table." };
        var command = new Command("run", "Serves the pool. Reloads the list of nodes when the configuration file changes.") { plain };
        command.SetAction((parsed, token) => RunAsync(parsed.GetValue(config)!, parsed.GetValue(plain) || Console.IsOutputRedirected, token));
        return command;
    }

    private static async Task<int> RunAsync(string path, bool plain, CancellationToken token)
    {
        ProxyConfig config = ProxyConfig.Load(path);
        var runner = new PoolRunner(config);
        await using ConfiguredRelease release = new(runner);
        await runner.StartAsync(token);
        Console.WriteLine($"serving {string.Join(", ", runner.Server.Addresses.Select(address => new Uri(address, "/rpc/v1")))}");
        Task watching = Task.WhenAll(WatchAsync(path, runner, token), config.Nginx is { } nginx ? NginxAgent.RunAsync(nginx, token) : Task.CompletedTask);
        try
        {
            if (plain)
                await LinesAsync(runner, token);
            else
                await TableAsync(runner, token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("draining");
        }

        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    /// <summary>Applies changes of the file; a file that does not load changes nothing.</summary>
    private static async Task WatchAsync(string path, PoolRunner runner, CancellationToken token)
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
                await runner.ApplyAsync(ProxyConfig.Load(path).Nodes);
                Console.WriteLine("configuration reloaded");
            }
            catch (ConfigException e)
            {
                Console.Error.WriteLine($"configuration not reloaded: {e.Message}");
            }
        }
    }

    private static async Task LinesAsync(PoolRunner runner, CancellationToken token)
    {
        string last = "";
        while (true)
        {
            string line = string.Join("; ", runner.Coordinator.Standings().Select(standing => $"{standing.Node.Options.Name} {(standing.Live ? "live" : standing.Fault ?? standing.Node.State.Reason)}"));
            if (line != last)
                Console.WriteLine(last = line);
            await Task.Delay(TimeSpan.FromMilliseconds(500), token);
        }
    }

    private static Task TableAsync(PoolRunner runner, CancellationToken token) => AnsiConsole.Live(Render(runner)).StartAsync(async display =>
    {
        while (true)
        {
            display.UpdateTarget(Render(runner));
            await Task.Delay(TimeSpan.FromMilliseconds(500), token);
        }
    });

    private static Table Render(PoolRunner runner)
    {
        Table table = new Table().AddColumns("node", "standing", "kind", "height", "weight", "latency", "errors");
        table.Caption($"head {runner.Coordinator.Freshest.Head?.Height.ToString() ?? "none"}, {runner.Server.SocketCount} sockets, {runner.Server.Hedges} hedges, {runner.Server.CacheHits} from memory");
        foreach (NodeStanding standing in runner.Coordinator.Standings())
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

    private sealed class ConfiguredRelease(PoolRunner runner) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => runner.DisposeAsync();
    }
}
