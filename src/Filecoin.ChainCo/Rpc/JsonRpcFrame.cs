using System.Buffers;
using System.Text.Json;

namespace Filecoin.ChainCo.Rpc;

/// <summary>One JSON-RPC object as received: a response, a request or a notification. The members are slices of the received bytes.</summary>
internal readonly ref struct JsonRpcFrame
{
    /// <summary>Deepest nesting accepted; the deepest Lotus answers stay below 20.</summary>
    public const int MaxDepth = 64;

    public bool HasId { get; private init; }

    /// <summary>The id when it is an integer in our range; ids we sent always are.</summary>
    public long? NumericId { get; private init; }

    public string? Method { get; private init; }

    public ReadOnlyMemory<byte> Params { get; private init; }

    public bool HasResult { get; private init; }

    public ReadOnlyMemory<byte> Result { get; private init; }

    public JsonRpcError? Error { get; private init; }

    /// <summary>Reads one object and nothing after it.</summary>
    /// <exception cref="JsonException">The bytes are not such an object.</exception>
    public static JsonRpcFrame Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return ParseObject(json);
        }
        catch (InvalidOperationException e)
        {
            // The reader's way to say that a string is not UTF-8 or has a lone surrogate.
            throw new JsonException(e.Message, e);
        }
    }

    private static JsonRpcFrame ParseObject(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected a JSON-RPC object");
        bool hasId = false, hasResult = false;
        long? id = null;
        string? method = null;
        ReadOnlyMemory<byte> parameters = default, result = default;
        JsonRpcError? error = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                hasId = reader.TokenType != JsonTokenType.Null;
                id = ReadId(ref reader);
            }
            else if (reader.ValueTextEquals("method"u8))
            {
                reader.Read();
                method = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException("expected a string under \"method\"");
            }
            else if (reader.ValueTextEquals("params"u8))
            {
                parameters = ReadSlice(ref reader, json);
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                result = ReadSlice(ref reader, json);
                hasResult = true;
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                error = JsonRpcError.Read(ref reader, json);
            }
            else
            {
                ReadSlice(ref reader, json);
            }
        }

        if (reader.TokenType != JsonTokenType.EndObject)
            throw new JsonException("the JSON-RPC object does not end");
        if (reader.Read())
            throw new JsonException("data after the JSON-RPC object");
        return new JsonRpcFrame
        {
            HasId = hasId, NumericId = id, Method = method, Params = parameters, HasResult = hasResult, Result = result, Error = error,
        };
    }

    /// <summary>Writes a request, or a notification when there is no id.</summary>
    public static ReadOnlyMemory<byte> Request(long? id, string method, ReadOnlyMemory<byte> parameters)
    {
        var buffer = new ArrayBufferWriter<byte>(parameters.Length + method.Length + 64);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            if (id is { } number)
                writer.WriteNumber("id"u8, number);
            writer.WriteString("method"u8, method);
            writer.WritePropertyName("params"u8);
            if (parameters.IsEmpty)
                writer.WriteRawValue("[]"u8, skipInputValidation: true);
            else
                writer.WriteRawValue(parameters.Span);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    internal static ReadOnlyMemory<byte> ReadSlice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static long? ReadId(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return reader.TryGetInt64(out long number) ? number : null;
            case JsonTokenType.String:
                // Some daemons answer a numeric id as a string.
                return long.TryParse(reader.GetString(), System.Globalization.CultureInfo.InvariantCulture, out long text) ? text : null;
            case JsonTokenType.Null:
                return null;
            default:
                throw new JsonException("expected a string or a number under \"id\"");
        }
    }
}

/// <summary>The error member of a response.</summary>
internal sealed record JsonRpcError(int Code, string Message, string? Data)
{
    public RpcErrorException ToException(string method) => new(method, Code, Message) { ErrorData = Data };

    public static JsonRpcError? Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected an object under \"error\"");
        int code = RpcErrorCode.Generic;
        string message = "";
        string? data = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("code"u8))
            {
                reader.Read();
                code = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int value) ? value : throw new JsonException("expected an integer under \"code\"");
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                message = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    reader.Skip();
            }
            else
            {
                bool isData = reader.ValueTextEquals("data"u8) || reader.ValueTextEquals("meta"u8);
                ReadOnlyMemory<byte> slice = JsonRpcFrame.ReadSlice(ref reader, json);
                if (isData && !slice.Span.SequenceEqual("null"u8))
                    data = System.Text.Encoding.UTF8.GetString(slice.Span);
            }
        }

        return new JsonRpcError(code, message, data);
    }
}
