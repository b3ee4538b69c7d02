using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>CIDs in JSON as IPLD links: <c>{"/":"bafy…"}</c>; null is the undefined CID.</summary>
public sealed class CidJsonConverter : JsonConverter<Cid>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override Cid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("CID: expected an object with the member \"/\"");
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("/"u8))
            throw new JsonException("CID: expected the member \"/\"");
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("CID: expected a string under \"/\"");
        if (!Cid.TryParse(reader.GetString(), out Cid cid))
            throw new JsonException("CID: the text under \"/\" is not a CID");
        reader.Read();
        return reader.TokenType == JsonTokenType.EndObject ? cid : throw new JsonException("CID: \"/\" must be the only member");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Cid value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (!value.IsDefined)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("/"u8, value.ToString());
        writer.WriteEndObject();
    }
}
