using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Curves;

/// <summary>The operations on G2 that have a native form, and the choice of it.</summary>
internal static class G2Kernels
{
    internal static bool IsInSubgroup(in G2Affine point) =>
        Kernels.IsNative ? BlsNative.IsInSubgroup(point) : Subgroups.Contains(point.Point.ToProjective());

    internal static G2Projective Multiply(in G2Projective point, Fr scalar)
    {
        Span<ulong> limbs = stackalloc ulong[4];
        scalar.ToCanonical(limbs);
        return Kernels.IsNative ? BlsNative.Multiply(point, limbs, secret: false) : new(point.Point.Multiply(limbs));
    }

    internal static G2Projective MultiplySecret(in G2Projective point, Fr scalar)
    {
        Span<ulong> limbs = stackalloc ulong[4];
        scalar.ToCanonical(limbs);
        G2Projective product = MultiplySecret(point, limbs);
        limbs.Clear();
        return product;
    }

    /// <param name="point">The point.</param>
    /// <param name="scalar">The secret integer in four limbs, least significant first.</param>
    internal static G2Projective MultiplySecret(in G2Projective point, ReadOnlySpan<ulong> scalar) =>
        Kernels.IsNative ? BlsNative.Multiply(point, scalar, secret: true) : new(point.Point.MultiplySecret(scalar));

    internal static void Decode(ReadOnlySpan<byte> bytes, bool compressed, PointChecks checks, Span<G2Affine> points)
    {
        int size = compressed ? G2Affine.CompressedSize : G2Affine.UncompressedSize;
        if (Kernels.IsNative)
        {
            int failure = BlsNative.Decode(bytes, compressed, checks, points, out int malformed);
            if (failure >= 0)
            {
                throw PointEncoding.Failure((PointDecodingError)failure, "G2", malformed, size, bytes.Slice(malformed * size, size));
            }
            return;
        }
        for (int i = 0; i < points.Length; i++)
        {
            ReadOnlySpan<byte> encoded = bytes.Slice(i * size, size);
            PointDecodingError? error =
                PointEncoding.TryDecode(encoded, compressed, (checks & PointChecks.OnCurve) != 0, out AffinePoint<Fp2> point);
            if (error is null && checks.HasFlag(PointChecks.Subgroup) && !Subgroups.Contains(point.ToProjective()))
            {
                error = PointDecodingError.NotInSubgroup;
            }
            if (error is { } reason)
            {
                throw PointEncoding.Failure(reason, "G2", i, size, encoded);
            }
            points[i] = new G2Affine(point);
        }
    }
}
