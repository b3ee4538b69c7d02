using System.Security.Cryptography;

namespace Filecoin.Native.Curves;

/// <summary>
/// BLS signatures in the Filecoin scheme: public keys in G1 (48 bytes), signatures in G2 (96 bytes), messages hashed with the tag
/// BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_ (draft-irtf-cfrg-bls-signature, basic scheme, minimal-pubkey-size).
/// </summary>
public static class BlsSignatures
{
    /// <summary>Bytes of a public key: the payload of a Filecoin address of protocol 3.</summary>
    public const int PublicKeySize = G1Affine.CompressedSize;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureSize = G2Affine.CompressedSize;

    /// <summary>The scheme's domain separation tag.</summary>
    public static ReadOnlySpan<byte> DomainSeparationTag => "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_"u8;

    /// <summary>A message's hash in G2.</summary>
    public static G2Projective HashMessage(ReadOnlySpan<byte> message) => HashToCurve.HashToG2(message, DomainSeparationTag);

    /// <summary>Whether a signature is that of a message by a key.</summary>
    /// <param name="publicKey">48 bytes.</param>
    /// <param name="message">The message.</param>
    /// <param name="signature">96 bytes.</param>
    /// <returns>False where it is not, and where the key is infinity.</returns>
    /// <exception cref="PointDecodingException">Key or signature is not a point of its group.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Verify(G1Affine.ReadCompressed(publicKey), message, G2Affine.ReadCompressed(signature));

    /// <summary>Whether a signature is that of a message by a key.</summary>
    public static bool Verify(in G1Affine publicKey, ReadOnlySpan<byte> message, in G2Affine signature)
    {
        if (publicKey.IsInfinity)
        {
            return false;
        }
        return Pairing.MultiPairing(
            [-G1Affine.Generator, publicKey], [signature, HashMessage(message).ToAffine()]).IsOne;
    }

    /// <summary>The aggregate of signatures: their sum.</summary>
    /// <param name="signatures">At least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static G2Affine Aggregate(ReadOnlySpan<G2Affine> signatures)
    {
        if (signatures.IsEmpty)
        {
            throw new ArgumentException("Expected at least one signature, found none.", nameof(signatures));
        }
        G2Projective sum = G2Projective.Infinity;
        foreach (G2Affine signature in signatures)
        {
            sum += signature;
        }
        return sum.ToAffine();
    }

    /// <summary>Whether an aggregate is that of signatures of each message by its key.</summary>
    /// <param name="publicKeys">The keys.</param>
    /// <param name="messages">As many messages, all different: equal ones would let a rogue key forge.</param>
    /// <param name="aggregate">The aggregate.</param>
    /// <returns>False where it is not, where two messages are equal, where a key is infinity, and where there is no message.</returns>
    /// <exception cref="ArgumentException">The numbers of keys and messages differ.</exception>
    public static bool VerifyAggregate(
        ReadOnlySpan<G1Affine> publicKeys, IReadOnlyList<ReadOnlyMemory<byte>> messages, in G2Affine aggregate)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count != publicKeys.Length)
        {
            throw new ArgumentException($"Expected a message for each of {publicKeys.Length} keys, found {messages.Count}.", nameof(messages));
        }
        if (messages.Count == 0 || !AreDifferent(messages))
        {
            return false;
        }
        var ps = new G1Affine[messages.Count + 1];
        var qs = new G2Affine[messages.Count + 1];
        for (int i = 0; i < messages.Count; i++)
        {
            if (publicKeys[i].IsInfinity)
            {
                return false;
            }
            (ps[i], qs[i]) = (publicKeys[i], HashMessage(messages[i].Span).ToAffine());
        }
        (ps[^1], qs[^1]) = (-G1Affine.Generator, aggregate);
        return Pairing.MultiPairing(ps, qs).IsOne;
    }

    private static bool AreDifferent(IReadOnlyList<ReadOnlyMemory<byte>> messages)
    {
        var seen = new HashSet<(ulong, ulong, ulong, ulong)>();
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (ReadOnlyMemory<byte> message in messages)
        {
            SHA256.HashData(message.Span, digest);
            if (!seen.Add((
                BitConverter.ToUInt64(digest), BitConverter.ToUInt64(digest[8..]),
                BitConverter.ToUInt64(digest[16..]), BitConverter.ToUInt64(digest[24..]))))
            {
                return false;
            }
        }
        return true;
    }
}
