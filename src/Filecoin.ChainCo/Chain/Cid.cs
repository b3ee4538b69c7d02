using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>
/// A content identifier (multiformats CID, versions 0 and 1). Immutable; equal when the bytes are equal.
/// <c>default</c> is the undefined CID, which has no text and no bytes.
/// </summary>
/// <remarks>
/// Text form: base58btc without prefix for version 0, multibase base32 lower case for version 1. Version 1 in base58btc ('z') is read too.
/// Only the shortest varints are read, so two different byte strings never name the same CID.
/// </remarks>
[JsonConverter(typeof(CidJsonConverter))]
public readonly struct Cid : IEquatable<Cid>, IComparable<Cid>
{
    /// <summary>Longest digest accepted, in bytes: identity CIDs carry their content.</summary>
    public const int MaxDigestLength = 128;

    private const int MaxTextLength = 512;
    private const int CommitmentLength = 32;
    private readonly byte[]? _bytes;

    private Cid(byte[] bytes) => _bytes = bytes;

    /// <summary>False for <c>default</c>.</summary>
    public bool IsDefined => _bytes is not null;

    /// <summary>The binary form, empty when undefined.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>0 or 1.</summary>
    public int Version => Bytes.Length == 34 && Bytes[0] == 0x12 && Bytes[1] == 0x20 ? 0 : 1;

    /// <summary>The content's code, one of <see cref="Multicodec"/> for Filecoin's own CIDs.</summary>
    public ulong Codec => Parts().Codec;

    /// <summary>The multihash code.</summary>
    public ulong HashCode => Parts().Hash;

    /// <summary>The digest without the multihash header.</summary>
    public ReadOnlySpan<byte> Digest => Bytes[Parts().DigestOffset..];

    /// <summary>Builds a version 1 CID.</summary>
    /// <exception cref="CidFormatException">The digest exceeds <see cref="MaxDigestLength"/>.</exception>
    public static Cid Create(ulong codec, ulong hashCode, ReadOnlySpan<byte> digest)
    {
        if (digest.Length > MaxDigestLength)
            throw new CidFormatException($"CID: a digest has at most {MaxDigestLength} bytes, found {digest.Length}");
        Span<byte> header = stackalloc byte[1 + (3 * 10)];
        header[0] = 1;
        int length = 1;
        length += Varint.Write(header[length..], codec);
        length += Varint.Write(header[length..], hashCode);
        length += Varint.Write(header[length..], (ulong)digest.Length);
        byte[] bytes = new byte[length + digest.Length];
        header[..length].CopyTo(bytes);
        digest.CopyTo(bytes.AsSpan(length));
        return new Cid(bytes);
    }

    /// <summary>The CID of DAG-CBOR bytes as the chain computes it: version 1, BLAKE2b-256 (go-state-types abi.CidBuilder).</summary>
    public static Cid OfDagCbor(ReadOnlySpan<byte> encoded) => Create(Multicodec.DagCbor, Multicodec.Blake2b256, Blake2b.Hash256(encoded));

    /// <summary>The piece CID of a 32-byte CommP, which is also the form of CommD: fil-commitment-unsealed, sha2-256-trunc254-padded.</summary>
    /// <exception cref="CidFormatException">Not 32 bytes.</exception>
    public static Cid FromPieceCommitment(ReadOnlySpan<byte> commP) =>
        Create(Multicodec.FilCommitmentUnsealed, Multicodec.Sha2_256Trunc254Padded, Commitment(commP));

    /// <summary>The sealed sector CID of a 32-byte CommR: fil-commitment-sealed, poseidon-bls12_381-a2-fc1.</summary>
    /// <exception cref="CidFormatException">Not 32 bytes.</exception>
    public static Cid FromSealedCommitment(ReadOnlySpan<byte> commR) =>
        Create(Multicodec.FilCommitmentSealed, Multicodec.PoseidonBls12_381A2Fc1, Commitment(commR));

    /// <summary>The 32 bytes of CommP or CommD when this is a piece CID, else false.</summary>
    public bool TryGetPieceCommitment(out ReadOnlySpan<byte> commitment) =>
        TryGetCommitment(Multicodec.FilCommitmentUnsealed, Multicodec.Sha2_256Trunc254Padded, out commitment);

    /// <summary>The 32 bytes of CommR when this is a sealed sector CID, else false.</summary>
    public bool TryGetSealedCommitment(out ReadOnlySpan<byte> commitment) =>
        TryGetCommitment(Multicodec.FilCommitmentSealed, Multicodec.PoseidonBls12_381A2Fc1, out commitment);

    /// <summary>Reads a binary CID that takes up all of <paramref name="bytes"/>.</summary>
    /// <exception cref="CidFormatException">The bytes are not one CID.</exception>
    public static Cid FromBytes(ReadOnlySpan<byte> bytes)
    {
        int length = ReadPrefix(bytes, out Cid cid);
        return length == bytes.Length
            ? cid
            : throw new CidFormatException($"CID: {bytes.Length - length} bytes follow a CID of {length} bytes");
    }

    /// <summary>Reads the CID at the start of <paramref name="bytes"/> and returns its length: a tipset key is CIDs one after the other.</summary>
    /// <exception cref="CidFormatException">The bytes do not start with a CID.</exception>
    public static int ReadPrefix(ReadOnlySpan<byte> bytes, out Cid cid)
    {
        int length = Measure(bytes, out string? error);
        if (error is not null)
            throw new CidFormatException(error);
        cid = new Cid(bytes[..length].ToArray());
        return length;
    }

    /// <summary>Reads the text form: base32 ('b…'), base58btc ('z…') or version 0 ('Qm…').</summary>
    /// <exception cref="CidFormatException">The text is not a CID.</exception>
    public static Cid Parse(ReadOnlySpan<char> text) =>
        TryDecode(text, out Cid cid, out string? error) ? cid : throw new CidFormatException(error);

    /// <summary>Reads the text form, or returns false.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Cid cid) => TryDecode(text, out cid, out _);

    /// <summary>The text form: base32 for version 1, base58btc for version 0; empty when undefined.</summary>
    public override string ToString() => !IsDefined ? "" : Version == 0 ? Base58.Encode(Bytes) : "b" + Base32.Encode(Bytes);

    /// <summary>True when <paramref name="content"/> hashes to this CID; false too for a hash that this library does not compute.</summary>
    public bool Matches(ReadOnlySpan<byte> content)
    {
        Span<byte> digest = stackalloc byte[32];
        switch (HashCode)
        {
            case Multicodec.Identity:
                return Digest.SequenceEqual(content);
            case Multicodec.Sha2_256:
                SHA256.HashData(content, digest);
                return Digest.SequenceEqual(digest);
            case Multicodec.Blake2b256:
                Blake2b.Hash(content, digest);
                return Digest.SequenceEqual(digest);
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public bool Equals(Cid other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Cid other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Byte order, the second key of block order in a tipset.</summary>
    public int CompareTo(Cid other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>Byte equality.</summary>
    public static bool operator ==(Cid left, Cid right) => left.Equals(right);

    /// <summary>Byte inequality.</summary>
    public static bool operator !=(Cid left, Cid right) => !left.Equals(right);

    private static ReadOnlySpan<byte> Commitment(ReadOnlySpan<byte> bytes) => bytes.Length == CommitmentLength
        ? bytes : throw new CidFormatException($"CID: a commitment has {CommitmentLength} bytes, found {bytes.Length}");

    private bool TryGetCommitment(ulong codec, ulong hash, out ReadOnlySpan<byte> commitment)
    {
        commitment = default;
        if (!IsDefined)
            return false;
        var parts = Parts();
        if (parts.Codec != codec || parts.Hash != hash || Bytes.Length - parts.DigestOffset != CommitmentLength)
            return false;
        commitment = Bytes[parts.DigestOffset..];
        return true;
    }

    private (ulong Codec, ulong Hash, int DigestOffset) Parts()
    {
        if (!IsDefined)
            throw new InvalidOperationException("The CID is undefined.");
        if (Version == 0)
            return (Multicodec.DagPb, Multicodec.Sha2_256, 2);
        int offset = 1;
        offset += Varint.Read(Bytes[offset..], out ulong codec);
        offset += Varint.Read(Bytes[offset..], out ulong hash);
        offset += Varint.Read(Bytes[offset..], out _);
        return (codec, hash, offset);
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out Cid cid, [NotNullWhen(false)] out string? error)
    {
        cid = default;
        byte[] bytes;
        if (text.Length is < 2 or > MaxTextLength)
        {
            error = $"CID: expected 2 to {MaxTextLength} characters, found {text.Length}";
            return false;
        }

        bool v0 = text.Length == 46 && text.StartsWith("Qm");
        bool decoded = v0 ? Base58.TryDecode(text, out bytes)
            : text[0] == 'b' ? Base32.TryDecode(text[1..], out bytes)
            : text[0] == 'z' ? Base58.TryDecode(text[1..], out bytes)
            : Base32.TryDecode("!", out bytes);
        if (!decoded)
        {
            error = $"CID: expected multibase 'b' or 'z', or 'Qm' and 44 characters, found '{ChainFormatException.Excerpt(text)}'";
            return false;
        }

        int length = Measure(bytes, out error);
        if (error is null && length != bytes.Length)
            error = $"CID: {bytes.Length - length} bytes follow a CID of {length} bytes";
        if (error is null && !v0 && bytes[0] != 1)
            error = "CID: version 0 takes no multibase prefix";
        if (error is not null)
            return false;
        cid = new Cid(bytes);
        return true;
    }

    private static int Measure(ReadOnlySpan<byte> bytes, out string? error)
    {
        error = null;
        if (bytes.Length >= 2 && bytes[0] == 0x12 && bytes[1] == 0x20)
        {
            if (bytes.Length >= 34)
                return 34;
            error = $"CID: a version 0 CID has 34 bytes, found {bytes.Length}";
            return 0;
        }

        if (bytes.IsEmpty || bytes[0] != 1)
        {
            error = bytes.IsEmpty ? "CID: no bytes" : $"CID: expected version 1, found {bytes[0]}";
            return 0;
        }

        int offset = 1;
        ulong digestLength = 0;
        for (int field = 0; field < 3; field++)
        {
            int read = Varint.Read(bytes[offset..], out ulong value);
            if (read == 0)
            {
                error = $"CID: expected a shortest-form varint at offset {offset}";
                return 0;
            }

            offset += read;
            digestLength = value;
        }

        if (digestLength > MaxDigestLength)
            error = $"CID: a digest has at most {MaxDigestLength} bytes, found {digestLength}";
        else if (digestLength > (ulong)(bytes.Length - offset))
            error = $"CID: the digest has {digestLength} bytes, {bytes.Length - offset} are left";
        return error is null ? offset + (int)digestLength : 0;
    }
}
