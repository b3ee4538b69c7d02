using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc;
using Spectre.Console;

namespace Filecoin.Samples.ChainProxy;

/// <summary><c>nodes list|add|remove|weight|drain</c>: the daemons in the configuration file, which a running proxy reloads.</summary>
internal static class NodesCommand
{
    public static Command Create(Option<string> config)
    {
        var name = new Argument<string>("NAME");
        var endpoint = new Argument<string>("ENDPOINT") { Description = "A URL or multiaddr, with 'TOKEN:' before it when the daemon wants one." };
        var weight = new Argument<int>("WEIGHT") { Description = "0 to 1000; 0 keeps the daemon for heads only." };
        var priority = new Option<int>("--priority") { Description = "Lower ones are preferred." };
        var undo = new Option<bool>("--undo") { Description = "Gives the daemon calls again." };
        return new Command("nodes", "The daemons of the pool.")
        {
            Does(new Command("list", "What is configured, without tokens, and whether it answers."), (parsed, token) => ListAsync(parsed.GetValue(config)!, token)),
            Does(new Command("add", "Adds a daemon.") { name, endpoint, priority }, parsed => Edit(parsed.GetValue(config)!, nodes => nodes.Add(
                JsonSerializer.SerializeToNode(
                    new NodeOptions { Name = parsed.GetValue(name)!, Endpoint = parsed.GetValue(endpoint)!, Priority = parsed.GetValue(priority) }, ConfigJson.Options)))),
            Does(new Command("remove", "Takes a daemon out.") { name }, parsed => Edit(parsed.GetValue(config)!, nodes => nodes.Remove(Find(nodes, parsed.GetValue(name)!)))),
            Does(new Command("weight", "Sets a daemon's share of calls.") { name, weight },
                parsed => Edit(parsed.GetValue(config)!, nodes => Find(nodes, parsed.GetValue(name)!)["Weight"] = parsed.GetValue(weight))),
            Does(new Command("drain", "Gives a daemon no new calls.") { name, undo },
                parsed => Edit(parsed.GetValue(config)!, nodes => Find(nodes, parsed.GetValue(name)!)["Drained"] = !parsed.GetValue(undo))),
        };
    }

    private static Command Does(Command command, Action<ParseResult> work)
    {
        command.SetAction(parsed => work(parsed));
        return command;
    }

    private static Command Does(Command command, Func<ParseResult, CancellationToken, Task> work)
    {
        command.SetAction(work);
        return command;
    }

    private static void Edit(string path, Action<JsonArray> edit) => ProxyConfig.EditNodes(path, edit);

    private static JsonObject Find(JsonArray nodes, string name) =>
        nodes.OfType<JsonObject>().FirstOrDefault(node => node["Name"]?.GetValue<string>() == name) ?? throw new ConfigException($"there is no node named '{name}'");

    private static async Task ListAsync(string path, CancellationToken token)
    {
        Table table = new Table().AddColumns("node", "endpoint", "priority", "weight", "drained", "answers");
        foreach (NodeOptions node in ProxyConfig.Load(path).Nodes)
        {
            table.AddRow(
                Markup.Escape(node.Name), Markup.Escape(RpcEndpoint.Parse(node.Endpoint).ToString()), $"{node.Priority}", $"{node.Weight}", node.Drained ? "yes" : "",
                Markup.Escape(await AnswersAsync(node, token)));
        }

        // Lines that another program reads are not broken.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 250;
        AnsiConsole.Write(table);
    }

    private static async Task<string> AnswersAsync(NodeOptions node, CancellationToken token)
    {
        var endpoint = RpcEndpoint.Parse(node.Endpoint);
        var limits = new RpcTransportOptions { CallTimeout = TimeSpan.FromSeconds(5) };
        IRpcTransport transport = endpoint.IsWebSocket ? new WebSocketRpcTransport(endpoint, limits) : new HttpRpcTransport(endpoint, limits);
        try
        {
            NodeIdentity identity = await NodeIdentity.ProbeAsync(transport, token);
            return $"{identity.Kind} {identity.Version} on {identity.NetworkName}";
        }
        catch (RpcException e)
        {
            return e is RpcConnectionException ? "no answer" : e.Message;
        }
        finally
        {
            await transport.DisposeAsync();
        }
    }
}
