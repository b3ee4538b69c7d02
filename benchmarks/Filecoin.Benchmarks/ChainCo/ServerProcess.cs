using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Filecoin.Tests.Shared;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>A server in a process of its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri url)
    {
        _process = process;
        Url = url;
    }

    /// <summary>Where it serves <c>/rpc/v1</c>.</summary>
    public Uri Url { get; private set; }

    /// <summary>The processor time that it has used.</summary>
    public TimeSpan Used
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary><c>filecoin-chainproxy</c> with its defaults before these daemons; returns when all of them are live.</summary>
    public static ServerProcess ChainProxy(IEnumerable<Uri> daemons, string directory)
    {
        string config = Path.Combine(directory, "chainproxy.json");
        File.WriteAllText(config, JsonSerializer.Serialize(new
        {
            Listen = new[] { "127.0.0.1:0" }, TokenKeyFile = Path.Combine(directory, "key"), PinsFile = Path.Combine(directory, "pins"),
            Nodes = daemons.Select((daemon, i) => new { Name = $"n{i}", Endpoint = daemon.ToString() }),
        }));
        Process process = Cores.StartOnLast("dotnet", [Path.Combine(AppContext.BaseDirectory, "filecoin-chainproxy.dll"), "run", "--plain", "-c", config]);
        var proxy = new ServerProcess(process, new Uri(Says(process, "serving ")));
        Wait.Until(() => proxy.NodesLive().All(live => live), "a daemon is not live");
        return proxy;
    }

    /// <summary>A daemon whose chain stands still, apart from what is measured.</summary>
    public static ServerProcess Daemon()
    {
        Process process = Cores.Start("dotnet", [typeof(ServerProcess).Assembly.Location, BenchmarkDaemon.Command]);
        return new ServerProcess(process, new Uri(Says(process, "")));
    }

    /// <summary>What any proxy does at least: Kestrel, and an HttpClient that passes the bytes on.</summary>
    public static ServerProcess Forwarder(Uri to)
    {
        int port = Loopback.FreePort();
        Process process = Cores.StartOnLast("dotnet", [typeof(ServerProcess).Assembly.Location, BareForwarder.Command, $"{port}", to.ToString()]);
        return Listening(process, port);
    }

    /// <summary>nginx with one worker and kept-alive connections to the daemon.</summary>
    public static ServerProcess Nginx(Uri to, string directory)
    {
        int port = Loopback.FreePort();
        string config = Path.Combine(directory, "nginx.conf");
        File.WriteAllText(config, $$"""
            daemon off; master_process off; pid {{directory}}/nginx.pid; error_log {{directory}}/error.log;
            events { worker_connections 1024; }
            http {
              access_log off; keepalive_requests 100000000; tcp_nodelay on;
              client_body_temp_path {{directory}}/body; proxy_temp_path {{directory}}/proxy;
              fastcgi_temp_path {{directory}}/f; uwsgi_temp_path {{directory}}/u; scgi_temp_path {{directory}}/s;
              upstream daemon { server {{to.Authority}}; keepalive 64; keepalive_requests 100000000; }
              server {
                listen 127.0.0.1:{{port}};
                location / { proxy_pass http://daemon; proxy_http_version 1.1; proxy_set_header Connection ""; }
              }
            }
            """);
        return Listening(Cores.StartOnLast("/usr/sbin/nginx", ["-c", config, "-p", directory]), port);
    }

    /// <summary>Whether each daemon is live, as the proxy sees it.</summary>
    public IReadOnlyList<bool> NodesLive()
    {
        using var client = new HttpClient();
        using var detail = JsonDocument.Parse(client.GetStringAsync(new Uri(Url, "/health/detail")).GetAwaiter().GetResult());
        return [.. detail.RootElement.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("live").GetBoolean())];
    }

    /// <summary>SIGKILL: connections break, and new ones are refused.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGSTOP: the system still takes connections and requests, and nobody answers them.</summary>
    public void Freeze()
    {
        using Process kill = Process.Start("kill", ["-s", "STOP", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    /// <summary>The rest of the first line that begins so. What the process says after it is thrown away.</summary>
    private static string Says(Process process, string beginning)
    {
        string? line;
        do
        {
            line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{process.StartInfo.FileName} did not start");
        }
        while (!line.StartsWith(beginning, StringComparison.Ordinal));
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return line[beginning.Length..];
    }

    private static ServerProcess Listening(Process process, int port)
    {
        Wait.Until(() => IsOpen(port), "the server does not listen");
        return new ServerProcess(process, new Uri($"http://127.0.0.1:{port}/rpc/v1"));
    }

    private static bool IsOpen(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>Waiting for what another process does.</summary>
internal static class Wait
{
    /// <summary>Looks every few milliseconds, for two minutes.</summary>
    public static TimeSpan Until(Func<bool> condition, string otherwise, int everyMs = 20)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(begun) > TimeSpan.FromMinutes(2))
                throw new TimeoutException(otherwise);
            Thread.Sleep(everyMs);
        }

        return Stopwatch.GetElapsedTime(begun);
    }
}
