using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>A chain height: the number of epochs since genesis, 30 seconds each on mainnet. CBOR and JSON: an integer.</summary>
/// <param name="Value">The number; negative values mark "none" in some actor records.</param>
[JsonConverter(typeof(ChainEpochJsonConverter))]
public readonly record struct ChainEpoch(long Value) : IComparable<ChainEpoch>
{
    /// <summary>Epochs after which expected consensus never reverts (builtin-actors, policy CHAIN_FINALITY).</summary>
    public const long Finality = 900;

    /// <inheritdoc/>
    public int CompareTo(ChainEpoch other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>An epoch by its number.</summary>
    public static implicit operator ChainEpoch(long value) => new(value);

    /// <summary>The number of an epoch.</summary>
    public static explicit operator long(ChainEpoch epoch) => epoch.Value;

    /// <summary>Some epochs later.</summary>
    public static ChainEpoch operator +(ChainEpoch epoch, long epochs) => new(epoch.Value + epochs);

    /// <summary>Some epochs earlier.</summary>
    public static ChainEpoch operator -(ChainEpoch epoch, long epochs) => new(epoch.Value - epochs);

    /// <summary>How many epochs lie between.</summary>
    public static long operator -(ChainEpoch left, ChainEpoch right) => left.Value - right.Value;

    /// <summary>Earlier than.</summary>
    public static bool operator <(ChainEpoch left, ChainEpoch right) => left.Value < right.Value;

    /// <summary>Later than.</summary>
    public static bool operator >(ChainEpoch left, ChainEpoch right) => left.Value > right.Value;

    /// <summary>No later than.</summary>
    public static bool operator <=(ChainEpoch left, ChainEpoch right) => left.Value <= right.Value;

    /// <summary>No earlier than.</summary>
    public static bool operator >=(ChainEpoch left, ChainEpoch right) => left.Value >= right.Value;
}

/// <summary>Epochs in JSON as integers.</summary>
public sealed class ChainEpochJsonConverter : JsonConverter<ChainEpoch>
{
    /// <inheritdoc/>
    public override ChainEpoch Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long value)
            ? new ChainEpoch(value) : throw new JsonException("epoch: expected an integer of 64 bits");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ChainEpoch value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue(value.Value);
    }
}
