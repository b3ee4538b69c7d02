using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Hashing;

/// <summary>A BLAKE2b computation in progress: the chained state, and the last block held back because it may be the final one.</summary>
internal struct Blake2bState
{
    private const int BlockSize = Blake2bReference.BlockSize;

    private readonly int _digestSize;
    private Words _state;
    private Block _block;
    private int _filled;
    private ulong _length;

    /// <summary>A computation of a digest of 1 to 64 bytes, with a key of 0 to 64 bytes.</summary>
    internal Blake2bState(int digestSize, ReadOnlySpan<byte> key)
    {
        _digestSize = digestSize;
        Blake2bReference.InitialState.CopyTo(_state);
        // Parameter block: digest length, key length, fanout 1, depth 1. A key is a block of its own before the message.
        _state[0] ^= 0x01010000u ^ ((uint)key.Length << 8) ^ (uint)digestSize;
        if (!key.IsEmpty)
        {
            key.CopyTo(_block);
            _filled = BlockSize;
        }
    }

    internal void Append(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return;

        Span<byte> block = _block;
        if (_filled > 0)
        {
            var part = Math.Min(data.Length, BlockSize - _filled);
            data[..part].CopyTo(block[_filled..]);
            _filled += part;
            data = data[part..];
            if (data.IsEmpty)
                return;
            Compress(block);
        }

        // The final block is compressed with another flag, so one block always stays behind.
        var whole = (data.Length - 1) / BlockSize * BlockSize;
        Compress(data[..whole]);
        data[whole..].CopyTo(block);
        _filled = data.Length - whole;
    }

    internal void Finish(Span<byte> digest)
    {
        Span<byte> block = _block;
        block[_filled..].Clear();
        _length += (ulong)_filled;
        if (Kernels.IsNative)
            Blake2bNative.Last(_state, block, _length);
        else
            Blake2bReference.Compress(_state, block, _length, last: true);

        Span<byte> bytes = stackalloc byte[Blake2b.MaxDigestSize];
        for (var i = 0; i < Blake2bReference.StateWords; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(8 * i)..], _state[i]);
        bytes[.._digestSize].CopyTo(digest);
    }

    private void Compress(ReadOnlySpan<byte> blocks)
    {
        if (Kernels.IsNative)
            Blake2bNative.Blocks(_state, blocks, _length);
        else
            Blake2bReference.Blocks(_state, blocks, _length);
        _length += (ulong)blocks.Length;
    }

    [InlineArray(Blake2bReference.StateWords)]
    private struct Words
    {
        private ulong _first;
    }

    [InlineArray(BlockSize)]
    private struct Block
    {
        private byte _first;
    }
}
