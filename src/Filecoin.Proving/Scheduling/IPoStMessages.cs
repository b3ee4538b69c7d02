using Filecoin.ChainCo.Chain;

namespace Filecoin.Proving.Scheduling;

/// <summary>What a message is for, so that the sender can choose the paying address and its limits.</summary>
public enum PoStMessageKind
{
    /// <summary>Method 5, a window PoSt: losing it costs a deadline.</summary>
    WindowPoSt,

    /// <summary>Method 10.</summary>
    DeclareFaults,

    /// <summary>Method 11.</summary>
    DeclareRecoveries,
}

/// <summary>A message to a miner actor.</summary>
public sealed record PoStMessage
{
    /// <summary>What it is for.</summary>
    public required PoStMessageKind Kind { get; init; }

    /// <summary>The miner actor.</summary>
    public required Address Miner { get; init; }

    /// <summary>The method's number.</summary>
    public required ulong Method { get; init; }

    /// <summary>The method's parameters, CBOR.</summary>
    public required ReadOnlyMemory<byte> Params { get; init; }

    /// <summary>attoFIL that it may cost at most in fees.</summary>
    public required TokenAmount MaxFee { get; init; }

    /// <summary>Names the sending: however often it is asked for under one name, one message is sent.</summary>
    public required string Key { get; init; }

    /// <summary>The first epoch at which it is of no use any more.</summary>
    public required ChainEpoch UselessFrom { get; init; }
}

/// <summary>How a message stands.</summary>
public enum PoStMessageStatus
{
    /// <summary>The sender has no message of this name.</summary>
    Unknown,

    /// <summary>Stored, sent or in the pool; the sender sees to it.</summary>
    Pending,

    /// <summary>On chain with exit code 0.</summary>
    Landed,

    /// <summary>On chain with another exit code, or given up by the sender.</summary>
    Failed,
}

/// <summary>How a message stands, with what is known.</summary>
/// <param name="Status">The status.</param>
/// <param name="Message">The CID, once signed.</param>
/// <param name="Detail">The exit code or the reason in words; null when nothing is wrong.</param>
public sealed record PoStMessageState(PoStMessageStatus Status, Cid? Message = null, string? Detail = null);

/// <summary>
/// Sends messages for the proving cycle; the host implements it with its message sender. The cycle asks for the status at every head and looks
/// at the chain itself, so the sender never has to call back. Safe for concurrent use.
/// </summary>
public interface IPoStMessages
{
    /// <summary>Sends a message once per <see cref="PoStMessage.Key"/>, also across restarts and machines. Returns when the sender will see to it.</summary>
    /// <exception cref="PoStMessageException">It was not taken.</exception>
    Task SendAsync(PoStMessage message, CancellationToken cancellationToken = default);

    /// <summary>How a message stands on the chain of the sender's head.</summary>
    Task<PoStMessageState> StatusAsync(string key, CancellationToken cancellationToken = default);
}

/// <summary>A message was not taken by the sender.</summary>
/// <param name="message">Why.</param>
/// <param name="tooLarge">Whether it takes more gas than a message may: fewer partitions may do.</param>
/// <param name="innerException">The cause.</param>
public sealed class PoStMessageException(string message, bool tooLarge = false, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether it takes more gas than a message may: fewer partitions may do.</summary>
    public bool TooLarge { get; } = tooLarge;
}
