using System.Globalization;
using Filecoin.ChainCo.Chain;

namespace Filecoin.Sealing.Messages;

/// <summary>How far a message is.</summary>
public enum MessageState
{
    /// <summary>Written down; it has no number yet, and nobody has seen it.</summary>
    Queued,

    /// <summary>It has its number and its gas; the number is held for it.</summary>
    Numbered,

    /// <summary>Its signed bytes are in the database; they may be in the pool.</summary>
    Signed,

    /// <summary>It is in the pool, or was once.</summary>
    Pushed,

    /// <summary>It is on the chain, not deep enough yet.</summary>
    Included,

    /// <summary>It is on the chain below the confidence depth; see the exit code.</summary>
    Landed,

    /// <summary>Given up; it is not on the chain, and nothing will put it there. The reason says why.</summary>
    Failed,
}

/// <summary>A message's fate so far.</summary>
/// <param name="Id">Its idempotency key.</param>
/// <param name="State">How far it is.</param>
/// <param name="Nonce">Its number, once it has one.</param>
/// <param name="Cid">The bytes that landed, or those pushed last.</param>
/// <param name="Height">The epoch that it was executed in.</param>
/// <param name="TipSet">The tipset that executed it.</param>
/// <param name="ExitCode">0 when it succeeded.</param>
/// <param name="Return">What the method returned.</param>
/// <param name="GasUsed">Gas units.</param>
/// <param name="Reason">What last went wrong.</param>
public sealed record MessageStatus(
    string Id, MessageState State, ulong? Nonce, Cid? Cid, ChainEpoch? Height, TipSetKey? TipSet, long? ExitCode, ReadOnlyMemory<byte> Return,
    long? GasUsed, string? Reason)
{
    /// <summary>Whether nothing more will happen to it, short of a reorganisation deeper than the confidence.</summary>
    public bool IsFinal => State is MessageState.Landed or MessageState.Failed;

    /// <summary>Whether it is deep on the chain with exit code 0.</summary>
    public bool Succeeded => State == MessageState.Landed && ExitCode == 0;
}

/// <summary>A message cannot be sent as it is.</summary>
/// <param name="message">What was expected and what came.</param>
public class MessageException(string message) : Exception(message);

/// <summary>A message needs more gas than its kind may use.</summary>
/// <param name="kind">What the message is for.</param>
/// <param name="limit">Gas units that it may use.</param>
/// <param name="estimate">Gas units that it would need.</param>
public sealed class MessageGasException(MessageKind kind, long limit, long estimate)
    : MessageException(string.Create(CultureInfo.InvariantCulture, $"{kind}: expected at most {limit} units of gas, estimated {estimate}"));
