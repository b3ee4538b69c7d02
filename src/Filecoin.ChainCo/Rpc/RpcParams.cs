using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Rpc;

/// <summary>Positional parameters under construction: <c>new RpcParams().Add(miner).Add(7).Add(key).ToJson()</c>.</summary>
public sealed class RpcParams
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>No parameters.</summary>
    public static ReadOnlyMemory<byte> None { get; } = "[]"u8.ToArray();

    /// <summary>Adds a value.</summary>
    public RpcParams Add<T>(T value, JsonTypeInfo<T> type) => Append(writer => JsonSerializer.Serialize(writer, value, type));

    /// <summary>Adds an address.</summary>
    public RpcParams Add(Address value) => Add(value, ChainJsonContext.Default.Address);

    /// <summary>Adds a link.</summary>
    public RpcParams Add(Cid value) => Add(value, ChainJsonContext.Default.Cid);

    /// <summary>Adds a tipset key; the empty one is the head.</summary>
    public RpcParams Add(TipSetKey value) => Add(value, ChainJsonContext.Default.TipSetKey);

    /// <summary>Adds null, which daemons read as the absent value.</summary>
    public RpcParams AddNull() => Append(writer => writer.WriteNullValue());

    /// <summary>Adds a text.</summary>
    public RpcParams Add(string value) => Append(writer => writer.WriteStringValue(value));

    /// <summary>Adds an integer.</summary>
    public RpcParams Add(long value) => Append(writer => writer.WriteNumberValue(value));

    /// <summary>Adds an unsigned integer.</summary>
    public RpcParams Add(ulong value) => Append(writer => writer.WriteNumberValue(value));

    /// <summary>Adds a number.</summary>
    public RpcParams Add(double value) => Append(writer => writer.WriteNumberValue(value));

    /// <summary>Adds a boolean.</summary>
    public RpcParams Add(bool value) => Append(writer => writer.WriteBooleanValue(value));

    /// <summary>Adds bytes in base64.</summary>
    public RpcParams Add(ReadOnlyMemory<byte> value) => Append(writer => writer.WriteBase64StringValue(value.Span));

    /// <summary>The JSON array of what was added.</summary>
    public ReadOnlyMemory<byte> ToJson() => _buffer.WrittenCount == 0 ? None : (byte[])[.. _buffer.WrittenSpan, (byte)']'];

    private RpcParams Append(Action<Utf8JsonWriter> write)
    {
        _buffer.Write(_buffer.WrittenCount == 0 ? "["u8 : ","u8);
        using var writer = new Utf8JsonWriter(_buffer);
        write(writer);
        return this;
    }
}
