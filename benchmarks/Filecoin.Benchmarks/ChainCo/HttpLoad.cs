using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>
/// Clients that cost little: each a thread with a blocking socket, one kept-alive connection and one request at a time.
/// </summary>
internal sealed class HttpLoad : IDisposable
{
    /// <summary>A read with an answer of 1 KB that no proxy may remember.</summary>
    public const string Read = """{"jsonrpc":"2.0","id":1,"method":"Filecoin.StateMinerPower","params":["f01000",null]}""";

    private readonly RawClient[] _clients;

    public HttpLoad(Uri url, int clients) => _clients = [.. Enumerable.Range(0, clients).Select(_ => new RawClient(url))];

    /// <summary>Calls as fast as answers come.</summary>
    public LoadResult Run(int calls) => OnAll((client, results) =>
    {
        for (int i = 0; i < calls / _clients.Length; i++)
            results.Call(client, Stopwatch.GetTimestamp());
    });

    /// <summary>
    /// Calls at a rate, whatever the answers do: each call is due at its time and taken by the next free client. Its time counts from when it was due, so
    /// that what is held up counts for all behind it.
    /// </summary>
    public LoadResult RunAt(double callsPerSecond, TimeSpan duration)
    {
        using var due = new BlockingCollection<long>();
        var pace = new Thread(() => Pace(due, callsPerSecond, duration));
        pace.Start();
        return OnAll((client, results) =>
        {
            foreach (long at in due.GetConsumingEnumerable())
                results.Call(client, at);
        });
    }

    public void Dispose()
    {
        foreach (RawClient client in _clients)
            client.Dispose();
    }

    private LoadResult OnAll(Action<RawClient, Recorder> work)
    {
        var recorders = _clients.Select(_ => new Recorder()).ToArray();
        long begun = Stopwatch.GetTimestamp();
        Thread[] threads = [.. _clients.Select((client, i) => new Thread(() => work(client, recorders[i])))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return new LoadResult(
            [.. recorders.SelectMany(recorder => recorder.Times).OrderBy(call => call.Took)], recorders.Sum(recorder => recorder.Failed), Stopwatch.GetElapsedTime(begun));
    }

    // The runtime sleeps whole milliseconds at least, and a thread that spins takes the daemon's core.
    [DllImport("libc")]
    private static extern int usleep(uint microseconds);

    private static void Pace(BlockingCollection<long> due, double callsPerSecond, TimeSpan duration)
    {
        long begun = Stopwatch.GetTimestamp(), calls = (long)(callsPerSecond * duration.TotalSeconds);
        for (long i = 0; i < calls; i++)
        {
            long at = begun + (long)(i / callsPerSecond * Stopwatch.Frequency);
            while (at - Stopwatch.GetTimestamp() is > 0 and var early)
                _ = usleep((uint)(early * 1_000_000 / Stopwatch.Frequency));
            due.Add(at);
        }

        due.CompleteAdding();
    }

    private sealed class Recorder
    {
        public List<(long Due, long Took)> Times { get; } = [];

        public int Failed { get; private set; }

        public void Call(RawClient client, long due)
        {
            if (!client.Call(Read))
                Failed++;
            Times.Add((due, Stopwatch.GetTimestamp() - due));
        }
    }
}

/// <summary>What calls took, the quickest first.</summary>
internal sealed record LoadResult(IReadOnlyList<(long Due, long Took)> Calls, int Failed, TimeSpan Elapsed)
{
    public double PerSecond => Calls.Count / Elapsed.TotalSeconds;

    /// <summary>The time in milliseconds that this share of the calls stayed within.</summary>
    public double Quantile(double share) => Calls[Math.Min(Calls.Count - 1, (int)(share * Calls.Count))].Took * 1000.0 / Stopwatch.Frequency;

    /// <summary>The calls that were due within a span of the experiment.</summary>
    public LoadResult Between(long from, long to) => this with { Calls = [.. Calls.Where(call => call.Due >= from && call.Due < to)] };
}

/// <summary>One connection that sends a request and reads the answer whole.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Uri _url;
    private readonly byte[] _buffer = new byte[64 << 10];
    private Socket _socket;
    private string _body = "";
    private byte[] _request = [];
    private int _length;

    public RawClient(Uri url)
    {
        _url = url;
        _socket = Connect();
    }

    /// <summary>The last answer, head and body.</summary>
    public ReadOnlySpan<byte> Answer => _buffer.AsSpan(0, _length);

    /// <summary>Whether the answer was a result.</summary>
    public bool Call(string body)
    {
        if (!ReferenceEquals(body, _body))
        {
            _body = body;
            _request = Encoding.ASCII.GetBytes(
                $"POST {_url.AbsolutePath} HTTP/1.1\r\nHost: {_url.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }

        try
        {
            _socket.Send(_request);
            _length = 0;
            do
            {
                int read = _socket.Receive(_buffer.AsSpan(_length));
                if (read == 0)
                    throw new SocketException((int)SocketError.ConnectionReset);
                _length += read;
            }
            while (!IsWhole(Answer));
            return Answer.StartsWith("HTTP/1.1 200"u8) && Answer.IndexOf("\"result\""u8) > 0;
        }
        catch (SocketException)
        {
            _socket.Dispose();
            _socket = Connect();
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        int head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        int at = answer[..head].IndexOf("Content-Length: "u8);
        if (at < 0)
            return answer.EndsWith("\r\n0\r\n\r\n"u8);
        return Utf8Parser.TryParse(answer[(at + "Content-Length: ".Length)..], out int length, out _) && answer.Length - head - 4 >= length;
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(_url.Host, _url.Port);
        return socket;
    }
}
