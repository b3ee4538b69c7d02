using System.Globalization;
using System.Text.Json.Nodes;

namespace Filecoin.EndToEnd.Tests.Miner;

/// <summary>A miner's home on a chain, and the commands that work on it.</summary>
internal sealed class MinerHub(string home)
{
    public string Home { get; } = home;

    /// <summary>Makes the home and the miner actor.</summary>
    /// <param name="home">The directory to make.</param>
    /// <param name="api">The chain.</param>
    /// <param name="database">A file in the home, or a server's database.</param>
    public static async Task<MinerHub> InitAsync(string home, string api, string database = "miner.db")
    {
        await SampleProcess.RunAsync(
            "filecoin-miner", Path.GetDirectoryName(home)!, "init", "--home", home, "--chain", api, "--database", database, "--proof", "StackedDrg2KiBV1_1",
            "--listen", $"127.0.0.1:{Loopback.FreePort().ToString(CultureInfo.InvariantCulture)}", "--params", TestParameters.Directory, "--insecure");
        var hub = new MinerHub(home);
        hub.Configure(config => config["BatchWait"] = "00:00:00");
        return hub;
    }

    /// <summary>Changes <c>miner.json</c>.</summary>
    public void Configure(Action<JsonNode> change)
    {
        string path = Path.Combine(Home, "miner.json");
        JsonNode config = JsonNode.Parse(File.ReadAllText(path))!;
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    /// <summary>Starts <c>filecoin-miner run</c>.</summary>
    public SampleProcess Run() => SampleProcess.Start("filecoin-miner", Home, "run", "--home", Home);

    /// <summary>Runs a command to its end and gives what it said.</summary>
    public Task<string> DoAsync(params string[] command) => SampleProcess.RunAsync("filecoin-miner", Home, [.. command, "--home", Home]);
}
