using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Trees;

/// <summary>Checks inclusion proofs of one shape together, a row of the tree at a time, so that each hash kernel call has many lanes.</summary>
internal static class InclusionBatch
{
    /// <summary>Index of the first proof whose leaf does not lead to its root, or -1 if all do. All proofs must have the same shape.</summary>
    public static int FirstInvalid(TreeHasher hasher, ReadOnlySpan<MerkleProof> proofs)
    {
        var nodes = new Commitment[proofs.Length];
        for (var i = 0; i < proofs.Length; i++)
            nodes[i] = proofs[i].Leaf;
        if (proofs.IsEmpty)
            return -1;
        for (var step = 0; step < proofs[0].BasePath.Count; step++)
            Climb(hasher, proofs, nodes, proof => proof.BasePath[step]);
        if (proofs[0].SubPath is not null)
            Climb(hasher, proofs, nodes, proof => proof.SubPath![0]);
        if (proofs[0].TopPath is not null)
            Climb(hasher, proofs, nodes, proof => proof.TopPath![0]);
        for (var i = 0; i < proofs.Length; i++)
        {
            if (nodes[i] != proofs[i].Root)
                return i;
        }

        return -1;
    }

    /// <summary>Whether every node of a proof is below the field's modulus, without which it is no preimage of Poseidon.</summary>
    public static bool IsCanonical(MerkleProof proof)
    {
        foreach (var step in proof.Steps)
        {
            if (!IsCanonical(step.Siblings))
                return false;
        }

        return IsCanonical([proof.Leaf, proof.Root]);
    }

    /// <summary>Whether every node is below the field's modulus.</summary>
    public static bool IsCanonical(ReadOnlySpan<Commitment> nodes)
    {
        foreach (ref readonly var node in nodes)
        {
            if (!Fr.TryRead(node.Span, out _))
                return false;
        }

        return true;
    }

    private static void Climb(TreeHasher hasher, ReadOnlySpan<MerkleProof> proofs, Span<Commitment> nodes, Func<MerkleProof, MerklePathElement> step)
    {
        var arity = step(proofs[0]).Arity;
        var children = new Commitment[arity * proofs.Length];
        for (var i = 0; i < proofs.Length; i++)
        {
            var element = step(proofs[i]);
            var row = children.AsSpan(i * arity, arity);
            element.Siblings[..element.Index].CopyTo(row);
            row[element.Index] = nodes[i];
            element.Siblings[element.Index..].CopyTo(row[(element.Index + 1)..]);
        }

        TreeHashing.Parents(hasher, arity, MemoryMarshal.AsBytes(children.AsSpan()), MemoryMarshal.AsBytes(nodes));
    }
}
