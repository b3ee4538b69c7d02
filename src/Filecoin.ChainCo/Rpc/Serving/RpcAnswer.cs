using System.Buffers;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>Responses as bytes: the frame around a result or an error that is JSON already.</summary>
internal static class RpcAnswer
{
    /// <summary>A response with a result.</summary>
    public static void WriteResult(IBufferWriter<byte> to, ReadOnlySpan<byte> id, ReadOnlySpan<byte> result)
    {
        to.Write("{\"jsonrpc\":\"2.0\",\"result\":"u8);
        to.Write(result.IsEmpty ? "null"u8 : result);
        to.Write(",\"id\":"u8);
        to.Write(id);
        to.Write("}"u8);
    }

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
