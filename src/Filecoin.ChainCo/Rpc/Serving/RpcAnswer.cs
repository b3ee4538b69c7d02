using System.Buffers;
using System.Globalization;
using System.Text;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>Responses as bytes: the frame around a result or an error that is JSON already.</summary>
internal static class RpcAnswer
{
    private static ReadOnlySpan<byte> BeforeResult => "{\"jsonrpc\":\"2.0\",\"result\":"u8;

    private static ReadOnlySpan<byte> BeforeId => ",\"id\":"u8;

    /// <summary>A response with a result.</summary>
    public static void WriteResult(IBufferWriter<byte> to, ReadOnlySpan<byte> id, ReadOnlySpan<byte> result)
    {
        to.Write(BeforeResult);
        to.Write(result.IsEmpty ? "null"u8 : result);
        to.Write(BeforeId);
        to.Write(id);
        to.Write("}"u8);
    }

    /// <summary>How many bytes <see cref="WriteResult"/> writes.</summary>
    public static int ResultLength(ReadOnlySpan<byte> id, ReadOnlySpan<byte> result) =>
        BeforeResult.Length + (result.IsEmpty ? "null".Length : result.Length) + BeforeId.Length + id.Length + 1;

    /// <summary>A value of a channel.</summary>
    public static byte[] ChannelValue(long channel, ReadOnlySpan<byte> value) =>
        [.. "{\"jsonrpc\":\"2.0\",\"method\":\"xrpc.ch.val\",\"params\":["u8, .. Number(channel), (byte)',', .. value, .. "]}"u8];

    /// <summary>The end of a channel.</summary>
    public static byte[] ChannelClose(long channel) => [.. "{\"jsonrpc\":\"2.0\",\"method\":\"xrpc.ch.close\",\"params\":["u8, .. Number(channel), .. "]}"u8];

    /// <summary>A channel's number, as the result of the call that opened it.</summary>
    public static byte[] Number(long channel) => Encoding.ASCII.GetBytes(channel.ToString(CultureInfo.InvariantCulture));

    /// <summary>A response with an error; an id that could not be read is null.</summary>
    public static void WriteError(IBufferWriter<byte> to, ReadOnlySpan<byte> id, RpcFaultException fault)
    {
        to.Write("{\"jsonrpc\":\"2.0\",\"error\":"u8);
        to.Write(fault.ToJson().Span);
        to.Write(",\"id\":"u8);
        to.Write(id.IsEmpty ? "null"u8 : id);
        to.Write("}"u8);
    }
}
