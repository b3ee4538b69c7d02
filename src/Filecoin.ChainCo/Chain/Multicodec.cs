namespace Filecoin.ChainCo.Chain;

/// <summary>Codes of the multicodec table that Filecoin's CIDs use (multiformats/multicodec, table.csv).</summary>
public static class Multicodec
{
    /// <summary>Content: raw bytes.</summary>
    public const ulong Raw = 0x55;

    /// <summary>Content: MerkleDAG protobuf, the content of every version 0 CID.</summary>
    public const ulong DagPb = 0x70;

    /// <summary>Content: DAG-CBOR, the encoding of headers, messages and state.</summary>
    public const ulong DagCbor = 0x71;

    /// <summary>Content: plain CBOR.</summary>
    public const ulong Cbor = 0x51;

    /// <summary>Content: CommD or CommP, a sha2-256-trunc254-padded binary tree root.</summary>
    public const ulong FilCommitmentUnsealed = 0xf101;

    /// <summary>Content: CommR.</summary>
    public const ulong FilCommitmentSealed = 0xf102;

    /// <summary>Hash: none, the digest is the content.</summary>
    public const ulong Identity = 0x00;

    /// <summary>Hash: SHA-256.</summary>
    public const ulong Sha2_256 = 0x12;

    /// <summary>Hash: BLAKE2b with 32 bytes.</summary>
    public const ulong Blake2b256 = 0xb220;

    /// <summary>Hash: the SHA-256 binary tree of pieces, two top bits of each node cleared.</summary>
    public const ulong Sha2_256Trunc254Padded = 0x1012;

    /// <summary>Hash: Poseidon over BLS12-381, arity 2, the Filecoin parameters.</summary>
    public const ulong PoseidonBls12_381A2Fc1 = 0xb401;
}
