using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Filecoin.ChainCo.Tests.Availability;

namespace Filecoin.EndToEnd.Tests.ChainProxy;

/// <summary>Two coordinators as processes: over one PostgreSQL, and with a real nginx before them.</summary>
public sealed class TwoProxiesTests : IDisposable
{
    private const string Proxy = "filecoin-chainproxy";
    private const string Read = """{"id":1,"method":"Filecoin.StateMinerInfo","params":["f01000",[]]}""";
    private readonly WorkDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>The client asks the second coordinator for what it asked of the first, which was killed with the call at the daemon.</summary>
    [PostgresFact]
    public async Task A_message_is_sent_once_though_its_coordinator_is_killed()
    {
        await using var database = new PostgresDatabase();
        await using StillChain daemon = await StillChain.StartAsync();
        await using SampleProcess one = Start("one", 0, daemon, database.Connection), two = Start("two", 0, daemon, database.Connection);
        Uri first = await ServingAsync(one), second = await ServingAsync(two);
        string token = (await SampleProcess.RunAsync(Proxy, _directory.Path, "token", "create", "--perm", "sign", "-c", "one.json")).Trim();
        for (int i = 0; i < 3; i++)
        {
            string push = $$"""{"id":1,"method":"Filecoin.MpoolPushMessage","params":[{"Version":0,"To":"f01001","From":"f01000","Nonce":0,"Value":"{{i + 1}}","GasLimit":0,"GasFeeCap":"0","GasPremium":"0","Method":0,"Params":null},{"MsgUuid":"11111111-2222-3333-4444-55555555555{{i}}"}]}""";
            if (i < 2)
            {
                // Both take the same sender's messages, one after the other.
                Assert.Equal(i, NonceOf(await PostAsync(i == 0 ? first : second, token, push)));
                continue;
            }

            daemon.Slowness = TimeSpan.FromSeconds(2);
            Task<string> lost = PostAsync(first, token, push);
            while (daemon.Slowness > TimeSpan.Zero)
                await Task.Delay(10);
            await one.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => lost);
            Assert.Equal(i, NonceOf(await PostAsync(second, token, push)));
            Assert.Equal(i, NonceOf(await PostAsync(second, token, push)));
        }

        Assert.Equal([0UL, 1UL, 2UL], daemon.Pushed.Select(message => message.Message.Nonce));
    }

    /// <summary>Frozen, a coordinator leaves nginx's list by readiness; killed, it is passed over at once; each comes back.</summary>
    [NginxFact]
    public async Task Reads_through_nginx_go_on_while_a_coordinator_freezes_and_another_is_killed()
    {
        if (OperatingSystem.IsWindows())
            return;
        await using StillChain daemon = await StillChain.StartAsync();
        int door = Loopback.FreePort(), a = Loopback.FreePort(), b = Loopback.FreePort();
        string include = Path.Combine(_directory.Path, "upstream.conf"), main = Path.Combine(_directory.Path, "nginx.conf");
        await File.WriteAllTextAsync(include, $"upstream filecoin {{\n    server 127.0.0.1:{a};\n}}\n");
        await File.WriteAllTextAsync(main, NginxConf(door, include));
        string[] reload = [NginxFactAttribute.Path, "-c", main, "-p", _directory.Path, "-s", "reload"];
        using Process nginx = Process.Start(NginxFactAttribute.Path, ["-c", main, "-p", _directory.Path]);
        try
        {
            await using SampleProcess one = Start("one", a, daemon, null, include, [a, b], reload);
            await ServingAsync(one);
            await using SampleProcess two = Start("two", b, daemon, null, include, [a, b], reload);
            await ServingAsync(two);
            var url = new Uri($"http://127.0.0.1:{door}/rpc/v1");
            await UntilAsync(() => BothAnswerAsync(url));
            await ReadsAsync(url, 20);

            one.Freeze();
            await UntilAsync(async () => !(await File.ReadAllTextAsync(include)).Contains($":{a}", StringComparison.Ordinal));

            // nginx is told after the file is written.
            await UntilAsync(() => AnswersAsync(url, 6));
            await ReadsAsync(url, 20);
            one.Thaw();

            // One that stood still finds its own questions late, and may leave the list once more before it stays.
            int steady = 0;
            await UntilAsync(async () =>
            {
                string list = await File.ReadAllTextAsync(include);
                steady = list.Contains($":{a}", StringComparison.Ordinal) && list.Contains($":{b}", StringComparison.Ordinal) ? steady + 1 : 0;
                return steady >= 80 && await BothAnswerAsync(url);
            });

            Task reading = ReadsAsync(url, 100);
            await two.KillAsync();
            await reading;
            await UntilAsync(async () => !(await File.ReadAllTextAsync(include)).Contains($":{b}", StringComparison.Ordinal));
            await ReadsAsync(url, 20);
        }
        finally
        {
            nginx.Kill(entireProcessTree: true);
            await nginx.WaitForExitAsync();
        }
    }

    private SampleProcess Start(string name, int port, StillChain daemon, string? database, string? include = null, int[]? coordinators = null, string[]? reload = null)
    {
        object? nginx = include is null ? null : new { Path = include, Coordinators = coordinators!.Select(at => $"127.0.0.1:{at}"), Reload = reload };
        File.WriteAllText(Path.Combine(_directory.Path, name + ".json"), JsonSerializer.Serialize(new
        {
            Listen = new[] { $"127.0.0.1:{port}" }, TokenKeyFile = "shared.key", Postgres = database, PinsFile = name + ".pins", Coordinator = new { VerifyWeights = false },
            Nodes = new[] { new { Name = "n0", Endpoint = daemon.Url } }, Nginx = nginx,
        }));
        return SampleProcess.Start(Proxy, _directory.Path, "run", "-c", name + ".json");
    }

    private static async Task<Uri> ServingAsync(SampleProcess proxy)
    {
        var url = new Uri(await proxy.SaysAsync("serving "));
        await proxy.SaysAsync("n0 live");
        return url;
    }

    /// <summary>Whether nginx has both: each coordinator has a session of its own, and it asks them in turn.</summary>
    private static async Task<bool> BothAnswerAsync(Uri url)
    {
        const string Session = """{"id":1,"method":"Filecoin.Session","params":[]}""";
        string first = await PostAsync(url, null, Session), second = await PostAsync(url, null, Session);
        return first.Contains("result", StringComparison.Ordinal) && second.Contains("result", StringComparison.Ordinal) && first != second;
    }

    /// <summary>Whether so many reads in a row are answered; two coordinators are asked in turn.</summary>
    private static async Task<bool> AnswersAsync(Uri url, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!(await PostAsync(url, null, Read)).Contains("\"Owner\"", StringComparison.Ordinal))
                return false;
        }

        return true;
    }

    private static async Task ReadsAsync(Uri url, int count)
    {
        for (int i = 0; i < count; i++)
            Assert.Contains("\"Owner\"", await PostAsync(url, null, Read), StringComparison.Ordinal);
    }

    private static int NonceOf(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.TryGetProperty("result", out JsonElement result) ? result.GetProperty("Message").GetProperty("Nonce").GetInt32() : throw new InvalidOperationException(answer);
    }

    private static async Task<string> PostAsync(Uri url, string? token, string body)
    {
        using var client = new HttpClient();
        using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body) };
        if (token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await client.SendAsync(message);
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        // Asked no more once it held: which coordinator answers is nginx's choice each time.
        for (int i = 0; i < 1200; i++)
        {
            if (await condition())
                return;
            await Task.Delay(50);
        }

        Assert.Fail("the condition did not come about in time");
    }

    private string NginxConf(int port, string include) =>
        $$"""
        daemon off; pid {{_directory.Path}}/nginx.pid; error_log {{_directory.Path}}/error.log; worker_processes 1;
        events { worker_connections 128; }
        http {
          access_log off; client_body_temp_path {{_directory.Path}}/body; proxy_temp_path {{_directory.Path}}/proxy;
          fastcgi_temp_path {{_directory.Path}}/f; uwsgi_temp_path {{_directory.Path}}/u; scgi_temp_path {{_directory.Path}}/s;
          include {{include}};
          server {
            listen 127.0.0.1:{{port}};
            location / {
              proxy_pass http://filecoin; proxy_http_version 1.1; proxy_set_header Connection "";
              proxy_connect_timeout 2s; proxy_read_timeout 5s; proxy_next_upstream error timeout non_idempotent;
            }
          }
        }
        """;
}
