using System.Net.Http.Headers;
using System.Text.Json;

namespace Filecoin.EndToEnd.Tests.ChainProxy;

/// <summary>The commands of <c>filecoin-chainproxy</c>, as a user gives them.</summary>
public sealed class ProxyCommandTests : IDisposable
{
    private const string Proxy = "filecoin-chainproxy";
    private readonly WorkDirectory _directory = new();

    private string Config => Path.Combine(_directory.Path, "chainproxy.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Nodes_are_added_weighed_drained_listed_and_removed()
    {
        await using StillChain daemon = await StillChain.StartAsync();
        await RunAsync("nodes", "add", "a", daemon.Url);
        await RunAsync("nodes", "add", "b", "secret:/ip4/127.0.0.1/tcp/1/http", "--priority", "2");
        await RunAsync("nodes", "weight", "a", "7");
        await RunAsync("nodes", "drain", "b");
        string list = await RunAsync("nodes", "list");
        Assert.Contains("Lotus 1.33.0 on stillnet", list.Replace("\n", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", list, StringComparison.Ordinal);
        using (var file = JsonDocument.Parse(await File.ReadAllTextAsync(Config)))
        {
            JsonElement nodes = file.RootElement.GetProperty("Nodes");
            Assert.Equal(("a", 7), (nodes[0].GetProperty("Name").GetString(), nodes[0].GetProperty("Weight").GetInt32()));
            Assert.Equal((2, true), (nodes[1].GetProperty("Priority").GetInt32(), nodes[1].GetProperty("Drained").GetBoolean()));
        }

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Config));
        await RunAsync("nodes", "drain", "b", "--undo");
        await RunAsync("nodes", "remove", "b");
        Assert.Contains("1 nodes", await RunAsync("config", "check"), StringComparison.Ordinal);
        Assert.Contains("no node named 'b'", await FailAsync("nodes", "remove", "b"), StringComparison.Ordinal);
        Assert.Contains("Two daemons are named a", await FailAsync("nodes", "add", "a", daemon.Url), StringComparison.Ordinal);
        await FailAsync("nodes", "weight", "a", "1001");
        await FailAsync("nodes", "add", "c", "nowhere");
        Assert.Contains("1 nodes", await RunAsync("config", "check"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "error")]
    [InlineData("""{"Nodse":[]}""", "Nodse")]
    [InlineData("""{"Listen":["nowhere"]}""", "error")]
    [InlineData("""{"Proxy":{"Attempts":0}}""", "Attempts")]
    [InlineData("""{"Proxy":{"ReadDeadline":"-00:00:01"}}""", "ReadDeadline")]
    [InlineData("""{"Timings":{"PollInterval":"00:00:00"}}""", "PollInterval")]
    [InlineData("""{"Coordinator":{"MaxErrorRate":-1}}""", "MaxErrorRate")]
    public async Task A_configuration_that_cannot_work_is_refused(string json, string reason)
    {
        await File.WriteAllTextAsync(Config, json);
        Assert.Contains(reason, await FailAsync("config", "check"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_toml_file_is_read_and_written_as_well()
    {
        string toml = Path.Combine(_directory.Path, "proxy.toml");
        await File.WriteAllTextAsync(toml, """"
            listen = [ # several lines
              "127.0.0.1:47\u0031\U00000031", '127.0.0.1:4712',
            ]
            "TokenKeyFile" = """
            \
               the key"""
            PinsFile = '''C:\pins'''
            Proxy.SingleCoordinator = true
            Coordinator = { MaxErrorRate = 2.5e-1, Horizon = 1_000 }

            [[nodes]]
            name = "a"
            endpoint = "http://127.0.0.1:2/rpc/v1"
            weight = 0x7

            [timings]
            pollinterval = "00:00:03"

            [[nodes]]
            name = "b"
            endpoint = "http://127.0.0.1:3/rpc/v1"
            """");
        Assert.Contains("2 nodes, listening at 127.0.0.1:4711, 127.0.0.1:4712, pins in C:\\pins", await CheckAsync(toml, 0), StringComparison.Ordinal);
        await SampleProcess.RunAsync(Proxy, _directory.Path, "nodes", "add", "c \"d\"", "http://127.0.0.1:4/rpc/v1", "-c", toml);
        await SampleProcess.RunAsync(Proxy, _directory.Path, "nodes", "weight", "b", "9", "-c", toml);
        Assert.Contains("3 nodes, listening at 127.0.0.1:4711, 127.0.0.1:4712, pins in C:\\pins", await CheckAsync(toml, 0), StringComparison.Ordinal);
        string[] lines = await File.ReadAllLinesAsync(toml);
        Assert.Contains("[[nodes]]", lines);
        Assert.Equal(["weight = 7", "Weight = 9"], lines.Where(line => line.StartsWith("weight", StringComparison.OrdinalIgnoreCase) && !line.EndsWith(" 1", StringComparison.Ordinal)));
        Assert.Contains("TokenKeyFile = \"the key\"", lines);
    }

    [Theory]
    [InlineData("a", "line 1: expected '='")]
    [InlineData("\nPostgres = \"x", "line 2: a string does not end")]
    [InlineData("Postgres = 1979-05-27T07:32:00Z", "is not a value")]
    [InlineData("PinsFile = 'a'\nPinsFile = 'b'", "line 2: PinsFile is there twice")]
    [InlineData("[Proxy]\n[Proxy]", "line 2: the table Proxy is there twice")]
    [InlineData("Proxy = { Attempts = 3 }\n[Proxy]", "complete where it stands")]
    [InlineData("Listen = 'a' 'b'", "expected the end of the line")]
    [InlineData("Nodse = 1", "Nodse")]
    public async Task Other_text_is_not_toml(string text, string reason)
    {
        string toml = Path.Combine(_directory.Path, "proxy.toml");
        await File.WriteAllTextAsync(toml, text);
        Assert.Contains(reason, await CheckAsync(toml, 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_is_overridden_by_the_environment()
    {
        await File.WriteAllTextAsync(Config, """{"Listen":["127.0.0.1:1"],"Nodes":[{"Name":"a","Endpoint":"http://127.0.0.1:2/rpc/v1"}]}""");
        var environment = new Dictionary<string, string>
        {
            ["FILECOIN_CHAINPROXY__LISTEN__0"] = "127.0.0.1:4711",
            ["FILECOIN_CHAINPROXY__NODES__0__WEIGHT"] = "5",
            ["FILECOIN_CHAINPROXY__NODES__1__NAME"] = "b",
            ["FILECOIN_CHAINPROXY__NODES__1__ENDPOINT"] = "http://127.0.0.1:3/rpc/v1",
            ["FILECOIN_CHAINPROXY__PROXY__SINGLECOORDINATOR"] = "true",
            ["FILECOIN_CHAINPROXY__POSTGRES"] = "Host=127.0.0.1",
        };
        await using SampleProcess good = SampleProcess.Start(Proxy, _directory.Path, environment, "config", "check", "-c", Config);
        string said = await good.EndedAsync(0);
        Assert.Contains("2 nodes, listening at 127.0.0.1:4711, pins in PostgreSQL", said, StringComparison.Ordinal);
        environment["FILECOIN_CHAINPROXY__NODES__0__WEIGHT"] = "-5";
        await using SampleProcess bad = SampleProcess.Start(Proxy, _directory.Path, environment, "config", "check", "-c", Config);
        await bad.EndedAsync(1);
    }

    [Fact]
    public async Task It_runs_tells_heads_takes_tokens_reloads_and_ends()
    {
        await using StillChain daemon = await StillChain.StartAsync();
        await File.WriteAllTextAsync(
            Config, $$"""{"Listen":["127.0.0.1:0"],"Coordinator":{"VerifyWeights":false},"Proxy":{"SingleCoordinator":true},"Nodes":[{"Name":"a","Endpoint":"{{daemon.Url}}"}]}""");
        await using SampleProcess run = SampleProcess.Start(Proxy, _directory.Path, "run", "-c", Config);
        var url = new Uri(await run.SaysAsync("serving "));
        await run.SaysAsync("a live");

        await using SampleProcess head = SampleProcess.Start(Proxy, _directory.Path, "head", "--follow", "--url", url.ToString());
        Assert.StartsWith($"{daemon.Head.Height}", (await head.SaysAsync("current ")).Trim(), StringComparison.Ordinal);
        await daemon.GoOnAsync();
        Assert.StartsWith($"{daemon.Head.Height}", (await head.SaysAsync("apply ")).Trim(), StringComparison.Ordinal);
        Assert.Contains(daemon.Head.Key.ToString()!, await RunAsync("head", "--url", url.ToString()), StringComparison.Ordinal);

        string read = (await RunAsync("token", "create", "--name", "reader")).Trim(), sign = (await RunAsync("token", "create", "--perm", "sign")).Trim();
        const string Push = """{"id":1,"method":"Filecoin.MpoolPushMessage","params":[{"Version":0,"To":"f01001","From":"f01000","Nonce":0,"Value":"1","GasLimit":0,"GasFeeCap":"0","GasPremium":"0","Method":0,"Params":null},null]}""";
        Assert.Contains("missing permission", await PostAsync(url, read, Push), StringComparison.Ordinal);
        Assert.Contains("\"Nonce\":0", await PostAsync(url, sign, Push), StringComparison.Ordinal);
        Assert.Contains("expected read, write, sign or admin", await FailAsync("token", "create", "--perm", "all"), StringComparison.Ordinal);

        // A second one of the same file of pins does not start.
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "second.json"), await File.ReadAllTextAsync(Config));
        await using SampleProcess second = SampleProcess.Start(Proxy, _directory.Path, "run", "-c", "second.json");
        Assert.Contains("another coordinator", await second.EndedAsync(1), StringComparison.Ordinal);

        await RunAsync("nodes", "drain", "a");
        await run.SaysAsync("configuration reloaded");
        await File.WriteAllTextAsync(Config, "{");
        await run.SaysAsync("configuration not reloaded");
        run.AskToEnd();
        await run.SaysAsync("draining");
        await run.EndedAsync(0);
    }

    private Task<string> RunAsync(params string[] arguments) => SampleProcess.RunAsync(Proxy, _directory.Path, [.. arguments, "-c", Config]);

    private async Task<string> FailAsync(params string[] arguments)
    {
        await using SampleProcess process = SampleProcess.Start(Proxy, _directory.Path, [.. arguments, "-c", Config]);
        return await process.EndedAsync(1);
    }

    private async Task<string> CheckAsync(string path, int exitCode)
    {
        await using SampleProcess process = SampleProcess.Start(Proxy, _directory.Path, "config", "check", "-c", path);
        return await process.EndedAsync(exitCode);
    }

    private static async Task<string> PostAsync(Uri url, string token, string body)
    {
        using var client = new HttpClient();
        using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body) };
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await client.SendAsync(message);
        return await response.Content.ReadAsStringAsync();
    }
}
