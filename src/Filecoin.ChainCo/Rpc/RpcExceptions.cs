namespace Filecoin.ChainCo.Rpc;

/// <summary>Codes of JSON-RPC errors: the standard's, go-jsonrpc's and Lotus's (lotus api/api_errors.go).</summary>
public static class RpcErrorCode
{
    /// <summary>The body is not JSON.</summary>
    public const int Parse = -32700;

    /// <summary>The body is not a request.</summary>
    public const int InvalidRequest = -32600;

    /// <summary>The daemon has no such method.</summary>
    public const int MethodNotFound = -32601;

    /// <summary>Wrong number or kind of parameters.</summary>
    public const int InvalidParams = -32602;

    /// <summary>The daemon failed inside.</summary>
    public const int Internal = -32603;

    /// <summary>A block range beyond the daemon's limit (EIP-1474).</summary>
    public const int LimitExceeded = -32005;

    /// <summary>Forest: the token lacks the permission.</summary>
    public const int Forbidden = -32003;

    /// <summary>State that the daemon will not compute for this call (EIP-1474).</summary>
    public const int ExpensiveFork = -32002;

    /// <summary>What go-jsonrpc's client answers its caller when the WebSocket closed.</summary>
    public const int WebSocketClosed = -1111111;

    /// <summary>Any error without a code of its own.</summary>
    public const int Generic = 1;

    /// <summary>The call ran out of gas.</summary>
    public const int OutOfGas = 2;

    /// <summary>A contract reverted.</summary>
    public const int ExecutionReverted = 3;

    /// <summary>F3 is off.</summary>
    public const int F3Disabled = 4;

    /// <summary>F3: the ticket cannot be read.</summary>
    public const int F3TicketInvalid = 5;

    /// <summary>F3: the ticket has expired.</summary>
    public const int F3TicketExpired = 6;

    /// <summary>F3: another node issued the ticket.</summary>
    public const int F3IssuerMismatch = 7;

    /// <summary>F3: too many instances asked for.</summary>
    public const int F3TooManyInstances = 8;

    /// <summary>F3: the ticket starts before the lease in force.</summary>
    public const int F3TicketStartsBeforeExisting = 9;

    /// <summary>F3: not started yet.</summary>
    public const int F3NotReady = 10;

    /// <summary>No such actor.</summary>
    public const int ActorNotFound = 11;

    /// <summary>The epoch has no tipset.</summary>
    public const int NullRound = 12;

    /// <summary>Payment channels are off.</summary>
    public const int PaymentChannelDisabled = 13;
}

/// <summary>A call that did not give a result.</summary>
public abstract class RpcException : Exception
{
    /// <summary>Creates the exception.</summary>
    protected RpcException(string method, string message, Exception? innerException = null)
        : base($"{method}: {message}", innerException) => Method = method;

    /// <summary>The method called.</summary>
    public string Method { get; }

    /// <summary>True when the same call may succeed later or at another daemon; false when its answer is final.</summary>
    public abstract bool IsTransient { get; }
}

/// <summary>The daemon answered with an error.</summary>
/// <param name="method">The method called.</param>
/// <param name="code">The error's code.</param>
/// <param name="message">The daemon's words.</param>
public sealed class RpcErrorException(string method, int code, string message) : RpcException(method, $"error {code}: {message}")
{
    /// <summary>One of <see cref="RpcErrorCode"/>, or a code unknown to it.</summary>
    public int Code { get; } = code;

    /// <summary>The daemon's words.</summary>
    public string ErrorMessage { get; } = message;

    /// <summary>The raw JSON of the error's data or meta member, if it had one.</summary>
    public string? ErrorData { get; init; }

    /// <inheritdoc/>
    public override bool IsTransient => Code is RpcErrorCode.F3NotReady or RpcErrorCode.WebSocketClosed or RpcErrorCode.ExpensiveFork or RpcErrorCode.Internal;
}

/// <summary>The connection could not be made, broke, or gave no answer in time.</summary>
/// <param name="method">The method called.</param>
/// <param name="message">What happened.</param>
/// <param name="maybeDelivered">Whether the daemon may have received the request.</param>
/// <param name="innerException">The cause.</param>
public sealed class RpcConnectionException(string method, string message, bool maybeDelivered, Exception? innerException = null)
    : RpcException(method, message, innerException)
{
    /// <summary>
    /// False only when no byte of the request can have reached the daemon. When true, a call that changes something must not be sent again elsewhere.
    /// </summary>
    public bool MaybeDelivered { get; } = maybeDelivered;

    /// <inheritdoc/>
    public override bool IsTransient => true;
}

/// <summary>The daemon refused the token (HTTP 401 or 403).</summary>
/// <param name="method">The method called.</param>
/// <param name="status">The HTTP status.</param>
public sealed class RpcUnauthorizedException(string method, int status) : RpcException(method, $"the daemon refuses the token (HTTP {status})")
{
    /// <inheritdoc/>
    public override bool IsTransient => false;
}

/// <summary>The daemon's bytes are not JSON-RPC, exceed a limit, or do not have the form that the method answers with.</summary>
/// <param name="method">The method called.</param>
/// <param name="message">What was expected and found.</param>
/// <param name="innerException">The cause.</param>
public sealed class RpcProtocolException(string method, string message, Exception? innerException = null) : RpcException(method, message, innerException)
{
    /// <inheritdoc/>
    public override bool IsTransient => false;
}
