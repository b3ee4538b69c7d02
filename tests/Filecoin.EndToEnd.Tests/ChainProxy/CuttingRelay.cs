using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Filecoin.EndToEnd.Tests.ChainProxy;

/// <summary>Where a call is cut.</summary>
public enum Border
{
    /// <summary>The request never arrives.</summary>
    RequestLost,

    /// <summary>The request arrives and is worked on; nobody waits for that.</summary>
    RequestJustArrived,

    /// <summary>The call is done; its response never arrives.</summary>
    ResponseLost,

    /// <summary>Half of the response arrives.</summary>
    ResponseTorn,

    /// <summary>All of the response arrives, and then no more.</summary>
    ResponseJustArrived,
}

/// <summary>A TCP relay before a server that may come and go. Armed, it lets something happen at a border of the next call of a method and resets the connection.</summary>
internal sealed class CuttingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<Uri> _target;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private Cut? _armed;

    public CuttingRelay(Func<Uri> target)
    {
        _target = target;
        _listener.Start();
        Url = new UriBuilder("http", "127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, "/rpc/v1").Uri;
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>Strikes at the next call of a method. The task ends after the strike.</summary>
    public Task ArmAsync(string method, Border border, Func<Task> strike)
    {
        var cut = new Cut(Encoding.ASCII.GetBytes($"\"{method}\""), border, strike);
        _armed = cut;
        return cut.Done.Task;
    }

    /// <summary>Takes back what did not strike.</summary>
    public void Disarm() => _armed = null;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client = await _listener.AcceptSocketAsync(_stopping.Token);
            _ = RelayAsync(client, _stopping.Token);
        }
    }

    private async Task RelayAsync(Socket client, CancellationToken stopping)
    {
        using Socket server = new(SocketType.Stream, ProtocolType.Tcp);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using (client)
        {
            // What is cut is reset, not closed in order.
            client.LingerState = server.LingerState = new LingerOption(true, 0);
            client.NoDelay = server.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target().Port, ending.Token);
                var connection = new Connection(this, client, server);
                await Task.WhenAny(connection.UpAsync(ending.Token), connection.DownAsync(ending.Token));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // As if nothing listened here.
            }

            await ending.CancelAsync();
        }
    }

    private Cut? Take(ReadOnlySpan<byte> request)
    {
        Cut? armed = _armed;
        return armed is not null && request.IndexOf(armed.Method) >= 0 && Interlocked.CompareExchange(ref _armed, null, armed) == armed ? armed : null;
    }

    private sealed record Cut(byte[] Method, Border Border, Func<Task> Strike)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task StrikeAsync()
        {
            await Strike();
            Done.SetResult();
        }
    }

    private sealed class Connection(CuttingRelay relay, Socket client, Socket server)
    {
        private volatile Cut? _cut;

        public async Task UpAsync(CancellationToken token)
        {
            byte[] buffer = new byte[1 << 16];
            while (await client.ReceiveAsync(buffer, token) is > 0 and int length)
            {
                Cut? cut = _cut is null ? relay.Take(buffer.AsSpan(0, length)) : null;
                if (cut is { Border: Border.RequestLost })
                {
                    await cut.StrikeAsync();
                    return;
                }

                _cut ??= cut;
                await SendAsync(server, buffer.AsMemory(0, length), token);
                if (cut is { Border: Border.RequestJustArrived })
                {
                    await cut.StrikeAsync();
                    return;
                }
            }
        }

        public async Task DownAsync(CancellationToken token)
        {
            byte[] buffer = new byte[1 << 16];
            while (await server.ReceiveAsync(buffer, token) is > 0 and int length)
            {
                if (_cut is { Border: not Border.RequestJustArrived } cut)
                {
                    int passed = cut.Border switch { Border.ResponseLost => 0, Border.ResponseTorn => length / 2, _ => length };
                    await SendAsync(client, buffer.AsMemory(0, passed), token);
                    await cut.StrikeAsync();
                    return;
                }

                await SendAsync(client, buffer.AsMemory(0, length), token);
            }
        }

        private static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken token)
        {
            while (bytes.Length > 0)
                bytes = bytes[await to.SendAsync(bytes, token)..];
        }
    }
}
