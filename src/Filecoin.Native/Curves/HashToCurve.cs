using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Curves;

/// <summary>Hashing to G2 as RFC 9380 has it, suite BLS12381G2_XMD:SHA-256_SSWU_RO_. Messages are public: not constant time.</summary>
public static class HashToCurve
{
    private const int DigestSize = 32, BlockSize = 64;

    /// <summary>A point of G2 that nobody knows a discrete logarithm of.</summary>
    /// <param name="message">The message.</param>
    /// <param name="domain">The domain separation tag, 1 to 255 bytes.</param>
    /// <exception cref="ArgumentException">The tag is empty or longer than 255 bytes.</exception>
    public static G2Projective HashToG2(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domain)
    {
        Span<byte> uniform = stackalloc byte[4 * BlockSize];
        ExpandMessage(message, domain, uniform);
        var u0 = new Fp2(Fp.ReduceWide(uniform[..64]), Fp.ReduceWide(uniform.Slice(64, 64)));
        var u1 = new Fp2(Fp.ReduceWide(uniform.Slice(128, 64)), Fp.ReduceWide(uniform.Slice(192, 64)));
        return new G2Projective(HashToG2Reference.Map(u0, u1));
    }

    /// <summary>expand_message_xmd with SHA-256, section 5.3.1.</summary>
    /// <param name="message">The message.</param>
    /// <param name="domain">The domain separation tag, 1 to 255 bytes.</param>
    /// <param name="uniform">Filled; at most 255 × 32 bytes.</param>
    /// <exception cref="ArgumentException">The tag's or the output's length is not allowed.</exception>
    internal static void ExpandMessage(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domain, Span<byte> uniform)
    {
        if (domain.Length is 0 or > 255)
        {
            throw new ArgumentException($"Expected a domain separation tag of 1 to 255 bytes, found {domain.Length}.", nameof(domain));
        }
        if (uniform.Length > 255 * DigestSize)
        {
            throw new ArgumentException($"Expected room for at most {255 * DigestSize} bytes, found {uniform.Length}.", nameof(uniform));
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> first = stackalloc byte[DigestSize], block = stackalloc byte[DigestSize], zeros = stackalloc byte[BlockSize];
        Span<byte> length = stackalloc byte[3];
        zeros.Clear();
        length.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)uniform.Length);
        ReadOnlySpan<byte> domainLength = [(byte)domain.Length];

        hash.AppendData(zeros);
        hash.AppendData(message);
        hash.AppendData(length);
        hash.AppendData(domain);
        hash.AppendData(domainLength);
        hash.GetHashAndReset(first);
        block.Clear();
        for (int i = 1; !uniform.IsEmpty; i++)
        {
            for (int j = 0; j < DigestSize; j++)
            {
                block[j] ^= first[j];
            }
            hash.AppendData(block);
            hash.AppendData([(byte)i]);
            hash.AppendData(domain);
            hash.AppendData(domainLength);
            hash.GetHashAndReset(block);
            int count = Math.Min(DigestSize, uniform.Length);
            block[..count].CopyTo(uniform);
            uniform = uniform[count..];
        }
    }
}
