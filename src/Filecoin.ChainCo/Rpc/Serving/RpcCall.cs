using System.Text.Json;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>
/// One call of a client, as slices of the bytes received. Only the frame is read; what stands in the parameters is only checked to be JSON.
/// </summary>
/// <param name="Id">The id as written; empty for a notification.</param>
/// <param name="Method">The method's name as written.</param>
/// <param name="Params">The parameters, a JSON array.</param>
internal readonly record struct RpcCall(ReadOnlyMemory<byte> Id, string Method, ReadOnlyMemory<byte> Params)
{
    /// <summary>Deepest nesting accepted.</summary>
    public const int MaxDepth = JsonRpcFrame.MaxDepth;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };
    private static readonly ReadOnlyMemory<byte> NoParams = "[]"u8.ToArray();

    /// <summary>True when no answer is wanted.</summary>
    public bool IsNotification => Id.IsEmpty;

    /// <summary>The methods of a connection that concern the connection: <c>xrpc.cancel</c>.</summary>
    public const string CancelMethod = "xrpc.cancel";

    /// <summary>Reads one call and nothing after it.</summary>
    /// <param name="json">The object.</param>
    /// <param name="names">The methods that exist.</param>
    /// <param name="id">The id as far as it was read: errors are answered under it.</param>
    /// <exception cref="RpcFaultException">Not JSON, or not a call.</exception>
    public static RpcCall Parse(ReadOnlyMemory<byte> json, IRpcDispatcher names, out ReadOnlyMemory<byte> id)
    {
        id = default;
        try
        {
            return ParseObject(json, names, out id);
        }
        catch (JsonException e)
        {
            throw RpcFaultException.Parse($"Parse error: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            // The reader's way to say that a string is not UTF-8 or has a lone surrogate.
            throw RpcFaultException.Parse("Parse error: a string is not UTF-8");
        }
    }

    /// <summary>The calls of a batch, in order; each is still to be parsed.</summary>
    /// <exception cref="RpcFaultException">The array is not JSON, is empty or too long.</exception>
    public static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> json, int most)
    {
        var calls = new List<ReadOnlyMemory<byte>>();
        try
        {
            var reader = new Utf8JsonReader(json.Span, Options);
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (calls.Count == most)
                    throw RpcFaultException.InvalidRequest($"Invalid request: more than {most} calls in a batch");
                calls.Add(json[start..(int)reader.BytesConsumed]);
            }

            if (reader.Read())
                throw RpcFaultException.Parse("Parse error: data after the batch");
        }
        catch (JsonException e)
        {
            throw RpcFaultException.Parse($"Parse error: {e.Message}");
        }

        return calls.Count > 0 ? calls : throw RpcFaultException.InvalidRequest("Invalid request: an empty batch");
    }

    /// <summary>The first byte that is not white space; 0 when there is none.</summary>
    public static byte FirstByte(ReadOnlySpan<byte> json)
    {
        int at = json.IndexOfAnyExcept(" \t\r\n"u8);
        return at < 0 ? (byte)0 : json[at];
    }

    private static RpcCall ParseObject(ReadOnlyMemory<byte> json, IRpcDispatcher names, out ReadOnlyMemory<byte> id)
    {
        id = default;
        var reader = new Utf8JsonReader(json.Span, Options);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw RpcFaultException.InvalidRequest("Invalid request: expected an object");
        bool hasId = false, badId = false;
        string? method = null;
        ReadOnlyMemory<byte>? parameters = null;
        string? fault = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                badId |= hasId;
                hasId = true;
                ReadOnlyMemory<byte> value = JsonRpcFrame.ReadSlice(ref reader, json);
                badId |= reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null);
                id = badId || reader.TokenType == JsonTokenType.Null ? default : value;
            }
            else if (reader.ValueTextEquals("method"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String || method is not null)
                {
                    fault ??= "expected one string under \"method\"";
                    reader.Skip();
                    continue;
                }

                // A known name is found without making a string; any other is made one for the answer's words.
                method = (reader.ValueIsEscaped ? null : names.NameOf(reader.ValueSpan)) ?? reader.GetString()!;
            }
            else if (reader.ValueTextEquals("params"u8))
            {
                ReadOnlyMemory<byte> value = JsonRpcFrame.ReadSlice(ref reader, json);
                if (parameters is not null || reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.Null))
                    fault ??= "expected one array under \"params\"";
                parameters = reader.TokenType == JsonTokenType.Null ? NoParams : value;
            }
            else if (reader.ValueTextEquals("jsonrpc"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String || !reader.ValueTextEquals("2.0"u8))
                    fault ??= "expected \"2.0\" under \"jsonrpc\"";
                reader.Skip();
            }
            else
            {
                JsonRpcFrame.ReadSlice(ref reader, json);
            }
        }

        if (reader.Read())
            throw RpcFaultException.Parse("Parse error: data after the call");
        if (badId)
            throw RpcFaultException.InvalidRequest("Invalid request: expected one string or number under \"id\"");
        if (fault is not null || method is null)
            throw RpcFaultException.InvalidRequest($"Invalid request: {fault ?? "no method"}");
        return new RpcCall(id, method, parameters ?? NoParams);
    }
}
