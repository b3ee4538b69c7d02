using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>A call that ends in a JSON-RPC error for the client.</summary>
public sealed class RpcFaultException : Exception
{
    /// <summary>An error of the application or of the protocol.</summary>
    /// <param name="code">One of <see cref="RpcErrorCode"/>, or a code that client and server agree on.</param>
    /// <param name="message">What the client reads.</param>
    public RpcFaultException(int code, string message)
        : this(code, message, StatusOf(code))
    {
    }

    internal RpcFaultException(int code, string message, int status)
        : base(message)
    {
        Code = code;
        Status = status;
    }

    /// <summary>The JSON-RPC code.</summary>
    public int Code { get; }

    /// <summary>The HTTP status: 200 when the call itself failed, 400 and 500 when the protocol did, as Lotus answers.</summary>
    internal int Status { get; }

    /// <summary>The daemon's error object, byte for byte, when it is the daemon's error.</summary>
    internal ReadOnlyMemory<byte> Raw { get; init; }

    internal static RpcFaultException Parse(string message) => new(RpcErrorCode.Parse, message, 500);

    internal static RpcFaultException InvalidRequest(string message) => new(RpcErrorCode.InvalidRequest, message, 400);

    internal static RpcFaultException NotFound(string method) => new(RpcErrorCode.MethodNotFound, $"method '{method}' not found", 500);

    /// <summary>Wrong number or kind of parameters.</summary>
    public static RpcFaultException InvalidParams(string message) => new(RpcErrorCode.InvalidParams, message, 500);

    internal static RpcFaultException Unavailable(string message) => new(RpcErrorCode.Internal, message, 500);

    /// <summary>An error without a code of its own: the method ran and has no result.</summary>
    public static RpcFaultException Refused(string message) => new(RpcErrorCode.Generic, message);

    internal static RpcFaultException Of(RpcException error) => error switch
    {
        RpcErrorException e => new RpcFaultException(e.Code, e.ErrorMessage, StatusOf(e.Code)) { Raw = Encode(e) },
        _ => Unavailable(error.Message),
    };

    /// <summary>The error member of a response.</summary>
    internal ReadOnlyMemory<byte> ToJson() => Raw.IsEmpty ? Encode(Code, Message, null) : Raw;

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
