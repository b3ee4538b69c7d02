using System.Buffers.Binary;
using System.Numerics;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Proving.Groth16;

namespace Filecoin.Proving.Aggregation;

/// <summary>
/// Groth16 proofs aggregated into one of logarithmic size (SnarkPack, eprint 2021/529). Bytes are the official ones (bellperson
/// <c>aggregate/proof.rs</c>): target-group elements in 288 bytes, points compressed, the number of proofs as a little-endian u32.
/// </summary>
public sealed class AggregateProof
{
    /// <summary>The most proofs that any reference string has room for, 2²⁰.</summary>
    public const int MaxProofs = 1 << 20;

    private const int HeadSize = (5 * TargetGroup.CompressedSize) + G1Affine.CompressedSize;
    private const int RoundSize = (10 * TargetGroup.CompressedSize) + (2 * G1Affine.CompressedSize);
    private const int TailSize = (6 * G1Affine.CompressedSize) + (5 * G2Affine.CompressedSize);

    internal AggregateProof(
        PairCommitment ab, PairCommitment c, in Fp12 zab, in G1Affine zc, GipaRound[] rounds, GipaFinal final, KeyOpenings openings)
    {
        (Ab, C, Zab, Zc) = (ab, c, zab, zc);
        (Rounds, Final, Openings) = (rounds, final, openings);
    }

    /// <summary>How many proofs it stands for, padding included: a power of two, at least two.</summary>
    public int Proofs => 1 << Rounds.Length;

    /// <summary>Commitment to A and B.</summary>
    internal PairCommitment Ab { get; }

    /// <summary>Commitment to C.</summary>
    internal PairCommitment C { get; }

    /// <summary>Π e(Aᵢ, Bᵢ)^(rⁱ).</summary>
    internal Fp12 Zab { get; }

    /// <summary>Σ rⁱ·Cᵢ.</summary>
    internal G1Affine Zc { get; }

    internal GipaRound[] Rounds { get; }

    internal GipaFinal Final { get; }

    internal KeyOpenings Openings { get; }

    /// <summary>Bytes of an aggregate.</summary>
    /// <param name="proofs">How many proofs, padding included: a power of two from 2 to <see cref="MaxProofs"/>.</param>
    public static int SizeOf(int proofs)
    {
        if (proofs is < 2 or > MaxProofs || !BitOperations.IsPow2(proofs))
            throw new ArgumentOutOfRangeException(nameof(proofs), proofs, $"expected a power of two from 2 to {MaxProofs}");
        return HeadSize + sizeof(uint) + (BitOperations.Log2((uint)proofs) * RoundSize) + TailSize;
    }

    /// <summary>The power of two that this many proofs are padded to, by repeating the last: at least two.</summary>
    /// <param name="proofs">1 to <see cref="MaxProofs"/>.</param>
    public static int PaddedCount(int proofs)
    {
        if (proofs is < 1 or > MaxProofs)
            throw new ArgumentOutOfRangeException(nameof(proofs), proofs, $"expected 1 to {MaxProofs} proofs");
        return Math.Max(2, (int)BitOperations.RoundUpToPowerOf2((uint)proofs));
    }

    /// <summary>Reads an aggregate from bytes that nobody vouches for; nothing may follow it. Every element is canonical and of its group.</summary>
    /// <exception cref="MalformedProofException">The bytes are no aggregate.</exception>
    public static AggregateProof Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadSize + sizeof(uint))
            throw new MalformedProofException(0, $"an aggregate has more than {HeadSize} bytes, not {bytes.Length}");
        var proofs = BinaryPrimitives.ReadUInt32LittleEndian(bytes[HeadSize..]);
        if (proofs is < 2 or > MaxProofs || !BitOperations.IsPow2(proofs))
            throw new MalformedProofException(HeadSize, $"the number of proofs is a power of two from 2 to {MaxProofs}, not {proofs}");
        if (bytes.Length != SizeOf((int)proofs))
            throw new MalformedProofException(0, $"an aggregate of {proofs} proofs has {SizeOf((int)proofs)} bytes, not {bytes.Length}");

        var reader = new AggregateReader(bytes);
        PairCommitment ab = reader.Commitment("com_ab"), c = reader.Commitment("com_c");
        var zab = reader.Gt("ip_ab");
        var zc = reader.G1("agg_c");
        reader.Skip(sizeof(uint));
        var count = BitOperations.Log2(proofs);
        var commitmentsAb = Pairs(ref reader, count, "comms_ab");
        var commitmentsC = Pairs(ref reader, count, "comms_c");
        var rounds = new GipaRound[count];
        for (int i = 0; i < count; i++)
        {
            rounds[i] = new GipaRound(
                commitmentsAb[i].Left, commitmentsAb[i].Right, commitmentsC[i].Left, commitmentsC[i].Right,
                reader.Gt("z_ab"), reader.Gt("z_ab"), default, default);
        }
        for (int i = 0; i < count; i++) rounds[i] = rounds[i] with { ZcLeft = reader.G1("z_c"), ZcRight = reader.G1("z_c") };
        var final = new GipaFinal(
            reader.G1("final_a"), reader.G2("final_b"), reader.G1("final_c"), reader.G2("final_vkey"), reader.G2("final_vkey"),
            reader.G1("final_wkey"), reader.G1("final_wkey"));
        var openings = new KeyOpenings(
            reader.G2("vkey_opening"), reader.G2("vkey_opening"), reader.G1("wkey_opening"), reader.G1("wkey_opening"));
        return new AggregateProof(ab, c, zab, zc, rounds, final, openings);
    }

    /// <summary>The official bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[SizeOf(Proofs)];
        var writer = new AggregateWriter(bytes);
        writer.Write(Ab);
        writer.Write(C);
        writer.Write(Zab);
        writer.Write(Zc);
        writer.Write((uint)Proofs);
        foreach (var round in Rounds)
        {
            writer.Write(round.AbLeft);
            writer.Write(round.AbRight);
        }
        foreach (var round in Rounds)
        {
            writer.Write(round.CLeft);
            writer.Write(round.CRight);
        }
        foreach (var round in Rounds)
        {
            writer.Write(round.ZabLeft);
            writer.Write(round.ZabRight);
        }
        foreach (var round in Rounds)
        {
            writer.Write(round.ZcLeft);
            writer.Write(round.ZcRight);
        }
        writer.Write(Final.A);
        writer.Write(Final.B);
        writer.Write(Final.C);
        writer.Write(Final.V1);
        writer.Write(Final.V2);
        writer.Write(Final.W1);
        writer.Write(Final.W2);
        writer.Write(Openings.V1);
        writer.Write(Openings.V2);
        writer.Write(Openings.W1);
        writer.Write(Openings.W2);
        return bytes;
    }

    private static (PairCommitment Left, PairCommitment Right)[] Pairs(ref AggregateReader reader, int count, string name)
    {
        var pairs = new (PairCommitment, PairCommitment)[count];
        for (int i = 0; i < count; i++) pairs[i] = (reader.Commitment(name), reader.Commitment(name));
        return pairs;
    }
}
