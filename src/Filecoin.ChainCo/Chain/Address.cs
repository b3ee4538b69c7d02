using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>The first byte of an address: how its payload names an actor (Filecoin specification, Address).</summary>
public enum AddressProtocol
{
    /// <summary>f0: the actor's number.</summary>
    Id = 0,

    /// <summary>f1: BLAKE2b-160 of a secp256k1 public key.</summary>
    Secp256k1 = 1,

    /// <summary>f2: BLAKE2b-160 that an actor got at creation.</summary>
    Actor = 2,

    /// <summary>f3: a BLS public key of 48 bytes.</summary>
    Bls = 3,

    /// <summary>f4: a namespace (the number of an address manager) and up to 54 bytes that it chose.</summary>
    Delegated = 4,
}

/// <summary>The letter before an address. The bytes are the same on every network.</summary>
public enum AddressNetwork
{
    /// <summary>'f'.</summary>
    Mainnet,

    /// <summary>'t'.</summary>
    Testnet,
}

/// <summary>
/// A Filecoin address. Immutable; equal when the bytes are equal, whatever the network letter it was read with.
/// <c>default</c> is the undefined address.
/// </summary>
[JsonConverter(typeof(AddressJsonConverter))]
public readonly struct Address : IEquatable<Address>
{
    /// <summary>The namespace of the Ethereum address manager: f410f addresses.</summary>
    public const ulong EthereumNamespace = 10;

    /// <summary>What Lotus writes for the undefined address.</summary>
    public const string UndefinedText = "<empty>";

    private const int ChecksumLength = 4;
    private const int HashLength = 20;
    private const int BlsLength = 48;
    private const int MaxSubAddressLength = 54;
    private const int MaxTextLength = 2 + 20 + 1 + 93;
    private readonly byte[]? _bytes;

    private Address(byte[] bytes) => _bytes = bytes;

    /// <summary>False for <c>default</c>.</summary>
    public bool IsDefined => _bytes is not null;

    /// <summary>Protocol byte and payload; empty when undefined.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The payload after the protocol byte.</summary>
    public ReadOnlySpan<byte> Payload => Defined()[1..];

    /// <summary>How the payload names the actor.</summary>
    public AddressProtocol Protocol => (AddressProtocol)Defined()[0];

    /// <summary>f0: the address of actor <paramref name="id"/>, below 2^63.</summary>
    public static Address FromId(ulong id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(id, (ulong)long.MaxValue);
        byte[] bytes = new byte[1 + Varint.Length(id)];
        Varint.Write(bytes.AsSpan(1), id);
        return new Address(bytes);
    }

    /// <summary>f1: the address of an uncompressed secp256k1 public key (65 bytes).</summary>
    public static Address FromSecp256k1PublicKey(ReadOnlySpan<byte> publicKey) => Hashed(AddressProtocol.Secp256k1, publicKey);

    /// <summary>f2: the address that an actor gets whose creation is described by <paramref name="data"/>.</summary>
    public static Address FromActorData(ReadOnlySpan<byte> data) => Hashed(AddressProtocol.Actor, data);

    /// <summary>f3: the address of a compressed BLS public key (48 bytes).</summary>
    /// <exception cref="AddressFormatException">The key does not have 48 bytes.</exception>
    public static Address FromBlsPublicKey(ReadOnlySpan<byte> publicKey) => Create(AddressProtocol.Bls, publicKey);

    /// <summary>f4: the address <paramref name="subAddress"/> (at most 54 bytes) in <paramref name="namespaceId"/>.</summary>
    /// <exception cref="AddressFormatException">The sub-address is too long.</exception>
    public static Address FromDelegated(ulong namespaceId, ReadOnlySpan<byte> subAddress)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(namespaceId, (ulong)long.MaxValue);
        if (subAddress.Length > MaxSubAddressLength)
            throw new AddressFormatException($"address: a delegated address has at most {MaxSubAddressLength} bytes, found {subAddress.Length}");
        int head = Varint.Length(namespaceId);
        byte[] payload = new byte[head + subAddress.Length];
        Varint.Write(payload, namespaceId);
        subAddress.CopyTo(payload.AsSpan(head));
        return Create(AddressProtocol.Delegated, payload);
    }

    /// <summary>
    /// The address of 20 Ethereum bytes: f0 when they are a masked actor number (0xff, eleven zeros, the number in big-endian), f410f otherwise (FIP-0055).
    /// </summary>
    /// <exception cref="AddressFormatException">Not 20 bytes.</exception>
    public static Address FromEthereum(ReadOnlySpan<byte> ethereum)
    {
        if (ethereum.Length != 20)
            throw new AddressFormatException($"address: an Ethereum address has 20 bytes, found {ethereum.Length}");
        if (ethereum[0] == 0xff && ethereum[1..12].IndexOfAnyExcept((byte)0) < 0
            && BinaryPrimitives.ReadUInt64BigEndian(ethereum[12..]) is <= long.MaxValue and var id)
            return FromId(id);
        return FromDelegated(EthereumNamespace, ethereum);
    }

    /// <summary>Reads protocol byte and payload.</summary>
    /// <exception cref="AddressFormatException">The bytes are not an address.</exception>
    public static Address FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            throw new AddressFormatException("address: no bytes");
        return Create((AddressProtocol)bytes[0], bytes[1..]);
    }

    /// <summary>Reads the text form of either network.</summary>
    /// <exception cref="AddressFormatException">The text is not an address.</exception>
    public static Address Parse(ReadOnlySpan<char> text) => Parse(text, out _);

    /// <summary>Reads the text form and says which network's letter it carried.</summary>
    /// <exception cref="AddressFormatException">The text is not an address.</exception>
    public static Address Parse(ReadOnlySpan<char> text, out AddressNetwork network) =>
        TryDecode(text, out Address address, out network, out string? error) ? address : throw new AddressFormatException(error);

    /// <summary>Reads the text form, or returns false.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address) => TryDecode(text, out address, out _, out _);

    /// <summary>The actor number of an f0 address, else false.</summary>
    public bool TryGetId(out ulong id)
    {
        id = 0;
        return IsDefined && Protocol == AddressProtocol.Id && Varint.Read(Payload, out id) > 0;
    }

    /// <summary>The namespace and sub-address of an f4 address, else false.</summary>
    public bool TryGetDelegated(out ulong namespaceId, out ReadOnlySpan<byte> subAddress)
    {
        namespaceId = 0;
        subAddress = default;
        if (!IsDefined || Protocol != AddressProtocol.Delegated)
            return false;
        subAddress = Payload[Varint.Read(Payload, out namespaceId)..];
        return true;
    }

    /// <summary>The 20 Ethereum bytes of an f410f or f0 address, else false (FIP-0055).</summary>
    public bool TryGetEthereum(Span<byte> ethereum)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(ethereum.Length, 20, nameof(ethereum));
        if (TryGetId(out ulong id))
        {
            ethereum.Clear();
            ethereum[0] = 0xff;
            BinaryPrimitives.WriteUInt64BigEndian(ethereum[12..], id);
            return true;
        }

        if (!TryGetDelegated(out ulong manager, out ReadOnlySpan<byte> sub) || manager != EthereumNamespace || sub.Length != 20)
            return false;
        sub.CopyTo(ethereum);
        return true;
    }

    /// <summary>The text form with mainnet's letter; daemons of every network read it.</summary>
    public override string ToString() => ToString(AddressNetwork.Mainnet);

    /// <summary>The text form with the letter of <paramref name="network"/>.</summary>
    public string ToString(AddressNetwork network)
    {
        if (!IsDefined)
            return UndefinedText;
        char letter = network == AddressNetwork.Mainnet ? 'f' : 't';
        if (TryGetId(out ulong id))
            return string.Create(CultureInfo.InvariantCulture, $"{letter}0{id}");
        ReadOnlySpan<byte> encoded = Payload;
        string head = string.Create(CultureInfo.InvariantCulture, $"{letter}{(int)Protocol}");
        if (TryGetDelegated(out ulong manager, out ReadOnlySpan<byte> sub))
        {
            encoded = sub;
            head += string.Create(CultureInfo.InvariantCulture, $"{manager}f");
        }

        Span<byte> tail = stackalloc byte[encoded.Length + ChecksumLength];
        encoded.CopyTo(tail);
        Blake2b.Hash(Bytes, tail[encoded.Length..]);
        return head + Base32.Encode(tail);
    }

    /// <inheritdoc/>
    public bool Equals(Address other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Byte equality.</summary>
    public static bool operator ==(Address left, Address right) => left.Equals(right);

    /// <summary>Byte inequality.</summary>
    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    private ReadOnlySpan<byte> Defined() => _bytes ?? throw new InvalidOperationException("The address is undefined.");

    private static Address Hashed(AddressProtocol protocol, ReadOnlySpan<byte> data)
    {
        byte[] bytes = new byte[1 + HashLength];
        bytes[0] = (byte)protocol;
        Blake2b.Hash(data, bytes.AsSpan(1));
        return new Address(bytes);
    }

    private static Address Create(AddressProtocol protocol, ReadOnlySpan<byte> payload) =>
        PayloadError(protocol, payload) is { } error ? throw new AddressFormatException(error) : Join(protocol, payload);

    private static Address Join(AddressProtocol protocol, ReadOnlySpan<byte> payload)
    {
        byte[] bytes = new byte[1 + payload.Length];
        bytes[0] = (byte)protocol;
        payload.CopyTo(bytes.AsSpan(1));
        return new Address(bytes);
    }

    private static string? PayloadError(AddressProtocol protocol, ReadOnlySpan<byte> payload)
    {
        int expected;
        switch (protocol)
        {
            case AddressProtocol.Id:
                int read = Varint.Read(payload, out _);
                return read > 0 && read == payload.Length ? null : "address: the payload of an id address is one shortest-form varint below 2^63";
            case AddressProtocol.Delegated:
                int head = Varint.Read(payload, out _);
                if (head == 0)
                    return "address: a delegated address starts with a shortest-form namespace varint";
                return payload.Length - head <= MaxSubAddressLength
                    ? null : $"address: a delegated address has at most {MaxSubAddressLength} bytes, found {payload.Length - head}";
            case AddressProtocol.Secp256k1 or AddressProtocol.Actor:
                expected = HashLength;
                break;
            case AddressProtocol.Bls:
                expected = BlsLength;
                break;
            default:
                return $"address: expected protocol 0 to 4, found {(int)protocol}";
        }

        return payload.Length == expected ? null : $"address: expected a payload of {expected} bytes, found {payload.Length}";
    }

    private static bool TryDecode(
        ReadOnlySpan<char> text, out Address address, out AddressNetwork network, [NotNullWhen(false)] out string? error)
    {
        address = default;
        network = AddressNetwork.Mainnet;
        error = null;
        if (text.Length is < 3 or > MaxTextLength)
            error = $"address: expected 3 to {MaxTextLength} characters, found {text.Length}";
        else if (text[0] is not ('f' or 't'))
            error = $"address: expected the network letter f or t in '{ChainFormatException.Excerpt(text)}'";
        else if (text[1] is < '0' or > '4')
            error = $"address: expected protocol 0 to 4 in '{ChainFormatException.Excerpt(text)}'";
        if (error is not null)
            return false;

        network = text[0] == 'f' ? AddressNetwork.Mainnet : AddressNetwork.Testnet;
        var protocol = (AddressProtocol)(text[1] - '0');
        ReadOnlySpan<char> rest = text[2..];
        if (protocol == AddressProtocol.Id)
        {
            if (!TryReadNumber(rest, out ulong id))
            {
                error = $"address: expected an actor number below 2^63 without leading zeros in '{ChainFormatException.Excerpt(text)}'";
                return false;
            }

            address = FromId(id);
            return true;
        }

        Span<byte> head = stackalloc byte[Varint.MaxLength];
        int headLength = 0;
        if (protocol == AddressProtocol.Delegated)
        {
            int separator = rest.IndexOf('f');
            if (separator < 0 || !TryReadNumber(rest[..separator], out ulong manager))
            {
                error = $"address: expected a namespace number and 'f' in '{ChainFormatException.Excerpt(text)}'";
                return false;
            }

            headLength = Varint.Write(head, manager);
            rest = rest[(separator + 1)..];
        }

        if (!Base32.TryDecode(rest, out byte[] decoded) || decoded.Length < ChecksumLength)
        {
            error = $"address: expected lower-case base32 with a checksum in '{ChainFormatException.Excerpt(text)}'";
            return false;
        }

        ReadOnlySpan<byte> body = decoded.AsSpan(0, decoded.Length - ChecksumLength);
        byte[] payload = new byte[headLength + body.Length];
        head[..headLength].CopyTo(payload);
        body.CopyTo(payload.AsSpan(headLength));
        error = PayloadError(protocol, payload);
        if (error is not null)
            return false;
        Address candidate = Join(protocol, payload);
        Span<byte> checksum = stackalloc byte[ChecksumLength];
        Blake2b.Hash(candidate.Bytes, checksum);
        if (!checksum.SequenceEqual(decoded.AsSpan(body.Length)))
        {
            error = $"address: the checksum of '{ChainFormatException.Excerpt(text)}' does not match";
            return false;
        }

        address = candidate;
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        return text.Length is > 0 and <= 19 && (text[0] != '0' || text.Length == 1)
            && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= long.MaxValue;
    }
}
