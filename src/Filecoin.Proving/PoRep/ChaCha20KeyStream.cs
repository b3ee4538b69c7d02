using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Filecoin.Proving.PoRep;

/// <summary>The ChaCha20 key stream of RFC 8439 from any byte on: 32-byte key, 12-byte nonce, 32-bit block counter from 0.</summary>
internal readonly struct ChaCha20KeyStream
{
    private const int BlockSize = 64;

    private static readonly Vector128<uint> s_constants = Vector128.Create(0x61707865u, 0x3320646e, 0x79622d32, 0x6b206574);

    // The rows of the state but for the first, which is constant; the counter is the first word of the last.
    private readonly Vector128<uint> _keyLow;
    private readonly Vector128<uint> _keyHigh;
    private readonly Vector128<uint> _nonce;

    public ChaCha20KeyStream(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 32);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, 12);
        Span<byte> last = stackalloc byte[16];
        last[..4].Clear();
        nonce.CopyTo(last[4..]);
        _keyLow = Words(key[..16]);
        _keyHigh = Words(key[16..]);
        _nonce = Words(last);
    }

    /// <summary>Key stream bytes from <paramref name="position"/> on.</summary>
    public void Read(long position, Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        while (!destination.IsEmpty)
        {
            Block((uint)(position / BlockSize), block);
            var from = block[(int)(position % BlockSize)..];
            var count = Math.Min(from.Length, destination.Length);
            from[..count].CopyTo(destination);
            destination = destination[count..];
            position += count;
        }
    }

    private void Block(uint counter, Span<byte> block)
    {
        var last = _nonce.WithElement(0, counter);
        var (a, b, c, d) = (s_constants, _keyLow, _keyHigh, last);
        for (var round = 0; round < 10; round++)
        {
            QuarterRounds(ref a, ref b, ref c, ref d);
            // The diagonals become columns, and back.
            b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
            QuarterRounds(ref a, ref b, ref c, ref d);
            b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
        }

        Write(a + s_constants, block);
        Write(b + _keyLow, block[16..]);
        Write(c + _keyHigh, block[32..]);
        Write(d + last, block[48..]);
    }

    private static void QuarterRounds(ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        a += b;
        d = RotateLeft(d ^ a, 16);
        c += d;
        b = RotateLeft(b ^ c, 12);
        a += b;
        d = RotateLeft(d ^ a, 8);
        c += d;
        b = RotateLeft(b ^ c, 7);
    }

    private static Vector128<uint> RotateLeft(Vector128<uint> value, int bits) => (value << bits) | (value >>> (32 - bits));

    private static Vector128<uint> Words(ReadOnlySpan<byte> bytes)
    {
        RequireLittleEndian();
        return Vector128.Create<byte>(bytes).AsUInt32();
    }

    private static void Write(Vector128<uint> words, Span<byte> bytes) => MemoryMarshal.Write(bytes, words);

    private static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Expected a little-endian processor, found a big-endian one.");
    }
}
