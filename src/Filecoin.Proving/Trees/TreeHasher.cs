namespace Filecoin.Proving.Trees;

/// <summary>The hash function of a Merkle tree's inner nodes.</summary>
public enum TreeHasher
{
    /// <summary>SHA-256 of a 64-byte pair, trimmed to 254 bits: TreeD and piece trees (storage-proofs <c>Sha256Hasher</c>).</summary>
    Sha256,

    /// <summary>Poseidon over BLS12-381's scalar field with the Merkle-tree domain tag: TreeC and TreeR.</summary>
    Poseidon,
}
