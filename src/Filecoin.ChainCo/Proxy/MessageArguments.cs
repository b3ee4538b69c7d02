using System.Buffers;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>What routing needs of a message that a daemon is to number: its sender and its name.</summary>
internal static class MessageArguments
{
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
