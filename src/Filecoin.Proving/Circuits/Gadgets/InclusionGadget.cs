using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>
/// A leaf is in a Merkle tree: the root computed along the path is the given one. The leaf's index, the bits of all positions,
/// becomes a public input (storage-proofs-core <c>gadgets/por.rs</c>, private form).
/// </summary>
internal static class InclusionGadget
{
    private const int MaxArity = 8;
    private const int MaxIndexBits = 64;

    /// <summary>Enforces the inclusion.</summary>
    /// <param name="cs">The constraint system.</param>
    /// <param name="shape">The path's shape.</param>
    /// <param name="path">The path, or null without a witness.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="root">The root.</param>
    public static void Enforce<TCs>(ref TCs cs, MerklePathShape shape, MerklePathWitness? path, Number leaf, Number root)
        where TCs : IConstraintSystem, allows ref struct
    {
        Span<Bit> index = stackalloc Bit[MaxIndexBits];
        Span<Number> siblings = stackalloc Number[MaxArity - 1];
        Span<Number> children = stackalloc Number[MaxArity];
        int indexBits = 0;
        Number current = leaf;
        for (int row = 0; row < shape.Arities.Length; row++)
        {
            cs.Enter("row", row);
            int arity = shape.Arities[row];
            int positionBits = System.Numerics.BitOperations.Log2((uint)arity);
            MerklePathRow witness = path is null ? default : path.Rows[row];

            Span<Bit> position = index.Slice(indexBits, positionBits);
            indexBits += positionBits;
            for (int i = 0; i < positionBits; i++)
            {
                cs.Enter("index bit", i);
                position[i] = Bit.Allocate(ref cs, ((witness.Position >> i) & 1) != 0);
                cs.Leave();
            }
            for (int i = 0; i < arity - 1; i++)
            {
                siblings[i] = Number.Allocate(ref cs, path is null ? default : witness.Siblings[i]);
            }

            cs.Enter("insert");
            Insertion.Insert(ref cs, current, position, siblings[..(arity - 1)], children[..arity]);
            cs.Leave();
            cs.Enter("hash");
            current = shape.Hash == MerkleHash.Poseidon
                ? PoseidonGadget.Hash(ref cs, children[..arity])
                : HashSha256(ref cs, children[..arity]);
            cs.Leave();
            cs.Leave();
        }
        cs.Enter("index");
        Packing.PackIntoInputs(ref cs, index[..indexBits]);
        cs.Leave();
        current.EnforceEqual(ref cs, "root", root);
    }

    /// <summary>SHA-256 of numbers as 32 bytes each, cut to 254 bits.</summary>
    private static Number HashSha256<TCs>(ref TCs cs, scoped ReadOnlySpan<Number> numbers)
        where TCs : IConstraintSystem, allows ref struct
    {
        Span<Bit> message = stackalloc Bit[MaxArity * Sha256Gadget.DigestBits];
        Span<Bit> bits = stackalloc Bit[Sha256Gadget.DigestBits];
        for (int i = 0; i < numbers.Length; i++)
        {
            cs.Enter("child bits", i);
            numbers[i].ToBits(ref cs, bits[..Fr.ModulusBits]);
            Packing.ReverseBytes(bits[..Fr.ModulusBits], message.Slice(i * Sha256Gadget.DigestBits, Sha256Gadget.DigestBits));
            cs.Leave();
        }
        return HashToNumber(ref cs, message[..(numbers.Length * Sha256Gadget.DigestBits)]);
    }

    /// <summary>SHA-256 of bits, its bytes read as a little-endian number of 254 bits.</summary>
    public static Number HashToNumber<TCs>(ref TCs cs, scoped ReadOnlySpan<Bit> message)
        where TCs : IConstraintSystem, allows ref struct
    {
        Span<Bit> digest = stackalloc Bit[Sha256Gadget.DigestBits];
        Span<Bit> bits = stackalloc Bit[Sha256Gadget.DigestBits];
        cs.Enter("sha256");
        Sha256Gadget.Hash(ref cs, message, digest);
        cs.Leave();
        Packing.ReverseBytes(digest, bits);
        return Packing.Pack(ref cs, bits[..Fr.CapacityBits]);
    }
}
