using System.Globalization;
using Filecoin.ChainCo.Chain;

namespace Filecoin.Sealing.Messages;

/// <summary>A row of <c>message_outgoing</c>.</summary>
internal sealed record MessageRow
{
    public const string Columns =
        """
        id AS Id, kind AS Kind, sender AS Sender, recipient AS Recipient, method AS Method, params AS Params, value AS Value, max_fee AS MaxFee, useless_from AS UselessFrom,
        state AS State, version AS Version, nonce AS Nonce, attempt AS Attempt, renumbered AS Renumbered, more_gas AS MoreGas, refused AS Refused,
        first_epoch AS FirstEpoch, pushed_epoch AS PushedEpoch, landed_cid AS LandedCid, landed_epoch AS LandedEpoch, landed_tipset AS LandedTipset,
        exit_code AS ExitCode, returned AS Returned, gas_used AS GasUsed, reason AS Reason
        """;

    public string Id { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Sender { get; init; } = "";

    public string Recipient { get; init; } = "";

    public long Method { get; init; }

    public byte[] Params { get; init; } = [];

    public string Value { get; init; } = "0";

    public string MaxFee { get; init; } = "0";

    public long? UselessFrom { get; init; }

    public string State { get; init; } = nameof(MessageState.Queued);

    public long Version { get; init; }

    public long? Nonce { get; init; }

    public long Attempt { get; init; }

    public long Renumbered { get; init; }

    public long MoreGas { get; init; }

    public long Refused { get; init; }

    public long? FirstEpoch { get; init; }

    public long? PushedEpoch { get; init; }

    public string? LandedCid { get; init; }

    public long? LandedEpoch { get; init; }

    public byte[]? LandedTipset { get; init; }

    public long? ExitCode { get; init; }

    public byte[]? Returned { get; init; }

    public long? GasUsed { get; init; }

    public string? Reason { get; init; }

    public MessageState Stage => Enum.Parse<MessageState>(State);

    public MessageKind For => Enum.Parse<MessageKind>(Kind);

    public TokenAmount Fee => Amount(MaxFee);

    /// <summary>Whether what is sent upon a head comes too late: it is executed in the next epoch at the earliest.</summary>
    public bool IsUselessAt(TipSet head) => head.Height + 1 >= UselessFrom;

    /// <summary>Whether all it does is to use up its number: another's message under it does that, too.</summary>
    public bool IsNothing => Recipient == Sender && Method == 0 && Params.Length == 0 && Value == "0";

    /// <summary>Whether this message stands in an attempt, and not one that only uses up its number.</summary>
    public bool IsIn(AttemptRow attempt)
    {
        Message message = DagCbor.Decode<Message>(attempt.Unsigned), own = Unsigned();
        return message.To == own.To && message.Method == own.Method && message.Value == own.Value && message.Params.Span.SequenceEqual(own.Params.Span);
    }

    public Message Unsigned() => new()
    {
        From = Address.Parse(Sender),
        To = Address.Parse(Recipient),
        Method = (ulong)Method,
        Params = Params,
        Value = Amount(Value),
    };

    public MessageStatus Status(string? lastCid) => new(
        Id, Stage, (ulong?)Nonce, (LandedCid ?? lastCid) is { } cid ? Cid.Parse(cid) : null, LandedEpoch, LandedTipset is null ? null : TipSetKey.FromBytes(LandedTipset),
        ExitCode, Returned, GasUsed, Reason);

    private static TokenAmount Amount(string text) => TokenAmount.TryParse(text, out TokenAmount amount)
        ? amount
        : throw new MessageException(string.Create(CultureInfo.InvariantCulture, $"the database: expected attoFIL, found '{text}'"));
}

/// <summary>A row of <c>message_attempts</c>: one form in which a message was offered.</summary>
internal sealed record AttemptRow
{
    public const string Columns = "attempt AS Attempt, nonce AS Nonce, unsigned AS Unsigned, signed AS Signed, cid AS Cid";

    public long Attempt { get; init; }

    public long Nonce { get; init; }

    public byte[] Unsigned { get; init; } = [];

    public byte[]? Signed { get; init; }

    public string? Cid { get; init; }
}
