using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>An unsigned message, ten fields in CBOR in the order below (specification, Message).</summary>
public sealed record Message : ICborValue<Message>
{
    private readonly CidCache _cache = new();

    /// <summary>Always 0.</summary>
    public ulong Version { get; init; }

    /// <summary>The actor called.</summary>
    public required Address To { get; init; }

    /// <summary>The account that pays.</summary>
    public required Address From { get; init; }

    /// <summary>The sender's message number.</summary>
    public ulong Nonce { get; init; }

    /// <summary>attoFIL sent along.</summary>
    public TokenAmount Value { get; init; }

    /// <summary>Gas units at most.</summary>
    public long GasLimit { get; init; }

    /// <summary>attoFIL a gas unit at most, base fee and premium together.</summary>
    public TokenAmount GasFeeCap { get; init; }

    /// <summary>attoFIL a gas unit for the miner.</summary>
    public TokenAmount GasPremium { get; init; }

    /// <summary>The method's number; 0 only sends.</summary>
    public ulong Method { get; init; }

    /// <summary>The method's parameters, usually CBOR.</summary>
    public ReadOnlyMemory<byte> Params { get; init; }

    /// <summary>The CID of the unsigned message: what a BLS signature covers, and the message's name when it is BLS.</summary>
    [JsonIgnore]
    public Cid Cid => _cache.GetOrCompute(this);

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(10);
        writer.WriteUInt64(Version);
        writer.WriteAddress(To);
        writer.WriteAddress(From);
        writer.WriteUInt64(Nonce);
        Value.WriteCbor(writer);
        writer.WriteInt64(GasLimit);
        GasFeeCap.WriteCbor(writer);
        GasPremium.WriteCbor(writer);
        writer.WriteUInt64(Method);
        writer.WriteBytes(Params.Span);
    }

    /// <inheritdoc/>
    public static Message ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(10);
        return new Message
        {
            Version = reader.ReadUInt64(max: 0),
            To = reader.ReadAddress(),
            From = reader.ReadAddress(),
            Nonce = reader.ReadUInt64(),
            Value = TokenAmount.ReadCbor(ref reader),
            GasLimit = reader.ReadInt64(),
            GasFeeCap = TokenAmount.ReadCbor(ref reader),
            GasPremium = TokenAmount.ReadCbor(ref reader),
            Method = reader.ReadUInt64(),
            Params = reader.ReadBytes().ToArray(),
        };
    }
}

/// <summary>A message and its signature.</summary>
/// <param name="Message">What is signed.</param>
/// <param name="Signature">The sender's signature over the message's CID bytes.</param>
public sealed record SignedMessage(Message Message, Signature Signature) : ICborValue<SignedMessage>
{
    private readonly CidCache _cache = new();

    /// <summary>The name under which the chain knows the message: the message's own CID when BLS (signatures are aggregated away), this record's otherwise.</summary>
    [JsonIgnore]
    public Cid Cid => Signature.Type == SignatureType.Bls ? Message.Cid : _cache.GetOrCompute(this);

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        Message.WriteCbor(writer);
        Signature.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static SignedMessage ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new SignedMessage(Message.ReadCbor(ref reader), Signature.ReadCbor(ref reader));
    }
}
