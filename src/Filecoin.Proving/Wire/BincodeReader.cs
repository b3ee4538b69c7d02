using System.Buffers.Binary;
using System.Globalization;
using Filecoin.Native.Fields;

namespace Filecoin.Proving.Wire;

/// <summary>Reads bincode 1.x from bytes in memory. Every length is known to the caller beforehand, so nothing is allocated on the word of the input.</summary>
internal ref struct BincodeReader(ReadOnlySpan<byte> bytes, string document)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Offset { get; private set; }

    public uint UInt32(string path) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, path));

    public ulong UInt64(string path) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, path));

    /// <summary>A length that the shape of the proof fixes.</summary>
    public void Length(int expected, string path)
    {
        var at = Offset;
        var found = UInt64(path);
        if (found != (ulong)expected)
            throw Malformed(at, path, $"{expected} elements", $"{found}");
    }

    /// <summary>An unsigned number below <paramref name="bound"/>.</summary>
    public ulong UInt64Below(ulong bound, string path)
    {
        var at = Offset;
        var found = UInt64(path);
        if (found >= bound)
            throw Malformed(at, path, $"a number below {bound}", found.ToString(CultureInfo.InvariantCulture));
        return found;
    }

    /// <summary>An unsigned number below <paramref name="bound"/>.</summary>
    public uint UInt32Below(uint bound, string path)
    {
        var at = Offset;
        var found = UInt32(path);
        if (found >= bound)
            throw Malformed(at, path, $"a number below {bound}", found.ToString(CultureInfo.InvariantCulture));
        return found;
    }

    /// <summary>The tag of an enum's variant.</summary>
    public void Variant(uint expected, string path)
    {
        var at = Offset;
        var found = UInt32(path);
        if (found != expected)
            throw Malformed(at, path, $"variant {expected}", found.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>32 bytes of any value.</summary>
    public void Bytes(scoped Span<byte> destination, string path) => Take(destination.Length, path).CopyTo(destination);

    /// <summary>Field elements of 32 bytes each, every one below the modulus.</summary>
    public void FieldElements(scoped Span<byte> destination, string path)
    {
        var at = Offset;
        var source = Take(destination.Length, path);
        for (var i = 0; i < source.Length; i += 32)
        {
            if (!Fr.TryRead(source.Slice(i, 32), out _))
                throw Malformed(at + i, path, "a canonical field element", "0x" + Convert.ToHexStringLower(source.Slice(i, 32)));
        }

        source.CopyTo(destination);
    }

    /// <summary>Nothing may follow the document.</summary>
    public readonly void End()
    {
        if (Offset != _bytes.Length)
            throw Malformed(Offset, "end", "the end of the document", $"{_bytes.Length - Offset} more bytes");
    }

    public readonly WireFormatException Malformed(int at, string path, string expected, string found) =>
        new(document, at, path, expected, found);

    private ReadOnlySpan<byte> Take(int count, string path)
    {
        if (_bytes.Length - Offset < count)
            throw Malformed(Offset, path, $"{count} bytes", $"{_bytes.Length - Offset}");
        var taken = _bytes.Slice(Offset, count);
        Offset += count;
        return taken;
    }
}
