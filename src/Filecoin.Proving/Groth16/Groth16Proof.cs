using Filecoin.Native.Curves;

namespace Filecoin.Proving.Groth16;

/// <summary>
/// A Groth16 proof: π = (A, B, C) with A, C in G1 and B in G2, 192 bytes as A ‖ B ‖ C compressed
/// (bellperson <c>groth16/proof.rs</c>).
/// </summary>
/// <param name="A">[A]₁.</param>
/// <param name="B">[B]₂.</param>
/// <param name="C">[C]₁.</param>
public readonly record struct Groth16Proof(G1Affine A, G2Affine B, G1Affine C)
{
    /// <summary>Bytes of one proof.</summary>
    public const int Size = 2 * G1Affine.CompressedSize + G2Affine.CompressedSize;

    /// <summary>Reads one proof; every point is canonical, on the curve, in the subgroup and not at infinity.</summary>
    /// <exception cref="MalformedProofException">The bytes are no proof.</exception>
    public static Groth16Proof Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new MalformedProofException(0, $"a proof has {Size} bytes, not {bytes.Length}");
        return ReadAt(bytes, 0);
    }

    /// <summary>Reads the proofs of several partitions, one after the other.</summary>
    /// <exception cref="MalformedProofException">The bytes are not a whole number of proofs.</exception>
    public static Groth16Proof[] ReadMany(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0 || bytes.Length % Size != 0)
            throw new MalformedProofException(0, $"proofs are a positive multiple of {Size} bytes, not {bytes.Length}");
        var proofs = new Groth16Proof[bytes.Length / Size];
        for (int i = 0; i < proofs.Length; i++) proofs[i] = ReadAt(bytes, i * Size);
        return proofs;
    }

    /// <summary>Writes the proofs of several partitions, one after the other.</summary>
    public static byte[] WriteMany(ReadOnlySpan<Groth16Proof> proofs)
    {
        var bytes = new byte[proofs.Length * Size];
        for (int i = 0; i < proofs.Length; i++) proofs[i].Write(bytes.AsSpan(i * Size, Size));
        return bytes;
    }

    /// <summary>Writes the proof.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> bytes)
    {
        A.WriteCompressed(bytes[..G1Affine.CompressedSize]);
        B.WriteCompressed(bytes.Slice(G1Affine.CompressedSize, G2Affine.CompressedSize));
        C.WriteCompressed(bytes.Slice(G1Affine.CompressedSize + G2Affine.CompressedSize, G1Affine.CompressedSize));
    }

    /// <summary>The proof's 192 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    private static Groth16Proof ReadAt(ReadOnlySpan<byte> bytes, int offset)
    {
        var part = "A";
        var at = offset;
        try
        {
            var a = G1Affine.ReadCompressed(bytes.Slice(at, G1Affine.CompressedSize));
            (part, at) = ("B", at + G1Affine.CompressedSize);
            var b = G2Affine.ReadCompressed(bytes.Slice(at, G2Affine.CompressedSize));
            (part, at) = ("C", at + G2Affine.CompressedSize);
            var c = G1Affine.ReadCompressed(bytes.Slice(at, G1Affine.CompressedSize));
            if (a.IsInfinity || b.IsInfinity || c.IsInfinity)
                throw new MalformedProofException(offset, "a point of the proof is at infinity");
            return new Groth16Proof(a, b, c);
        }
        catch (PointDecodingException e)
        {
            throw new MalformedProofException(at, $"point {part} of the proof cannot be read: {e.Message}", e);
        }
    }
}
