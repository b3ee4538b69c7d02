using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Curves;

/// <summary>
/// GT: the subgroup of order r of <see cref="Fp12"/>, where values of the <see cref="Pairing"/> are. Variable time: elements and exponents
/// are public.
/// </summary>
/// <remarks>
/// The whole encoding of an element is its twelve coefficients; the compressed one is c of (c + w) / (c − w), which every element but one
/// can be written as (the torus of Rubin and Silverberg; Naehrig, Barreto and Schwabe, eprint 2007/429). Coefficients are 48 bytes
/// little-endian, canonical, c0 before c1 before c2 on every level of the tower (blstrs <c>gt.rs</c>, <c>serde_impl.rs</c>).
/// </remarks>
public static class TargetGroup
{
    /// <summary>Bytes of a compressed element.</summary>
    public const int CompressedSize = 6 * Fp.Size;

    /// <summary>Bytes of an element's twelve coefficients.</summary>
    public const int Size = 12 * Fp.Size;

    /// <summary>Whether an element of the field is in the group.</summary>
    public static bool Contains(in Fp12 value) =>
        Kernels.IsNative ? BlsNative.IsInTargetGroup(value) : TargetGroupReference.Contains(value);

    /// <summary>The product of elements raised to exponents, with squarings shared by all.</summary>
    /// <param name="values">Elements of the group; not checked.</param>
    /// <param name="exponents">As many exponents.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Fp12 MultiPower(ReadOnlySpan<Fp12> values, ReadOnlySpan<Fr> exponents)
    {
        if (values.Length != exponents.Length)
        {
            throw new ArgumentException($"Expected an exponent for each of {values.Length} elements, found {exponents.Length}.", nameof(exponents));
        }
        var integers = new Limbs4[exponents.Length];
        Span<ulong> limbs = MemoryMarshal.Cast<Limbs4, ulong>(integers.AsSpan());
        for (int i = 0; i < exponents.Length; i++)
        {
            exponents[i].ToCanonical(limbs.Slice(4 * i, 4));
        }
        return Kernels.IsNative ? BlsNative.MultiPower(values, limbs) : TargetGroupReference.MultiPower(values, limbs);
    }

    /// <summary>Writes an element's twelve coefficients, as transcripts take them.</summary>
    /// <param name="value">Any element of the field.</param>
    /// <param name="bytes">Room for 576 bytes.</param>
    public static void Write(in Fp12 value, Span<byte> bytes)
    {
        Write(value.C0, bytes);
        Write(value.C1, bytes[CompressedSize..]);
    }

    /// <summary>Writes an element of the group compressed.</summary>
    /// <param name="value">An element of the group other than one.</param>
    /// <param name="bytes">Room for 288 bytes.</param>
    /// <exception cref="ArgumentException">The element is one, which has no compressed encoding.</exception>
    public static void WriteCompressed(in Fp12 value, Span<byte> bytes)
    {
        if (value.C1 == Fp6.Zero)
        {
            throw new ArgumentException("One has no compressed encoding.", nameof(value));
        }
        Write((value.C0 + Fp6.One) * value.C1.Inverse(), bytes);
    }

    /// <summary>Reads a compressed element.</summary>
    /// <param name="bytes">288 bytes.</param>
    /// <exception cref="PointDecodingException">A coefficient is not below p, or the element is not in the group.</exception>
    public static Fp12 ReadCompressed(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != CompressedSize)
        {
            throw PointEncoding.Failure(PointDecodingError.Length, "GT", 0, CompressedSize, bytes);
        }
        Span<Fp6> torus = stackalloc Fp6[1];
        Span<Fp> coefficients = MemoryMarshal.Cast<Fp6, Fp>(torus);
        for (int i = 0; i < coefficients.Length; i++)
        {
            if (!Fp.TryReadLittleEndian(bytes.Slice(i * Fp.Size, Fp.Size), out coefficients[i]))
            {
                throw PointEncoding.Failure(PointDecodingError.NonCanonicalCoordinate, "GT", 0, CompressedSize, bytes);
            }
        }
        Fp12 value = Kernels.IsNative ? BlsNative.FromTorus(torus[0]) : TargetGroupReference.FromTorus(torus[0]);
        return Contains(value) ? value : throw PointEncoding.Failure(PointDecodingError.NotInSubgroup, "GT", 0, CompressedSize, bytes);
    }

    private static void Write(in Fp6 value, Span<byte> bytes)
    {
        ReadOnlySpan<Fp> coefficients = MemoryMarshal.Cast<Fp6, Fp>(new ReadOnlySpan<Fp6>(in value));
        for (int i = 0; i < coefficients.Length; i++)
        {
            coefficients[i].WriteLittleEndian(bytes.Slice(i * Fp.Size, Fp.Size));
        }
    }
}
