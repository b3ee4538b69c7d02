using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>Addresses in JSON as their text; the empty string and <see cref="Address.UndefinedText"/> read as the undefined address.</summary>
public sealed class AddressJsonConverter : JsonConverter<Address>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override Address Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("address: expected a string");
        string text = reader.GetString()!;
        if (text.Length == 0 || text == Address.UndefinedText)
            return default;
        return Address.TryParse(text, out Address address)
            ? address : throw new JsonException($"address: '{ChainFormatException.Excerpt(text)}' is not an address");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
