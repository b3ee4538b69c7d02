using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain.Actors;

/// <summary>A deal's label: text or bytes, at most 256 bytes either way. JSON: text as it is, bytes have no form there.</summary>
[JsonConverter(typeof(DealLabelJsonConverter))]
public sealed record DealLabel : ICborValue<DealLabel>
{
    /// <summary>Longest label in bytes (builtin-actors, DEAL_MAX_LABEL_SIZE).</summary>
    public const int MaxLength = 256;

    /// <summary>Creates a text label.</summary>
    public DealLabel(string text) => Text = text ?? throw new ArgumentNullException(nameof(text));

    /// <summary>Creates a byte label.</summary>
    public DealLabel(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

    /// <summary>The text, null when the label is bytes.</summary>
    public string? Text { get; }

    /// <summary>The bytes when the label is not text.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (Text is not null)
            writer.WriteText(Text);
        else
            writer.WriteBytes(Bytes.Span);
    }

    /// <inheritdoc/>
    public static DealLabel ReadCbor(ref DagCborReader reader) =>
        reader.IsNextText ? new DealLabel(reader.ReadText(MaxLength)) : new DealLabel(reader.ReadBytes(MaxLength).ToArray());
}

/// <summary>Deal labels in JSON as strings, as Lotus writes them.</summary>
public sealed class DealLabelJsonConverter : JsonConverter<DealLabel>
{
    /// <inheritdoc/>
    public override DealLabel Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new DealLabel(reader.GetString()!) : throw new JsonException("deal label: expected a string");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DealLabel value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStringValue(value.Text ?? throw new JsonException("deal label: bytes have no JSON form"));
    }
}
