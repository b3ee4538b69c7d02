using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Filecoin.Proving.Tests.Storage.Remote;

/// <summary>Answers each request with the next of some bytes, and remembers what was asked.</summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <summary>Starts; the last answer is given again and again. After an answer the connection closes, unless <paramref name="open"/>.</summary>
    public ScriptedPeer(IReadOnlyList<byte[]> answers, bool open = false)
    {
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/remote");
        _running = RunAsync(new Queue<byte[]>(answers), open);
    }

    public Uri Url { get; }

    /// <summary>The heads of requests.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>An answer with this head and body.</summary>
    public static byte[] Answer(string status, string headers, ReadOnlySpan<byte> body) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers.ReplaceLineEndings("\r\n")}{(headers.Length > 0 ? "\r\n" : "")}\r\n"), .. body];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task RunAsync(Queue<byte[]> answers, bool open)
    {
        var held = new List<TcpClient>();
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                held.Add(client);
                NetworkStream stream = client.GetStream();
                byte[] buffer = new byte[1 << 16];
                int length = 0;
                while (!Encoding.ASCII.GetString(buffer, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    int read = await stream.ReadAsync(buffer.AsMemory(length), _stop.Token);
                    if (read == 0)
                        break;
                    length += read;
                }

                Asked.Enqueue(Encoding.ASCII.GetString(buffer, 0, length));
                await stream.WriteAsync(answers.Count > 1 ? answers.Dequeue() : answers.Peek(), _stop.Token);
                if (!open)
                    client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // The test is over.
        }
        finally
        {
            held.ForEach(client => client.Dispose());
        }
    }
}
