using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;

namespace Filecoin.Proving.Aggregation;

/// <summary>
/// One challenge of Fiat and Shamir: SHA-256 over a prefix, a tag and what was added, each in the form that bincode gives it
/// (bellperson <c>aggregate/transcript.rs</c>). A transcript gives one challenge and is spent then.
/// </summary>
internal sealed class Transcript
{
    private const string Prefix = "snarkpack-v1";
    private readonly IncrementalHash _hash;

    public Transcript(string tag)
    {
        _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _hash.AppendData(Encoding.ASCII.GetBytes(Prefix + tag));
    }

    public Transcript Add(Fr value)
    {
        Span<byte> bytes = stackalloc byte[Fr.Size];
        value.Write(bytes);
        _hash.AppendData(bytes);
        return this;
    }

    public Transcript Add(in Fp12 value)
    {
        Span<byte> bytes = stackalloc byte[TargetGroup.Size];
        TargetGroup.Write(value, bytes);
        _hash.AppendData(bytes);
        return this;
    }

    public Transcript Add(in G1Affine value)
    {
        Span<byte> bytes = stackalloc byte[G1Affine.CompressedSize];
        value.WriteCompressed(bytes);
        _hash.AppendData(bytes);
        return this;
    }

    public Transcript Add(in G2Affine value)
    {
        Span<byte> bytes = stackalloc byte[G2Affine.CompressedSize];
        value.WriteCompressed(bytes);
        _hash.AppendData(bytes);
        return this;
    }

    public Transcript Add(PairCommitment value) => Add(value.T).Add(value.U);

    /// <summary>Bytes of a length that the verifier does not fix: the length goes first.</summary>
    public Transcript Add(ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)bytes.Length);
        _hash.AppendData(length);
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>What a round sent: its inner products, then its commitments.</summary>
    public Transcript Add(GipaRound round) => Add(round.ZabLeft).Add(round.ZabRight).Add(round.ZcLeft).Add(round.ZcRight)
        .Add(round.AbLeft).Add(round.AbRight).Add(round.CLeft).Add(round.CRight);

    /// <summary>A field element other than zero and one: digests are drawn, each over all before it, until one is such an element.</summary>
    public Fr Challenge()
    {
        using var hash = _hash;
        Span<byte> counter = stackalloc byte[sizeof(ulong)];
        Span<byte> digest = stackalloc byte[Fr.Size];
        for (ulong draw = 1; ; draw++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(counter, draw);
            hash.AppendData(counter);
            hash.GetCurrentHash(digest);
            digest[^1] &= 0x7F; // the field has 255 bits
            if (Fr.TryRead(digest, out var challenge) && !challenge.IsZero && !challenge.IsOne) return challenge;
        }
    }
}
