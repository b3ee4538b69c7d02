using System.Diagnostics;
using System.Net;
using Filecoin.ChainCo.Availability;
using Filecoin.ChainCo.Tests.Proxy;

namespace Filecoin.ChainCo.Tests.Availability;

public sealed class NginxUpstreamFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("chainco-nginx").FullName;

    private string Conf => Path.Combine(_directory, "upstream.conf");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_file_changes_when_the_ready_ones_do_and_never_becomes_empty()
    {
        var file = new NginxUpstreamFile(Conf, "filecoin", ["/bin/sh", "-c", $"echo x >> {_directory}/reloads"]);
        IPEndPoint a = IPEndPoint.Parse("127.0.0.1:1001"), b = IPEndPoint.Parse("127.0.0.1:1002");
        Assert.True(await file.UpdateAsync([b, a]));
        Assert.False(await file.UpdateAsync([a, b, a]));
        Assert.True(await file.UpdateAsync([b]));
        Assert.False(await file.UpdateAsync([]));
        string text = await File.ReadAllTextAsync(Conf);
        Assert.Contains("server 127.0.0.1:1002", text, StringComparison.Ordinal);
        Assert.DoesNotContain("1001", text, StringComparison.Ordinal);
        Assert.Equal(2, (await File.ReadAllLinesAsync($"{_directory}/reloads")).Length);
        Assert.Equal(2, Directory.GetFiles(_directory).Length);
    }

    [Fact]
    public async Task A_failed_reload_is_told_and_owed()
    {
        string flag = Path.Combine(_directory, "flag");
        var file = new NginxUpstreamFile(Conf, "filecoin", ["/bin/sh", "-c", $"test -e {flag} || {{ echo no flag >&2; exit 3; }}"]);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => file.UpdateAsync([IPEndPoint.Parse("127.0.0.1:1001")]));
        Assert.Contains("no flag", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => file.UpdateAsync([IPEndPoint.Parse("127.0.0.1:1001")]));
        await File.WriteAllTextAsync(flag, "");
        Assert.False(await file.UpdateAsync([IPEndPoint.Parse("127.0.0.1:1001")]));
    }

    [Fact]
    public async Task A_reload_that_another_agent_owes_is_done()
    {
        IPEndPoint[] ready = [IPEndPoint.Parse("127.0.0.1:1001")];
        // This one writes and goes before it reloads.
        Assert.True(await new NginxUpstreamFile(Conf, "filecoin", []).UpdateAsync(ready));
        var other = new NginxUpstreamFile(Conf, "filecoin", ["/bin/sh", "-c", $"echo x >> {_directory}/reloads"]);
        Assert.False(await other.UpdateAsync(ready));
        Assert.False(await other.UpdateAsync(ready));
        Assert.Single(await File.ReadAllLinesAsync($"{_directory}/reloads"));
    }

    [NginxFact]
    public async Task A_real_nginx_follows_from_one_coordinator_to_the_other()
    {
        await using ProxyPool one = await ProxyPool.StartAsync(1), two = await ProxyPool.StartAsync(1);
        await two.MoveAllAsync(two.Chain.Grow(two.Head, 3));
        await ProxyPool.UntilAsync(() => two.Coordinator.Freshest.Head!.Height.Value == 8);
        int port = Loopback.FreePort();
        string main = Path.Combine(_directory, "nginx.conf");
        await File.WriteAllTextAsync(
            main,
            $$"""
            daemon off; pid {{_directory}}/nginx.pid; error_log {{_directory}}/error.log; worker_processes 1;
            events { worker_connections 64; }
            http {
              access_log off; client_body_temp_path {{_directory}}/body; proxy_temp_path {{_directory}}/proxy;
              fastcgi_temp_path {{_directory}}/f; uwsgi_temp_path {{_directory}}/u; scgi_temp_path {{_directory}}/s;
              include {{Conf}};
              server { listen 127.0.0.1:{{port}}; location / { proxy_pass http://filecoin; proxy_http_version 1.1; proxy_set_header Connection ""; } }
            }
            """);
        var file = new NginxUpstreamFile(Conf, "filecoin", []);
        await file.UpdateAsync([EndPoint(one)]);
        using Process nginx = Process.Start(new ProcessStartInfo(NginxFactAttribute.Path, ["-c", main, "-p", _directory]) { RedirectStandardError = true })!;
        try
        {
            Assert.Equal(5, await HeightAsync(port, 5));
            var reloading = new NginxUpstreamFile(Conf, "filecoin", [NginxFactAttribute.Path, "-c", main, "-p", _directory, "-s", "reload"]);
            Assert.True(await reloading.UpdateAsync([EndPoint(two)]));
            Assert.Equal(8, await HeightAsync(port, 8));
        }
        finally
        {
            nginx.Kill(entireProcessTree: true);
            await nginx.WaitForExitAsync();
        }
    }

    private static IPEndPoint EndPoint(ProxyPool pool) => IPEndPoint.Parse(pool.Url.Authority);

    /// <summary>The head's height behind nginx, asked until it is the expected one or time is up.</summary>
    private static async Task<long> HeightAsync(int port, long expected)
    {
        using var client = new HttpClient();
        long height = -1;
        for (int i = 0; i < 200 && height != expected; i++)
        {
            try
            {
                using var content = new StringContent("""{"id":1,"method":"Filecoin.ChainHead"}""");
                using HttpResponseMessage response = await client.PostAsync(new Uri($"http://127.0.0.1:{port}/rpc/v1"), content);
                if (response.IsSuccessStatusCode)
                    height = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("result").GetProperty("Height").GetInt64();
            }
            catch (HttpRequestException)
            {
                // nginx is still coming up.
            }

            await Task.Delay(50);
        }

        return height;
    }
}
