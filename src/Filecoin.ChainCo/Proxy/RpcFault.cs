using System.Globalization;
using System.Text;
using System.Text.Json;
using Filecoin.ChainCo.Rpc;

namespace Filecoin.ChainCo.Proxy;

/// <summary>A call that ends in a JSON-RPC error for the client.</summary>
internal sealed class RpcFaultException(int code, string message, int status = 200) : Exception(message)
{
    /// <summary>The JSON-RPC code.</summary>
    public int Code { get; } = code;

    /// <summary>The HTTP status: 200 when the call itself failed, 400 and 500 when the protocol did, as Lotus answers.</summary>
    public int Status { get; } = status;

    /// <summary>The daemon's error object, byte for byte, when it is the daemon's error.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }

    public static RpcFaultException Parse(string message) => new(RpcErrorCode.Parse, message, 500);

    public static RpcFaultException InvalidRequest(string message) => new(RpcErrorCode.InvalidRequest, message, 400);

    public static RpcFaultException NotFound(string method) => new(RpcErrorCode.MethodNotFound, $"method '{method}' not found", 500);

    public static RpcFaultException InvalidParams(string message) => new(RpcErrorCode.InvalidParams, message, 500);

    public static RpcFaultException Unavailable(string message) => new(RpcErrorCode.Internal, message, 500);

    public static RpcFaultException Refused(string message) => new(RpcErrorCode.Generic, message);

    public static RpcFaultException Of(RpcException error) => error switch
    {
        RpcErrorException e => new RpcFaultException(e.Code, e.ErrorMessage, StatusOf(e.Code)) { Raw = Encode(e) },
        _ => Unavailable(error.Message),
    };

    /// <summary>The error member of a response.</summary>
    public ReadOnlyMemory<byte> ToJson() => Raw.IsEmpty ? Encode(Code, Message, null) : Raw;

    private static int StatusOf(int code) => code switch
    {
        RpcErrorCode.InvalidRequest => 400,
        RpcErrorCode.Parse or RpcErrorCode.MethodNotFound or RpcErrorCode.InvalidParams or RpcErrorCode.Internal => 500,
        _ => 200,
    };

    private static ReadOnlyMemory<byte> Encode(RpcErrorException e) => Encode(e.Code, e.ErrorMessage, e.ErrorData);

    private static ReadOnlyMemory<byte> Encode(int code, string message, string? data) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"code\":{code},\"message\":\"{JsonEncodedText.Encode(message)}\"{(data is null ? "" : $",\"data\":{data}")}}}"));
}
