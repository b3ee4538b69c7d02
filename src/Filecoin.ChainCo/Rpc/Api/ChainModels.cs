using System.Text.Json.Serialization;
using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Rpc.Api;

/// <summary>What a head change does.</summary>
public enum HeadChangeType
{
    /// <summary>The head when the subscription began; the first value holds exactly one.</summary>
    Current,

    /// <summary>The tipset is no longer on the chain; newest first.</summary>
    Revert,

    /// <summary>The tipset is on the chain now; oldest first.</summary>
    Apply,
}

/// <summary>One step of the chain: an element of ChainNotify and ChainGetPath.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Val">To which tipset.</param>
public sealed record HeadChange([property: JsonConverter(typeof(HeadChangeTypeJsonConverter))] HeadChangeType Type, TipSet Val);

/// <summary>Head change types in JSON: <c>current</c>, <c>revert</c>, <c>apply</c>.</summary>
public sealed class HeadChangeTypeJsonConverter : JsonConverter<HeadChangeType>
{
    /// <inheritdoc/>
    public override HeadChangeType Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options) =>
        reader.TokenType == System.Text.Json.JsonTokenType.String ? reader.GetString() switch
        {
            "current" => HeadChangeType.Current,
            "revert" => HeadChangeType.Revert,
            "apply" => HeadChangeType.Apply,
            _ => throw new System.Text.Json.JsonException("head change: expected current, revert or apply"),
        }
        : throw new System.Text.Json.JsonException("head change: expected a string");

    /// <inheritdoc/>
    public override void Write(System.Text.Json.Utf8JsonWriter writer, HeadChangeType value, System.Text.Json.JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value switch { HeadChangeType.Current => "current", HeadChangeType.Revert => "revert", _ => "apply" });
    }
}

/// <summary>What Version answers. Venus gives the first and the second member, Fuhon three, Lotus and Forest four.</summary>
public sealed record NodeVersion
{
    /// <summary>The daemon's version, <c>1.33.0+mainnet+git.1234</c>.</summary>
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>The API's version: major, minor and patch in a byte each.</summary>
    public ulong APIVersion { get; init; }

    /// <summary>Seconds an epoch, 0 when not given.</summary>
    public ulong BlockDelay { get; init; }

    /// <summary>The kind of daemon, empty when not given.</summary>
    public string Agent { get; init => field = value ?? ""; } = "";
}

/// <summary>A message's receipt.</summary>
/// <param name="ExitCode">0 when the message succeeded.</param>
/// <param name="Return">What the method returned.</param>
/// <param name="GasUsed">Gas units.</param>
public sealed record MessageReceipt(long ExitCode, ReadOnlyMemory<byte> Return, long GasUsed);

/// <summary>Where a message landed.</summary>
/// <param name="Message">The CID that landed; differs from the one asked for when the message was replaced.</param>
/// <param name="Receipt">Its receipt.</param>
/// <param name="TipSet">The tipset that executed it.</param>
/// <param name="Height">Its epoch.</param>
public sealed record MsgLookup(Cid Message, MessageReceipt Receipt, TipSetKey TipSet, ChainEpoch Height);

/// <summary>Limits for gas estimation and sending.</summary>
/// <param name="MaxFee">attoFIL at most in fees; zero for the daemon's default.</param>
/// <param name="MsgUuid">Names this sending, so that the daemon sends it once.</param>
/// <param name="MaximizeFeeCap">Whether the fee cap uses all of MaxFee.</param>
public sealed record MessageSendSpec(TokenAmount MaxFee, Guid MsgUuid, bool MaximizeFeeCap);

/// <summary>An actor's entry in the state.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Head">Its state.</param>
/// <param name="Nonce">Its next message number.</param>
/// <param name="Balance">attoFIL.</param>
/// <param name="DelegatedAddress">Its f4 address, or null.</param>
public sealed record ActorState(Cid Code, Cid Head, ulong Nonce, TokenAmount Balance, Address? DelegatedAddress = null);
