using System.Buffers.Binary;
using System.Text;

namespace Filecoin.ChainCo.Chain;

/// <summary>
/// Reads deterministic CBOR (RFC 8949 with the DAG-CBOR restrictions) from memory without copying: shortest heads, definite lengths, the one tag 42.
/// Floats are refused, as the chain refuses them. Every length is checked against the bytes that are left before anything is allocated.
/// </summary>
public ref struct DagCborReader
{
    /// <summary>Longest array or map read unless the caller says otherwise (cbor-gen's limit).</summary>
    public const int DefaultMaxElements = 8192;

    /// <summary>Longest byte string or text read unless the caller says otherwise (cbor-gen's limit).</summary>
    public const int DefaultMaxBytes = 2 << 20;

    /// <summary>Deepest nesting that <see cref="SkipValue"/> follows.</summary>
    public const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Starts at the first byte of <paramref name="bytes"/>.</summary>
    public DagCborReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The offset of the next byte.</summary>
    public int Offset { get; private set; }

    /// <summary>True when every byte has been read.</summary>
    public readonly bool IsAtEnd => Offset == _bytes.Length;

    /// <summary>True when a text string is next.</summary>
    public readonly bool IsNextText => Offset < _bytes.Length && _bytes[Offset] >> 5 == (int)CborMajor.Text;

    /// <summary>Reads null if it is next; otherwise leaves the reader where it is.</summary>
    public bool TryReadNull()
    {
        if (Offset >= _bytes.Length || _bytes[Offset] != 0xf6)
            return false;
        Offset++;
        return true;
    }

    /// <summary>Reads an unsigned integer.</summary>
    public ulong ReadUInt64() => ReadHead(CborMajor.Unsigned, "an unsigned integer");

    /// <summary>Reads an unsigned integer no larger than <paramref name="max"/>.</summary>
    public ulong ReadUInt64(ulong max)
    {
        int at = Offset;
        ulong value = ReadUInt64();
        return value <= max ? value : throw new CborFormatException($"CBOR: expected an integer up to {max}, found {value}", at);
    }

    /// <summary>Reads a signed integer.</summary>
    public long ReadInt64()
    {
        int at = Offset;
        CborMajor major = ReadAnyHead(out ulong value);
        if (major is not (CborMajor.Unsigned or CborMajor.Negative))
            throw Unexpected("an integer", major, at);
        if (value > long.MaxValue)
            throw new CborFormatException("CBOR: the integer does not fit 64 signed bits", at);
        return major == CborMajor.Unsigned ? (long)value : -1 - (long)value;
    }

    /// <summary>Reads true or false.</summary>
    public bool ReadBoolean()
    {
        int at = Offset;
        byte head = Next();
        return head switch
        {
            0xf4 => false,
            0xf5 => true,
            _ => throw new CborFormatException($"CBOR: expected a boolean, found 0x{head:x2}", at),
        };
    }

    /// <summary>Reads a byte string; the span lies in the reader's memory.</summary>
    public ReadOnlySpan<byte> ReadBytes(int maxLength = DefaultMaxBytes)
    {
        int at = Offset;
        return Take(ReadHead(CborMajor.Bytes, "a byte string"), maxLength, at);
    }

    /// <summary>Reads a text string.</summary>
    public string ReadText(int maxLength = DefaultMaxBytes)
    {
        int at = Offset;
        ReadOnlySpan<byte> utf8 = Take(ReadHead(CborMajor.Text, "a text string"), maxLength, at);
        return System.Text.Unicode.Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : throw new CborFormatException("CBOR: the text is not UTF-8", at);
    }

    /// <summary>Reads the head of an array and returns its number of elements.</summary>
    public int ReadArrayHeader(int maxElements = DefaultMaxElements)
    {
        int at = Offset;
        return Count(ReadHead(CborMajor.Array, "an array"), maxElements, 1, at);
    }

    /// <summary>Reads the head of an array that must have <paramref name="elements"/> elements: a tuple.</summary>
    public void ReadTupleHeader(int elements)
    {
        int at = Offset;
        ulong found = ReadHead(CborMajor.Array, "an array");
        if (found != (ulong)elements)
            throw new CborFormatException($"CBOR: expected {elements} fields, found {found}", at);
    }

    /// <summary>Reads the head of a map and returns its number of pairs.</summary>
    public int ReadMapHeader(int maxPairs = DefaultMaxElements)
    {
        int at = Offset;
        return Count(ReadHead(CborMajor.Map, "a map"), maxPairs, 2, at);
    }

    /// <summary>Reads a link: tag 42 over a byte string that starts with the zero byte of multibase identity.</summary>
    public Cid ReadCid()
    {
        int at = Offset;
        ulong tag = ReadHead(CborMajor.Tag, "a link (tag 42)");
        if (tag != 42)
            throw new CborFormatException($"CBOR: expected tag 42, found tag {tag}", at);
        ReadOnlySpan<byte> bytes = ReadBytes(Cid.MaxDigestLength + 40);
        if (bytes.IsEmpty || bytes[0] != 0)
            throw new CborFormatException("CBOR: a link starts with a zero byte", at);
        try
        {
            return Cid.FromBytes(bytes[1..]);
        }
        catch (CidFormatException e)
        {
            throw new CborFormatException(e.Message, at);
        }
    }

    /// <summary>Reads one value of any kind and returns its bytes, having checked that they are deterministic all the way down.</summary>
    public ReadOnlySpan<byte> SkipValue()
    {
        int start = Offset;
        Skip(MaxDepth);
        return _bytes[start..Offset];
    }

    /// <summary>Fails unless every byte has been read.</summary>
    public readonly void EnsureEnd()
    {
        if (!IsAtEnd)
            throw new CborFormatException($"CBOR: {_bytes.Length - Offset} bytes follow the value", Offset);
    }

    private void Skip(int depth)
    {
        int at = Offset;
        if (depth == 0)
            throw new CborFormatException($"CBOR: nested deeper than {MaxDepth}", at);
        if (Offset < _bytes.Length && _bytes[Offset] is 0xf4 or 0xf5 or 0xf6)
        {
            Offset++;
            return;
        }

        switch (PeekMajor())
        {
            case CborMajor.Unsigned or CborMajor.Negative:
                ReadAnyHead(out _);
                break;
            case CborMajor.Bytes:
                ReadBytes(int.MaxValue);
                break;
            case CborMajor.Text:
                ReadText(int.MaxValue);
                break;
            case CborMajor.Array:
                for (int n = ReadArrayHeader(int.MaxValue); n > 0; n--)
                    Skip(depth - 1);
                break;
            case CborMajor.Map:
                SkipMap(depth);
                break;
            case CborMajor.Tag:
                ReadCid();
                break;
            default:
                throw new CborFormatException($"CBOR: 0x{_bytes[at]:x2} is neither a boolean nor null", at);
        }
    }

    private void SkipMap(int depth)
    {
        ReadOnlySpan<byte> previous = default;
        int pairs = ReadMapHeader(int.MaxValue);
        for (int i = 0; i < pairs; i++)
        {
            int at = Offset;
            ReadText(int.MaxValue);
            ReadOnlySpan<byte> key = _bytes[at..Offset];
            // Heads are shortest, so byte order of the encoded keys is DAG-CBOR's order: shorter first, then bytewise.
            if (i > 0 && previous.SequenceCompareTo(key) >= 0)
                throw new CborFormatException("CBOR: map keys are not in strictly ascending order", at);
            previous = key;
            Skip(depth - 1);
        }
    }

    private ulong ReadHead(CborMajor expected, string what)
    {
        int at = Offset;
        CborMajor major = ReadAnyHead(out ulong value);
        return major == expected ? value : throw Unexpected(what, major, at);
    }

    private CborMajor ReadAnyHead(out ulong value)
    {
        int at = Offset;
        byte head = Next();
        var major = (CborMajor)(head >> 5);
        int info = head & 31;
        if (major == CborMajor.Simple)
        {
            value = (ulong)info;
            return major;
        }

        if (info < 24)
        {
            value = (ulong)info;
            return major;
        }

        if (info > 27)
            throw new CborFormatException($"CBOR: head 0x{head:x2} is reserved or of indefinite length", at);
        int size = 1 << (info - 24);
        if (_bytes.Length - Offset < size)
            throw new CborFormatException("CBOR: the bytes end inside a head", _bytes.Length);
        ReadOnlySpan<byte> argument = _bytes.Slice(Offset, size);
        Offset += size;
        value = size switch
        {
            1 => argument[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(argument),
            4 => BinaryPrimitives.ReadUInt32BigEndian(argument),
            _ => BinaryPrimitives.ReadUInt64BigEndian(argument),
        };
        ulong least = size switch { 1 => 24, 2 => 0x100, 4 => 0x1_0000, _ => 0x1_0000_0000 };
        return value >= least ? major : throw new CborFormatException($"CBOR: {value} is not written in its shortest form", at);
    }

    private readonly CborMajor PeekMajor() =>
        Offset < _bytes.Length ? (CborMajor)(_bytes[Offset] >> 5) : throw new CborFormatException("CBOR: the bytes end before a value", Offset);

    private byte Next() =>
        Offset < _bytes.Length ? _bytes[Offset++] : throw new CborFormatException("CBOR: the bytes end before a value", Offset);

    private ReadOnlySpan<byte> Take(ulong length, int maxLength, int at)
    {
        if (length > (ulong)maxLength)
            throw new CborFormatException($"CBOR: a string of {length} bytes, at most {maxLength} are allowed", at);
        if (length > (ulong)(_bytes.Length - Offset))
            throw new CborFormatException($"CBOR: a string of {length} bytes, {_bytes.Length - Offset} are left", at);
        ReadOnlySpan<byte> taken = _bytes.Slice(Offset, (int)length);
        Offset += (int)length;
        return taken;
    }

    private readonly int Count(ulong count, int max, int bytesEach, int at)
    {
        if (count > (ulong)max)
            throw new CborFormatException($"CBOR: {count} elements, at most {max} are allowed", at);
        return count <= (ulong)((_bytes.Length - Offset) / bytesEach)
            ? (int)count
            : throw new CborFormatException($"CBOR: {count} elements do not fit the {_bytes.Length - Offset} bytes left", at);
    }

    private static CborFormatException Unexpected(string expected, CborMajor found, int at) =>
        new($"CBOR: expected {expected}, found major type {(int)found}", at);
}

/// <summary>The major types of CBOR (RFC 8949, section 3.1).</summary>
internal enum CborMajor
{
    Unsigned = 0,
    Negative = 1,
    Bytes = 2,
    Text = 3,
    Array = 4,
    Map = 5,
    Tag = 6,
    Simple = 7,
}
