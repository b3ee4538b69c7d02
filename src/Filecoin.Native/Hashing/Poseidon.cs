using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
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
    public static Fr Hash(ReadOnlySpan<Fr> preimage)
    {
        PoseidonConstants constants = PoseidonConstants.For(preimage.Length);
        if (FieldForms.InUse == FieldForm.Managed)
        {
            return PoseidonReference.Hash(constants, preimage);
        }
        Span<byte> bytes = stackalloc byte[preimage.Length * Fr.Size];
        FrBatch.Write(preimage, bytes);
        Span<byte> digest = stackalloc byte[DigestSize];
        PoseidonNative.HashMany(FieldForms.InUse, constants, bytes, digest);
        return Fr.Read(digest);
    }

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
    public static void HashMany(int arity, ReadOnlySpan<byte> preimages, Span<byte> digests) =>
        HashMany(FieldForms.InUse, arity, preimages, digests);

    internal static void HashMany(FieldForm form, int arity, ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        PoseidonConstants constants = PoseidonConstants.For(arity);
        if (digests.Length % DigestSize != 0 || preimages.Length != (long)digests.Length * arity)
        {
            throw new ArgumentException(
                $"Expected preimages of {arity} × 32 bytes for digests of 32 bytes, found {preimages.Length} and {digests.Length} bytes.",
                nameof(preimages));
        }
        Buffers.RequireDisjoint(preimages, digests);
        long bad = form == FieldForm.Managed
            ? PoseidonReference.HashMany(constants, preimages, digests)
            : PoseidonNative.HashMany(form, constants, preimages, digests);
        if (bad >= 0)
        {
            // The first element of the preimage at fault.
            long offset = bad * arity * Fr.Size;
            while (Fr.TryRead(preimages[(int)offset..], out _))
            {
                offset += Fr.Size;
            }
            throw NonCanonicalFieldElementException.ForFr(offset, preimages[(int)offset..]);
        }
    }
}
