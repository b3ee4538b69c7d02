using System.CommandLine;
using System.Globalization;
using System.Net;
using Filecoin.Proving.Groth16;
using Filecoin.Samples.Worker.Joining;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Samples.Worker.Commands;

/// <summary><c>run</c>: this process joins others, until it is told to stop.</summary>
internal static class RunCommand
{
    public const string Name = "run";
    private const string None = "none", Window = "window", Winning = "winning";

    private static readonly Dictionary<string, SealStage[]> Seals = new(StringComparer.Ordinal)
    {
        ["sdr"] = [SealStage.Sdr],
        ["tree"] = [SealStage.TreeD, SealStage.Trees, SealStage.Synthetic],
        ["porep"] = [SealStage.PoRep],
        ["store"] = [SealStage.Finalize, SealStage.Move],
        [None] = [],
    };

    public static Command Create()
    {
        var database = new Option<string?>("--database") { Description = "Joins the machines that share this database, postgres://user:password@host/name, as their hub does: serves storage and takes sealing tasks." };
        Option<string?> seal = List("--seal", $"Which tasks: {string.Join(", ", Seals.Keys)}, with commas between. Default: all that this machine can do.", [.. Seals.Keys]);
        var storage = new Option<string[]>("--storage") { Description = "Storage paths of this machine, each with its sectorstore.json. Default: ~/.filecoin-worker/storage.", AllowMultipleArgumentsPerToken = true };
        var init = new Option<bool>("--init-storage") { Description = "Makes storage paths of directories that are empty or missing. A disk that is not mounted looks like one." };
        var listen = new Option<string>("--listen") { Description = "Where storage is served; 0.0.0.0:3456 for other machines.", DefaultValueFactory = _ => "127.0.0.1:3456" };
        var url = new Option<string?>("--url") { Description = "Storage as other machines reach it. Default: http://HOSTNAME:PORT/remote." };
        var node = new Option<string?>("--node") { Description = "The node's API, 'TOKEN:ws://…'. Default: the hub's." };
        Option<string?> post = List("--post", "Joins a hub as a prover of PoSts: window, winning, or both with a comma between.", [Window, Winning]);
        var hub = new Option<string?>("--hub") { Description = "The hub's API for --post, ws://host:port/rpc/v0." };
        var token = new Option<string?>("--token") { Description = "A token of the hub. Default: $FILECOIN_HUB_TOKEN." };
        var machine = new Option<string?>("--machine") { Description = "What others know it by, unique among them. Default: its address." };
        Option<string?> parents = CommonOptions.Parents();
        var lease = Seconds("--lease", "Seconds of silence after which others take this machine's tasks over.", 60, least: 1);
        var drain = Seconds("--drain", "Seconds that work in hand may go on after a signal to end, before it is given back. A second signal ends at once.", 60, least: 0);
        var verbose = new Option<bool>("--verbose") { Description = "Says more." };
        var command = new Command(Name, "Joins other machines: seals, proves PoSts and serves storage for them until it is stopped.")
        {
            database, seal, storage, init, listen, url, node, post, hub, token, machine, parents, lease, drain, verbose,
        };
        ParameterOptions parameters = new ParameterOptions().AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(database) is null && result.GetValue(post) is null)
                result.AddError("Expected --database to join machines that seal, or --post to prove PoSts for a hub.");
            if (result.GetValue(post) is not null && result.GetValue(hub) is null)
                result.AddError("--post: expected the hub that gives the work, --hub.");
        });
        return command.Serves(async (parsed, logging, ending) =>
        {
            string name = parsed.GetValue(machine) ?? Dns.GetHostName();
            int threads = Shell.ThreadsOf(parsed);
            TimeSpan patience = TimeSpan.FromSeconds(parsed.GetValue(drain));
            ParameterStore store = parameters.Store(parsed);
            await using SealingMachine? sealing = parsed.GetValue(database) is not { } shared ? null : await SealingMachine.StartAsync(
                new SealingJoin
                {
                    Database = shared,
                    Tasks = [.. Words(parsed.GetValue(seal) ?? "sdr,tree,porep,store").SelectMany(word => Seals[word]).Select(stage => stage.ToString())],
                    TasksAreChosen = parsed.GetValue(seal) is not null,
                    Storage = parsed.GetValue(storage) is { Length: > 0 } named ? named : [DefaultStorage],
                    InitStorage = parsed.GetValue(init) || parsed.GetValue(storage) is not { Length: > 0 },
                    Listen = IPEndPoint.Parse(parsed.GetRequiredValue(listen)),
                    Url = parsed.GetValue(url) is { } text ? new Uri(text) : null,
                    Node = parsed.GetValue(node),
                    Machine = parsed.GetValue(machine),
                    Parents = parsed.GetValue(parents),
                    Threads = threads,
                    Lease = TimeSpan.FromSeconds(parsed.GetValue(lease)),
                },
                store, logging, ending.Asked);
            await using PoStMachine? proving = parsed.GetValue(post) is not { } kinds ? null : PoStMachine.Start(
                new PoStJoin(
                    parsed.GetValue(hub)!, parsed.GetValue(token) ?? Environment.GetEnvironmentVariable("FILECOIN_HUB_TOKEN"), name,
                    Words(kinds).Contains(Window), Words(kinds).Contains(Winning)),
                store, threads, logging);
            Task[] parts = [.. new[] { sealing?.Completion, proving?.Completion }.OfType<Task>()];
            await Task.WhenAny(parts).Unwrap().WaitAsync(ending.Asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!ending.Asked.IsCancellationRequested)
                await Task.WhenAny(parts).Unwrap();
            await Task.WhenAll(sealing?.DrainAsync(patience) ?? Task.CompletedTask, proving?.DrainAsync(patience) ?? Task.CompletedTask);
        });
    }

    private static string DefaultStorage => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".filecoin-worker", "storage");

    private static string[] Words(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Option<string?> List(string name, string description, string[] known) => CommonOptions.Checked(
        new Option<string?>(name) { Description = description },
        text =>
        {
            foreach (string word in Words(text))
            {
                if (!known.Contains(word))
                    throw new FormatException($"{name}: expected {string.Join(", ", known)}, found '{word}'.");
            }
        });

    private static Option<int> Seconds(string name, string description, int usual, int least)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < least)
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name}: expected at least {least}."));
        });
        return option;
    }
}
