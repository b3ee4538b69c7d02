namespace Filecoin.ChainCo.Chain;

/// <summary>What made a signature; the first byte of its encoding.</summary>
public enum SignatureType
{
    /// <summary>None.</summary>
    Unknown = 0,

    /// <summary>ECDSA over secp256k1 with recovery id, 65 bytes, over BLAKE2b-256 of the message.</summary>
    Secp256k1 = 1,

    /// <summary>BLS12-381, 96 bytes.</summary>
    Bls = 2,

    /// <summary>Decided by the delegated address's manager: an Ethereum signature, 65 bytes.</summary>
    Delegated = 3,
}

/// <summary>A signature. CBOR: one byte string, the type's byte and then the data.</summary>
/// <param name="Type">What made it.</param>
/// <param name="Data">Its bytes.</param>
public sealed record Signature(SignatureType Type, ReadOnlyMemory<byte> Data) : ICborValue<Signature>
{
    /// <summary>Longest encoding (go-state-types crypto.SignatureMaxLength).</summary>
    public const int MaxEncodedLength = 200;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteBytes([(byte)Type, .. Data.Span]);
    }

    /// <inheritdoc/>
    public static Signature ReadCbor(ref DagCborReader reader)
    {
        int at = reader.Offset;
        ReadOnlySpan<byte> bytes = reader.ReadBytes(MaxEncodedLength);
        if (bytes.IsEmpty || bytes[0] is 0 or > (byte)SignatureType.Delegated)
            throw new CborFormatException($"signature: expected a type byte of 1 to 3, found {(bytes.IsEmpty ? "nothing" : bytes[0])}", at);
        return new Signature((SignatureType)bytes[0], bytes[1..].ToArray());
    }
}
