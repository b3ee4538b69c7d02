using System.Buffers;
using System.Buffers.Binary;

namespace Filecoin.Proving.Wire;

/// <summary>Writes bincode 1.x as the official proofs use it: little-endian fixed-width integers, u64 lengths, u32 variant tags.</summary>
internal readonly struct BincodeWriter(IBufferWriter<byte> output)
{
    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(4), value);
        output.Advance(4);
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    /// <summary>The number of elements that follow.</summary>
    public void Length(int count) => UInt64((ulong)count);

    /// <summary>Bytes without a length, as a fixed-size array is written.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => output.Write(bytes);

    /// <summary>A vector of 32-byte nodes.</summary>
    public void Nodes(ReadOnlySpan<byte> nodes)
    {
        Length(nodes.Length / 32);
        Raw(nodes);
    }
}
