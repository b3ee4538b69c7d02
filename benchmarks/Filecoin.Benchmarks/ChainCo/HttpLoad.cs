using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>
/// Clients that cost little: one thread for all of them, each with a kept-alive connection and one request at a time. A thread for each would measure
/// how the system switches between them.
/// </summary>
internal sealed class HttpLoad : IDisposable
{
    /// <summary>A read with an answer of 1 KB that no proxy may remember.</summary>
    public const string Read = """{"jsonrpc":"2.0","id":1,"method":"Filecoin.StateMinerPower","params":["f01000",null]}""";

    private const short PollIn = 1;
    private readonly RawClient[] _clients;

    public HttpLoad(Uri url, int clients) => _clients = [.. Enumerable.Range(0, clients).Select(_ => new RawClient(url))];

    /// <summary>Calls as fast as answers come.</summary>
    public LoadResult Run(int calls) => Run(calls, _ => 0);

    /// <summary>
    /// Calls at a rate, whatever the answers do: each call is due at its time and taken by the next free client. Its time counts from when it was due, so
    /// that what is held up counts for all behind it.
    /// </summary>
    public LoadResult RunAt(double callsPerSecond, TimeSpan duration)
    {
        long begun = Stopwatch.GetTimestamp();
        return Run((int)(callsPerSecond * duration.TotalSeconds), call => begun + (long)(call / callsPerSecond * Stopwatch.Frequency));
    }

    public void Dispose()
    {
        foreach (RawClient client in _clients)
            client.Dispose();
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int ppoll([In, Out] PollEntry[] entries, nuint count, in TimeSpec timeout, nint signals);

    /// <param name="calls">How many.</param>
    /// <param name="dueAt">When each is due; 0 for as soon as a client is free.</param>
    private LoadResult Run(int calls, Func<int, long> dueAt)
    {
        var times = new List<(long Due, long Took)>(calls);
        var free = new Stack<int>(Enumerable.Range(0, _clients.Length));
        long[] due = new long[_clients.Length];
        PollEntry[] entries = [.. _clients.Select(_ => new PollEntry { Descriptor = -1, Events = PollIn, Returned = 0 })];
        int next = 0, failed = 0;
        long begun = Stopwatch.GetTimestamp();
        while (times.Count < calls)
        {
            long now = Stopwatch.GetTimestamp();
            while (next < calls && free.Count > 0 && dueAt(next) is var at && at <= now)
            {
                int client = free.Pop();
                due[client] = at == 0 ? now : at;
                next++;
                if (_clients[client].Send(Read))
                    entries[client].Descriptor = _clients[client].Descriptor;
                else
                    Ended(client, succeeded: false);
            }

            long wait = next < calls && free.Count > 0 ? dueAt(next) - now : Stopwatch.Frequency;
            var timeout = new TimeSpec { Seconds = 0, Nanoseconds = (nint)Math.Clamp(wait, 0, Stopwatch.Frequency - 1) };
            if (ppoll(entries, (nuint)entries.Length, timeout, 0) <= 0)
                continue;
            for (int client = 0; client < entries.Length; client++)
            {
                if (entries[client].Descriptor >= 0 && entries[client].Returned != 0 && _clients[client].Receive() is { } succeeded)
                    Ended(client, succeeded);
            }
        }

        return new LoadResult([.. times.OrderBy(call => call.Took)], failed, Stopwatch.GetElapsedTime(begun));

        void Ended(int client, bool succeeded)
        {
            times.Add((due[client], Stopwatch.GetTimestamp() - due[client]));
            failed += succeeded ? 0 : 1;
            entries[client].Descriptor = -1;
            free.Push(client);
        }
    }

    /// <summary><c>struct pollfd</c>; one without a descriptor is passed over.</summary>
    private struct PollEntry
    {
        public int Descriptor;
        public short Events, Returned;
    }

    private struct TimeSpec
    {
        public nint Seconds, Nanoseconds;
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

    public int Descriptor => (int)_socket.Handle;

    /// <summary>Whether the answer was a result.</summary>
    public bool Call(string body)
    {
        bool? succeeded = Send(body) ? null : false;
        while (succeeded is null)
            succeeded = Receive();
        return succeeded.Value;
    }

    /// <returns>Whether the request went out; otherwise the next goes by a new connection.</returns>
    public bool Send(string body)
    {
        if (!ReferenceEquals(body, _body))
        {
            _body = body;
            _request = Encoding.ASCII.GetBytes(
                $"POST {_url.AbsolutePath} HTTP/1.1\r\nHost: {_url.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }

        _length = 0;
        try
        {
            _socket.Send(_request);
            return true;
        }
        catch (SocketException)
        {
            Reconnect();
            return false;
        }
    }

    /// <summary>Waits for more of the answer.</summary>
    /// <returns>Whether the answer was a result; null when it is not whole yet.</returns>
    public bool? Receive()
    {
        try
        {
            int read = _socket.Receive(_buffer.AsSpan(_length));
            if (read == 0)
                throw new SocketException((int)SocketError.ConnectionReset);
            _length += read;
            return IsWhole(Answer) ? Answer.StartsWith("HTTP/1.1 200"u8) && Answer.IndexOf("\"result\""u8) > 0 : null;
        }
        catch (SocketException)
        {
            Reconnect();
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

    private void Reconnect()
    {
        _socket.Dispose();
        _socket = Connect();
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(_url.Host, _url.Port);
        return socket;
    }
}
