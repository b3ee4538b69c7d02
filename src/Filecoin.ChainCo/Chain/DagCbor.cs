namespace Filecoin.ChainCo.Chain;

/// <summary>A value with one CBOR encoding on the chain, usually an array of its fields in the order of builtin-actors.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface ICborValue<TSelf>
    where TSelf : ICborValue<TSelf>
{
    /// <summary>Writes the value.</summary>
    void WriteCbor(DagCborWriter writer);

    /// <summary>Reads one value.</summary>
    /// <exception cref="CborFormatException">The bytes are not such a value.</exception>
    static abstract TSelf ReadCbor(ref DagCborReader reader);
}

/// <summary>Whole values to and from bytes, and the fields that chain records are made of.</summary>
public static class DagCbor
{
    /// <summary>The bytes of a value.</summary>
    public static byte[] Encode<T>(T value)
        where T : ICborValue<T>
    {
        var writer = new DagCborWriter();
        value.WriteCbor(writer);
        return writer.ToArray();
    }

    /// <summary>The value of bytes, all of which must belong to it.</summary>
    /// <exception cref="CborFormatException">The bytes are not exactly one such value.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> bytes)
        where T : ICborValue<T>
    {
        var reader = new DagCborReader(bytes);
        T value = T.ReadCbor(ref reader);
        reader.EnsureEnd();
        return value;
    }

    /// <summary>The CID of a value: version 1, DAG-CBOR, BLAKE2b-256.</summary>
    public static Cid CidOf<T>(T value)
        where T : ICborValue<T>
    {
        var writer = new DagCborWriter();
        value.WriteCbor(writer);
        return Cid.OfDagCbor(writer.WrittenSpan);
    }

    /// <summary>Fails unless <paramref name="bytes"/> are exactly one deterministic value.</summary>
    /// <exception cref="CborFormatException">They are not.</exception>
    public static void Validate(ReadOnlySpan<byte> bytes)
    {
        var reader = new DagCborReader(bytes);
        reader.SkipValue();
        reader.EnsureEnd();
    }

    /// <summary>Writes an address as a byte string.</summary>
    /// <exception cref="ChainFormatException">The address is undefined.</exception>
    public static void WriteAddress(this DagCborWriter writer, Address address)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (!address.IsDefined)
            throw new ChainFormatException("CBOR: an undefined address has no encoding");
        writer.WriteBytes(address.Bytes);
    }

    /// <summary>Reads an address.</summary>
    public static Address ReadAddress(this ref DagCborReader reader)
    {
        int at = reader.Offset;
        try
        {
            return Address.FromBytes(reader.ReadBytes(64));
        }
        catch (AddressFormatException e)
        {
            throw new CborFormatException(e.Message, at);
        }
    }

    /// <summary>Writes a value, or null.</summary>
    public static void WriteOptional<T>(this DagCborWriter writer, T? value)
        where T : class, ICborValue<T>
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value is null)
            writer.WriteNull();
        else
            value.WriteCbor(writer);
    }

    /// <summary>Reads a value, or null.</summary>
    public static T? ReadOptional<T>(this ref DagCborReader reader)
        where T : class, ICborValue<T> => reader.TryReadNull() ? null : T.ReadCbor(ref reader);

    /// <summary>Writes a link, or null for the undefined CID.</summary>
    public static void WriteOptionalCid(this DagCborWriter writer, Cid? cid)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (cid is { IsDefined: true } defined)
            writer.WriteCid(defined);
        else
            writer.WriteNull();
    }

    /// <summary>Reads a link, or null.</summary>
    public static Cid? ReadOptionalCid(this ref DagCborReader reader) => reader.TryReadNull() ? null : reader.ReadCid();

    /// <summary>Writes an array of values.</summary>
    public static void WriteList<T>(this DagCborWriter writer, IReadOnlyList<T> values)
        where T : ICborValue<T>
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(values);
        writer.WriteArrayHeader(values.Count);
        foreach (T value in values)
            value.WriteCbor(writer);
    }

    /// <summary>Reads an array of values.</summary>
    public static IReadOnlyList<T> ReadList<T>(this ref DagCborReader reader, int max = DagCborReader.DefaultMaxElements)
        where T : ICborValue<T>
    {
        int count = reader.ReadArrayHeader(max);
        var values = new List<T>(Math.Min(count, 256));
        for (int i = 0; i < count; i++)
            values.Add(T.ReadCbor(ref reader));
        return values;
    }

    /// <summary>Writes an array of unsigned integers.</summary>
    public static void WriteNumbers(this DagCborWriter writer, IReadOnlyList<ulong> values)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(values);
        writer.WriteArrayHeader(values.Count);
        foreach (ulong value in values)
            writer.WriteUInt64(value);
    }

    /// <summary>Reads an array of unsigned integers.</summary>
    public static IReadOnlyList<ulong> ReadNumbers(this ref DagCborReader reader, int max = DagCborReader.DefaultMaxElements)
    {
        ulong[] values = new ulong[reader.ReadArrayHeader(max)];
        for (int i = 0; i < values.Length; i++)
            values[i] = reader.ReadUInt64();
        return values;
    }

    /// <summary>Writes an array of links.</summary>
    public static void WriteCids(this DagCborWriter writer, IReadOnlyList<Cid> values)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(values);
        writer.WriteArrayHeader(values.Count);
        foreach (Cid value in values)
            writer.WriteCid(value);
    }

    /// <summary>Reads an array of links.</summary>
    public static IReadOnlyList<Cid> ReadCids(this ref DagCborReader reader, int max = DagCborReader.DefaultMaxElements)
    {
        var values = new Cid[reader.ReadArrayHeader(max)];
        for (int i = 0; i < values.Length; i++)
            values[i] = reader.ReadCid();
        return values;
    }

    /// <summary>Writes an array of addresses.</summary>
    public static void WriteAddresses(this DagCborWriter writer, IReadOnlyList<Address> values)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(values);
        writer.WriteArrayHeader(values.Count);
        foreach (Address value in values)
            writer.WriteAddress(value);
    }

    /// <summary>Reads an array of addresses.</summary>
    public static IReadOnlyList<Address> ReadAddresses(this ref DagCborReader reader, int max = DagCborReader.DefaultMaxElements)
    {
        var values = new Address[reader.ReadArrayHeader(max)];
        for (int i = 0; i < values.Length; i++)
            values[i] = reader.ReadAddress();
        return values;
    }

    /// <summary>Writes an array of byte strings.</summary>
    public static void WriteByteStrings(this DagCborWriter writer, IReadOnlyList<ReadOnlyMemory<byte>> values)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(values);
        writer.WriteArrayHeader(values.Count);
        foreach (ReadOnlyMemory<byte> value in values)
            writer.WriteBytes(value.Span);
    }

    /// <summary>Reads an array of byte strings.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ReadByteStrings(this ref DagCborReader reader, int max = DagCborReader.DefaultMaxElements)
    {
        var values = new ReadOnlyMemory<byte>[reader.ReadArrayHeader(max)];
        for (int i = 0; i < values.Length; i++)
            values[i] = reader.ReadBytes().ToArray();
        return values;
    }

    /// <summary>Writes an unsigned integer, or null.</summary>
    public static void WriteOptionalNumber(this DagCborWriter writer, ulong? value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value is { } number)
            writer.WriteUInt64(number);
        else
            writer.WriteNull();
    }

    /// <summary>Reads an unsigned integer, or null.</summary>
    public static ulong? ReadOptionalNumber(this ref DagCborReader reader) => reader.TryReadNull() ? null : reader.ReadUInt64();

    /// <summary>Writes an address, or null.</summary>
    public static void WriteOptionalAddress(this DagCborWriter writer, Address? address)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (address is { IsDefined: true } defined)
            writer.WriteAddress(defined);
        else
            writer.WriteNull();
    }

    /// <summary>Reads an address, or null.</summary>
    public static Address? ReadOptionalAddress(this ref DagCborReader reader) => reader.TryReadNull() ? null : reader.ReadAddress();
}
