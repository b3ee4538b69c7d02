using Filecoin.ChainCo.Chain;

namespace Filecoin.Sealing.Messages;

/// <summary>What a message is for; fee caps are set by it.</summary>
public enum MessageKind
{
    /// <summary>Precommit of sectors.</summary>
    PreCommit,

    /// <summary>Proofs of precommitted sectors.</summary>
    ProveCommit,

    /// <summary>A window PoSt.</summary>
    WindowPoSt,

    /// <summary>Declared faults and recoveries.</summary>
    Declaration,

    /// <summary>Termination of sectors.</summary>
    Termination,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>A message to be sent once.</summary>
public sealed record OutgoingMessage
{
    /// <summary>
    /// Names this sending for ever: whoever sends again under the same key, after a crash or on another machine, gets the first one's fate.
    /// 1 to 200 characters.
    /// </summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>What it is for.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>Who pays: an account whose key the signer holds, by any of its addresses.</summary>
    public required Address From { get; init; }

    /// <summary>The actor called.</summary>
    public required Address To { get; init; }

    /// <summary>The method's number.</summary>
    public ulong Method { get; init; }

    /// <summary>The method's parameters in CBOR.</summary>
    public ReadOnlyMemory<byte> Params { get; init; }

    /// <summary>attoFIL sent along.</summary>
    public TokenAmount Value { get; init; }

    /// <summary>attoFIL at most in fees; null takes <see cref="MessageOptions.MaxFees"/> of the kind.</summary>
    public TokenAmount? MaxFee { get; init; }

    /// <summary>
    /// The first epoch at which it is of no use any more; null for never. What cannot be executed before is given up: nobody is sent it, or sent it again,
    /// and no more is paid for it. A number that it has by then goes to a transfer of nothing, so that the messages behind it go on.
    /// </summary>
    public ChainEpoch? UselessFrom { get; init; }
}
