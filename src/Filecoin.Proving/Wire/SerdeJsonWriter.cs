using System.Text.Json;

namespace Filecoin.Proving.Wire;

/// <summary>Writes JSON as serde_json does: no white space, byte arrays as arrays of decimal numbers, properties in the order of the struct.</summary>
internal static class SerdeJsonWriter
{
    /// <summary>Options under which the writer's output equals serde_json's compact form.</summary>
    public static JsonWriterOptions Options => new() { Indented = false, SkipValidation = true };

    /// <summary>A byte array: <c>[1,2,255]</c>.</summary>
    public static void WriteByteArray(this Utf8JsonWriter json, ReadOnlySpan<byte> bytes)
    {
        const int Longest = 256;
        if (bytes.Length > Longest)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes.Length, $"At most {Longest} bytes at once.");
        Span<byte> text = stackalloc byte[(4 * Longest) + 2];
        var at = 0;
        text[at++] = (byte)'[';
        foreach (var value in bytes)
        {
            if (at > 1)
                text[at++] = (byte)',';
            if (value >= 100)
                text[at++] = (byte)('0' + (value / 100));
            if (value >= 10)
                text[at++] = (byte)('0' + (value / 10 % 10));
            text[at++] = (byte)('0' + (value % 10));
        }

        text[at++] = (byte)']';
        json.WriteRawValue(text[..at], skipInputValidation: true);
    }

    /// <summary>An array of 32-byte nodes, each an array of numbers.</summary>
    public static void WriteNodes(this Utf8JsonWriter json, ReadOnlySpan<byte> nodes)
    {
        json.WriteStartArray();
        for (var i = 0; i < nodes.Length; i += 32)
            json.WriteByteArray(nodes.Slice(i, 32));
        json.WriteEndArray();
    }

    /// <summary>A named byte array.</summary>
    public static void WriteByteArray(this Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes)
    {
        json.WritePropertyName(name);
        json.WriteByteArray(bytes);
    }
}
