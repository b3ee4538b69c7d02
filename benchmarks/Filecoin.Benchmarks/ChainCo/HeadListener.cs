using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>A WebSocket client of ChainNotify that costs little: notes when each message is there whole, looks into none, answers pings.</summary>
internal sealed class HeadListener : IDisposable
{
    private const byte Text = 0x81;
    private const byte Ping = 0x89;
    private const byte Pong = 0x8A;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly List<long> _at = [];
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _length;

    /// <summary>When each message came: the answer to the call, the present head, and then every change.</summary>
    public IReadOnlyList<long> At => _at;

    /// <summary>Connects, subscribes, and begins to listen.</summary>
    public async Task StartAsync(Uri url)
    {
        await _socket.ConnectAsync(url.Host, url.Port);
        await _socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {url.AbsolutePath} HTTP/1.1\r\nHost: {url.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        do
            _length += await _socket.ReceiveAsync(_buffer.AsMemory(_length));
        while (_buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8) < 0);
        _length = 0;
        await SendAsync(Text, Encoding.ASCII.GetBytes("""{"jsonrpc":"2.0","id":1,"method":"Filecoin.ChainNotify","params":[]}"""));
        _ = ListenAsync();
    }

    public void Dispose() => _socket.Dispose();

    private async Task ListenAsync()
    {
        try
        {
            while (await _socket.ReceiveAsync(_buffer.AsMemory(_length)) is > 0 and int read)
            {
                _length += read;
                while (await TakeAsync())
                {
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The experiment ends.
        }
    }

    /// <summary>Takes a frame out of the buffer; false when there is no whole one.</summary>
    private async ValueTask<bool> TakeAsync()
    {
        int head = 2, size = _length < 2 ? 0 : _buffer[1];
        if (size >= 126)
        {
            head = size == 126 ? 4 : 10;
            if (_length < head)
                return false;
            size = size == 126 ? BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(2)) : (int)BinaryPrimitives.ReadUInt64BigEndian(_buffer.AsSpan(2));
        }

        if (_length < head + size)
            return false;
        if (_buffer[0] == Text)
            _at.Add(Stopwatch.GetTimestamp());
        else if (_buffer[0] == Ping)
            await SendAsync(Pong, _buffer.AsSpan(head, size).ToArray());
        _length -= head + size;
        _buffer.AsSpan(head + size, _length).CopyTo(_buffer);
        return true;
    }

    /// <summary>A short frame, masked with zeros.</summary>
    private async Task SendAsync(byte kind, byte[] payload) => await _socket.SendAsync((byte[])[kind, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload]);
}
