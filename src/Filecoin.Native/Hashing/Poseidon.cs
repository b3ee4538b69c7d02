using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Hashing;

/// <summary>
/// Filecoin's Poseidon over <see cref="Fr"/> for Merkle trees: arities 2, 4, 8, 11, 16, 24 and 36 (<see cref="PoseidonConstants"/>).
/// Bytes are canonical 32-byte little-endian elements.
/// </summary>
public static class Poseidon
{
    /// <summary>Bytes of a digest.</summary>
    public const int DigestSize = Fr.Size;

    /// <summary>The digest of a preimage, whose length is the arity.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no Poseidon of this arity.</exception>
    public static Fr Hash(ReadOnlySpan<Fr> preimage) => PoseidonReference.Hash(PoseidonConstants.For(preimage.Length), preimage);

    /// <summary>The digest of a preimage of 32 bytes an element.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no Poseidon of this arity.</exception>
    /// <exception cref="NonCanonicalFieldElementException">An element of the preimage is not below the modulus.</exception>
    public static void Hash(ReadOnlySpan<byte> preimage, Span<byte> digest)
    {
        if (preimage.Length % Fr.Size != 0)
        {
            throw new ArgumentException($"Expected whole elements of {Fr.Size} bytes, found {preimage.Length} bytes.", nameof(preimage));
        }
        HashMany(preimage.Length / Fr.Size, preimage, digest);
    }

    /// <summary>The digests of preimages that lie one after the other, as the layers of a tree do.</summary>
    /// <param name="arity">Elements of a preimage.</param>
    /// <param name="preimages">32 · arity bytes for each digest.</param>
    /// <param name="digests">32 bytes for each digest; must not overlap the preimages.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no Poseidon of this arity.</exception>
    /// <exception cref="NonCanonicalFieldElementException">An element of a preimage is not below the modulus; digests are then incomplete.</exception>
    public static void HashMany(int arity, ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        PoseidonConstants constants = PoseidonConstants.For(arity);
        if (digests.Length % DigestSize != 0 || preimages.Length != (long)digests.Length * arity)
        {
            throw new ArgumentException(
                $"Expected preimages of {arity} × 32 bytes for digests of 32 bytes, found {preimages.Length} and {digests.Length} bytes.",
                nameof(preimages));
        }
        if (preimages.Overlaps(digests))
        {
            throw new ArgumentException("Digests must not overlap the preimages.", nameof(digests));
        }
        Span<Fr> elements = stackalloc Fr[arity];
        for (int i = 0; i < digests.Length / DigestSize; i++)
        {
            ReadOnlySpan<byte> preimage = preimages.Slice(i * arity * Fr.Size, arity * Fr.Size);
            int bad = FrReference.Read(preimage, elements);
            if (bad >= 0)
            {
                throw NonCanonicalFieldElementException.ForFr(((long)i * arity + bad) * Fr.Size, preimage[(bad * Fr.Size)..]);
            }
            PoseidonReference.Hash(constants, elements).Write(digests[(i * DigestSize)..]);
        }
    }
}
