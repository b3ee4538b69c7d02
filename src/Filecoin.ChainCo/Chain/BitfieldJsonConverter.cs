using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>Bitfields in JSON as run lengths, unset first; null reads as the empty set.</summary>
public sealed class BitfieldJsonConverter : JsonConverter<Bitfield>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override Bitfield Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return Bitfield.Empty;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("bitfield: expected an array of run lengths");
        var lengths = new List<ulong>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetUInt64(out ulong length))
                throw new JsonException("bitfield: expected a run length");
            lengths.Add(length);
        }

        try
        {
            return Bitfield.FromRunLengths(lengths);
        }
        catch (BitfieldFormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Bitfield value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartArray();
        foreach (ulong length in (value ?? Bitfield.Empty).ToRunLengths())
            writer.WriteNumberValue(length);
        writer.WriteEndArray();
    }
}
