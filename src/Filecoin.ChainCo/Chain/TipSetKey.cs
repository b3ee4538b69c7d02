using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>
/// The name of a tipset: its block CIDs in tipset order. Immutable; keys with the same CIDs in another order are different keys.
/// The empty key stands for the head in daemon calls. JSON: an array of links.
/// </summary>
[JsonConverter(typeof(TipSetKeyJsonConverter))]
public sealed class TipSetKey : IEquatable<TipSetKey>, ICborValue<TipSetKey>
{
    /// <summary>Most blocks that a key may name; a real tipset has about five, never a hundred.</summary>
    public const int MaxBlocks = 255;

    private readonly byte[] _bytes;

    /// <summary>Creates a key of CIDs that are in order.</summary>
    /// <exception cref="ChainFormatException">Too many CIDs, or an undefined one.</exception>
    public TipSetKey(IEnumerable<Cid> cids)
    {
        Cids = [.. cids];
        if (Cids.Count > MaxBlocks)
            throw new ChainFormatException($"tipset key: {Cids.Count} blocks, at most {MaxBlocks} are allowed");
        using var bytes = new MemoryStream(Cids.Count * 38);
        foreach (Cid cid in Cids)
        {
            if (!cid.IsDefined)
                throw new ChainFormatException("tipset key: an undefined CID");
            bytes.Write(cid.Bytes);
        }

        _bytes = bytes.ToArray();
    }

    /// <summary>The key of no blocks.</summary>
    public static TipSetKey Empty { get; } = new([]);

    /// <summary>The block CIDs.</summary>
    public IReadOnlyList<Cid> Cids { get; }

    /// <summary>True for the key of no blocks.</summary>
    public bool IsEmpty => _bytes.Length == 0;

    /// <summary>The CIDs one after the other.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The CID of the key itself: of its bytes as a CBOR byte string (FIP-0054, the Ethereum block hash).</summary>
    public Cid Cid => DagCbor.CidOf(this);

    /// <summary>Reads CIDs one after the other.</summary>
    /// <exception cref="ChainFormatException">The bytes are not CIDs.</exception>
    public static TipSetKey FromBytes(ReadOnlySpan<byte> bytes)
    {
        var cids = new List<Cid>();
        while (!bytes.IsEmpty)
        {
            bytes = bytes[Cid.ReadPrefix(bytes, out Cid cid)..];
            cids.Add(cid);
            if (cids.Count > MaxBlocks)
                break;
        }

        return new TipSetKey(cids);
    }

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteBytes(_bytes);
    }

    /// <inheritdoc/>
    public static TipSetKey ReadCbor(ref DagCborReader reader)
    {
        int at = reader.Offset;
        try
        {
            return FromBytes(reader.ReadBytes());
        }
        catch (ChainFormatException e) when (e is not CborFormatException)
        {
            throw new CborFormatException(e.Message, at);
        }
    }

    /// <inheritdoc/>
    public bool Equals(TipSetKey? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TipSetKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>The CIDs in braces.</summary>
    public override string ToString() => $"{{{string.Join(',', Cids)}}}";
}

/// <summary>Tipset keys in JSON as arrays of links; null reads as the empty key.</summary>
public sealed class TipSetKeyJsonConverter : JsonConverter<TipSetKey>
{
    private static readonly CidJsonConverter Links = new();

    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override TipSetKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return TipSetKey.Empty;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("tipset key: expected an array of links");
        var cids = new List<Cid>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Cid cid = Links.Read(ref reader, typeof(Cid), options);
            if (!cid.IsDefined || cids.Count == TipSetKey.MaxBlocks)
                throw new JsonException($"tipset key: expected at most {TipSetKey.MaxBlocks} links");
            cids.Add(cid);
        }

        return cids.Count == 0 ? TipSetKey.Empty : new TipSetKey(cids);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TipSetKey value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartArray();
        foreach (Cid cid in (value ?? TipSetKey.Empty).Cids)
            Links.Write(writer, cid, options);
        writer.WriteEndArray();
    }
}
