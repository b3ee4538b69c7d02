using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Proxy;

/// <summary>What routing needs of a call's parameters. The parameters were checked to be a JSON array.</summary>
internal static class RpcArguments
{
    /// <summary>One parameter as written; empty when there are fewer.</summary>
    public static ReadOnlyMemory<byte> At(ReadOnlyMemory<byte> parameters, int position)
    {
        var reader = new Utf8JsonReader(parameters.Span, new JsonReaderOptions { MaxDepth = RpcCall.MaxDepth });
        reader.Read();
        for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (i == position)
                return parameters[start..(int)reader.BytesConsumed];
        }

        return default;
    }

    /// <summary>All parameters as written.</summary>
    public static List<ReadOnlyMemory<byte>> All(ReadOnlyMemory<byte> array)
    {
        var all = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(array.Span, new JsonReaderOptions { MaxDepth = RpcCall.MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw RpcFaultException.InvalidParams("expected an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            all.Add(array[start..(int)reader.BytesConsumed]);
        }

        return all;
    }

    /// <summary>A tipset key; empty for the head, or when the parameter is missing: the daemon counts the parameters.</summary>
    public static TipSetKey Key(ReadOnlyMemory<byte> parameters, int position)
    {
        ReadOnlyMemory<byte> value = At(parameters, position);
        return value.IsEmpty || value.Span.SequenceEqual("null"u8) || value.Span.SequenceEqual("[]"u8)
            ? TipSetKey.Empty : Read(value, ApiJsonContext.Default.TipSetKey, position);
    }

    /// <summary>An address as written, which must be one.</summary>
    public static Address Address(ReadOnlyMemory<byte> parameters, int position) =>
        Read(At(parameters, position), ApiJsonContext.Default.Address, position) is { IsDefined: true } address
            ? address : throw RpcFaultException.InvalidParams($"parameter {position}: expected an address");

    /// <summary>A value of a known form.</summary>
    /// <exception cref="RpcFaultException">Missing, or of another form.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> value, JsonTypeInfo<T> type, int position)
    {
        if (value.IsEmpty)
            throw RpcFaultException.InvalidParams($"wrong param count: parameter {position} is missing");
        try
        {
            return JsonSerializer.Deserialize(value.Span, type) ?? throw RpcFaultException.InvalidParams($"parameter {position}: expected a value, found null");
        }
        catch (Exception e) when (e is JsonException or ChainFormatException or InvalidOperationException or NotSupportedException)
        {
            throw RpcFaultException.InvalidParams($"parameter {position}: {e.Message}");
        }
    }

    /// <summary>
    /// A message's sender. Go reads member names in any case and takes the last of several, so a message that names a sender twice would have one sender
    /// here and another there: it is refused.
    /// </summary>
    public static Address Sender(ReadOnlyMemory<byte> message)
    {
        if (message.IsEmpty)
            throw RpcFaultException.InvalidParams("wrong param count: the message is missing");
        string? from = null;
        var reader = new Utf8JsonReader(message.Span, new JsonReaderOptions { MaxDepth = RpcCall.MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw RpcFaultException.InvalidParams("expected a message");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isFrom = string.Equals(reader.GetString(), "From", StringComparison.OrdinalIgnoreCase);
            reader.Read();
            if (isFrom && (from is not null || reader.TokenType != JsonTokenType.String))
                throw RpcFaultException.InvalidParams("message: expected one address under \"From\"");
            if (isFrom)
                from = reader.GetString();
            reader.Skip();
        }

        return Chain.Address.TryParse(from, out Address sender) && sender.IsDefined
            ? sender : throw RpcFaultException.InvalidParams("message: expected an address under \"From\"");
    }

    /// <summary>A send spec with a MsgUuid: the one that it has, or a new one.</summary>
    public static (byte[] Spec, Guid Uuid) WithUuid(ReadOnlyMemory<byte> spec, Guid fresh)
    {
        if (spec.IsEmpty || spec.Span.SequenceEqual("null"u8))
            return (Write([], fresh), fresh);
        var kept = new List<(string Name, ReadOnlyMemory<byte> Value)>();
        Guid uuid = Guid.Empty;
        var reader = new Utf8JsonReader(spec.Span, new JsonReaderOptions { MaxDepth = RpcCall.MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw RpcFaultException.InvalidParams("send spec: expected an object or null");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            bool isUuid = string.Equals(name, "MsgUuid", StringComparison.OrdinalIgnoreCase);
            if (isUuid && (reader.TokenType != JsonTokenType.String || !Guid.TryParseExact(reader.GetString(), "D", out uuid)))
                throw RpcFaultException.InvalidParams("send spec: expected a UUID under \"MsgUuid\"");
            reader.Skip();
            if (!isUuid)
                kept.Add((name, spec[start..(int)reader.BytesConsumed]));
        }

        uuid = uuid == Guid.Empty ? fresh : uuid;
        return (Write(kept, uuid), uuid);
    }

    /// <summary>A JSON array of values that are JSON already.</summary>
    public static byte[] Join(params ReadOnlySpan<ReadOnlyMemory<byte>> values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write("["u8);
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
                buffer.Write(","u8);
            buffer.Write(values[i].Span);
        }

        buffer.Write("]"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Write(List<(string Name, ReadOnlyMemory<byte> Value)> members, Guid uuid)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        if (members.Count == 0)
            writer.WriteString("MaxFee"u8, "0"u8);
        foreach ((string name, ReadOnlyMemory<byte> value) in members)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(value.Span);
        }

        writer.WriteString("MsgUuid"u8, uuid);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
