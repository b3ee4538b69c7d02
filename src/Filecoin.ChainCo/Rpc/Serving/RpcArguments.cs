using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>A call's parameters as slices. The parameters were checked to be a JSON array.</summary>
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
            ? TipSetKey.Empty : Read(value, ChainJsonContext.Default.TipSetKey, position);
    }

    /// <summary>An address as written, which must be one.</summary>
    public static Address Address(ReadOnlyMemory<byte> parameters, int position) =>
        Read(At(parameters, position), ChainJsonContext.Default.Address, position) is { IsDefined: true } address
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
}
