using System.Text.Json.Serialization.Metadata;
using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>
/// A call as its handler sees it. Parameters are positional; their number was checked. A parameter of the wrong form ends the call with
/// <see cref="RpcErrorCode.InvalidParams"/>, so handlers read them before they act.
/// </summary>
public sealed class RpcRequest
{
    private readonly List<ReadOnlyMemory<byte>> _parameters;

    internal RpcRequest(string method, RpcIdentity caller, List<ReadOnlyMemory<byte>> parameters)
    {
        Method = method;
        Caller = caller;
        _parameters = parameters;
    }

    /// <summary>The method's full name.</summary>
    public string Method { get; }

    /// <summary>Who calls.</summary>
    public RpcIdentity Caller { get; }

    /// <summary>How many parameters came.</summary>
    public int Count => _parameters.Count;

    /// <summary>A parameter as JSON; <c>null</c> when it was left out.</summary>
    public ReadOnlyMemory<byte> Json(int position) => IsAbsent(position) ? "null"u8.ToArray() : _parameters[position];

    /// <summary>Whether a parameter was left out or is null.</summary>
    public bool IsAbsent(int position) => position >= _parameters.Count || _parameters[position].Span.SequenceEqual("null"u8);

    /// <summary>A parameter that must be there.</summary>
    /// <exception cref="RpcFaultException">It is missing, null, or of another form.</exception>
    public T Read<T>(int position, JsonTypeInfo<T> type) =>
        RpcArguments.Read(position < _parameters.Count ? _parameters[position] : default, type, position);

    /// <summary>A parameter that may be left out or null.</summary>
    /// <exception cref="RpcFaultException">It is of another form.</exception>
    public T? ReadOptional<T>(int position, JsonTypeInfo<T> type) => IsAbsent(position) ? default : Read(position, type);

    /// <summary>A text.</summary>
    /// <exception cref="RpcFaultException">Missing, or of another form.</exception>
    public string Text(int position) => Read(position, ServingJsonContext.Default.String);

    /// <summary>A boolean.</summary>
    /// <exception cref="RpcFaultException">Missing, or of another form.</exception>
    public bool Boolean(int position) => Read(position, ServingJsonContext.Default.Boolean);

    /// <summary>An integer.</summary>
    /// <exception cref="RpcFaultException">Missing, or of another form.</exception>
    public long Int64(int position) => Read(position, ServingJsonContext.Default.Int64);

    /// <summary>An integer that is not negative.</summary>
    /// <exception cref="RpcFaultException">Missing, or of another form.</exception>
    public ulong UInt64(int position) => Read(position, ServingJsonContext.Default.UInt64);

    /// <summary>A number.</summary>
    /// <exception cref="RpcFaultException">Missing, or of another form.</exception>
    public double Double(int position) => Read(position, ServingJsonContext.Default.Double);

    /// <summary>Bytes in base64; empty for null.</summary>
    /// <exception cref="RpcFaultException">Of another form.</exception>
    public byte[] Bytes(int position) => ReadOptional(position, ServingJsonContext.Default.ByteArray) ?? [];

    /// <summary>An epoch.</summary>
    /// <exception cref="RpcFaultException">Missing, or of another form.</exception>
    public ChainEpoch Epoch(int position) => new(Int64(position));

    /// <summary>An address, not the undefined one.</summary>
    /// <exception cref="RpcFaultException">Missing, or of another form.</exception>
    public Address Address(int position) => Read(position, ChainJsonContext.Default.Address) is { IsDefined: true } address
        ? address : throw RpcFaultException.InvalidParams($"parameter {position}: expected an address");

    /// <summary>A link.</summary>
    /// <exception cref="RpcFaultException">Missing, or of another form.</exception>
    public Cid Cid(int position) => Read(position, ChainJsonContext.Default.Cid) is { IsDefined: true } cid
        ? cid : throw RpcFaultException.InvalidParams($"parameter {position}: expected a link");

    /// <summary>A tipset key; empty, which stands for the head, when it is null or left out.</summary>
    /// <exception cref="RpcFaultException">Of another form.</exception>
    public TipSetKey Key(int position) => ReadOptional(position, ChainJsonContext.Default.TipSetKey) ?? TipSetKey.Empty;
}
