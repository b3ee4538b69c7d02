using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Filecoin.Proving.PoRep;

/// <summary>The ChaCha20 key stream of RFC 8439 from any byte on: 32-byte key, 12-byte nonce, 32-bit block counter from 0.</summary>
internal readonly struct ChaCha20KeyStream
{
    private const int BlockSize = 64;

    private readonly Words _initial;

    public ChaCha20KeyStream(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 32);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, 12);
        ReadOnlySpan<uint> constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
        constants.CopyTo(_initial);
        for (var i = 0; i < 8; i++)
            _initial[4 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        for (var i = 0; i < 3; i++)
            _initial[13 + i] = BinaryPrimitives.ReadUInt32LittleEndian(nonce[(4 * i)..]);
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
        var initial = _initial;
        initial[12] = counter;
        var state = initial;
        for (var round = 0; round < 10; round++)
        {
            QuarterRound(ref state[0], ref state[4], ref state[8], ref state[12]);
            QuarterRound(ref state[1], ref state[5], ref state[9], ref state[13]);
            QuarterRound(ref state[2], ref state[6], ref state[10], ref state[14]);
            QuarterRound(ref state[3], ref state[7], ref state[11], ref state[15]);
            QuarterRound(ref state[0], ref state[5], ref state[10], ref state[15]);
            QuarterRound(ref state[1], ref state[6], ref state[11], ref state[12]);
            QuarterRound(ref state[2], ref state[7], ref state[8], ref state[13]);
            QuarterRound(ref state[3], ref state[4], ref state[9], ref state[14]);
        }

        for (var i = 0; i < 16; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], state[i] + initial[i]);
    }

    private static void QuarterRound(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 16);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 12);
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 8);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 7);
    }

    [InlineArray(16)]
    private struct Words
    {
        private uint _first;
    }
}
