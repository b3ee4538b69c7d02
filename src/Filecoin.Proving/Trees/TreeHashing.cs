using System.Runtime.InteropServices;
using Filecoin.Native.Hashing;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Trees;

/// <summary>The two hash functions of the protocol's trees, over rows of nodes.</summary>
internal static class TreeHashing
{
    /// <summary>Hashes each run of <paramref name="arity"/> children to its parent.</summary>
    public static void Parents(TreeHasher hasher, int arity, ReadOnlySpan<byte> children, Span<byte> parents)
    {
        if (hasher == TreeHasher.Poseidon)
            Poseidon.HashMany(arity, children, parents);
        else if (arity == 2)
            Sha256.HashPairs254(children, parents);
        else
            throw new ArgumentException($"expected SHA-256 trees of arity 2, found {arity}", nameof(arity));
    }

    /// <summary>The parent of all the given children.</summary>
    public static Commitment Parent(TreeHasher hasher, ReadOnlySpan<Commitment> children)
    {
        Span<Commitment> parent = stackalloc Commitment[1];
        Parents(hasher, children.Length, MemoryMarshal.AsBytes(children), MemoryMarshal.AsBytes(parent));
        return parent[0];
    }
}
