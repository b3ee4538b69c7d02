using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Filecoin.ChainCo.Chain;

/// <summary>Writes deterministic CBOR: shortest heads, definite lengths, map keys in DAG-CBOR order.</summary>
public sealed class DagCborWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    /// <summary>What has been written so far.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.WrittenSpan;

    /// <summary>A copy of what has been written so far.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>Writes an unsigned integer.</summary>
    public void WriteUInt64(ulong value) => WriteHead(CborMajor.Unsigned, value);

    /// <summary>Writes a signed integer.</summary>
    public void WriteInt64(long value)
    {
        if (value >= 0)
            WriteHead(CborMajor.Unsigned, (ulong)value);
        else
            WriteHead(CborMajor.Negative, (ulong)(-1 - value));
    }

    /// <summary>Writes true or false.</summary>
    public void WriteBoolean(bool value) => WriteByte(value ? (byte)0xf5 : (byte)0xf4);

    /// <summary>Writes null.</summary>
    public void WriteNull() => WriteByte(0xf6);

    /// <summary>Writes a byte string.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteHead(CborMajor.Bytes, (ulong)bytes.Length);
        _buffer.Write(bytes);
    }

    /// <summary>Writes a text string.</summary>
    public void WriteText(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        WriteHead(CborMajor.Text, (ulong)utf8.Length);
        _buffer.Write(utf8);
    }

    /// <summary>Writes the head of an array; its elements follow.</summary>
    public void WriteArrayHeader(int elements) => WriteHead(CborMajor.Array, checked((ulong)elements));

    /// <summary>Writes a map in key order, shorter keys first; each value is written by its delegate.</summary>
    public void WriteMap(IReadOnlyDictionary<string, Action<DagCborWriter>> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var ordered = new List<(byte[] Key, Action<DagCborWriter> Value)>(pairs.Count);
        foreach ((string key, Action<DagCborWriter> value) in pairs)
            ordered.Add((Encoding.UTF8.GetBytes(key), value));
        ordered.Sort((a, b) => a.Key.Length != b.Key.Length ? a.Key.Length - b.Key.Length : a.Key.AsSpan().SequenceCompareTo(b.Key));
        WriteHead(CborMajor.Map, (ulong)ordered.Count);
        foreach ((byte[] key, Action<DagCborWriter> value) in ordered)
        {
            WriteHead(CborMajor.Text, (ulong)key.Length);
            _buffer.Write(key);
            value(this);
        }
    }

    /// <summary>Writes a link: tag 42 over a zero byte and the CID.</summary>
    /// <exception cref="ChainFormatException">The CID is undefined.</exception>
    public void WriteCid(Cid cid)
    {
        if (!cid.IsDefined)
            throw new ChainFormatException("CBOR: an undefined CID has no encoding");
        WriteHead(CborMajor.Tag, 42);
        WriteHead(CborMajor.Bytes, (ulong)cid.Bytes.Length + 1);
        WriteByte(0);
        _buffer.Write(cid.Bytes);
    }

    /// <summary>Writes bytes that are CBOR already.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> encoded) => _buffer.Write(encoded);

    private void WriteByte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    private void WriteHead(CborMajor major, ulong value)
    {
        Span<byte> head = _buffer.GetSpan(9);
        int top = (int)major << 5;
        int length;
        switch (value)
        {
            case < 24:
                head[0] = (byte)(top | (int)value);
                length = 1;
                break;
            case <= byte.MaxValue:
                head[0] = (byte)(top | 24);
                head[1] = (byte)value;
                length = 2;
                break;
            case <= ushort.MaxValue:
                head[0] = (byte)(top | 25);
                BinaryPrimitives.WriteUInt16BigEndian(head[1..], (ushort)value);
                length = 3;
                break;
            case <= uint.MaxValue:
                head[0] = (byte)(top | 26);
                BinaryPrimitives.WriteUInt32BigEndian(head[1..], (uint)value);
                length = 5;
                break;
            default:
                head[0] = (byte)(top | 27);
                BinaryPrimitives.WriteUInt64BigEndian(head[1..], value);
                length = 9;
                break;
        }

        _buffer.Advance(length);
    }
}
