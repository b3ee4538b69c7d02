using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Curves;

/// <summary>The operations on G1 that have a native form, and the choice of it.</summary>
internal static class G1Kernels
{
    internal static bool IsInSubgroup(in G1Affine point) =>
        Kernels.IsNative ? BlsNative.IsInSubgroup(point) : Subgroups.Contains(point.Point.ToProjective());

    internal static G1Projective Multiply(in G1Projective point, Fr scalar)
    {
        Span<ulong> limbs = stackalloc ulong[4];
        scalar.ToCanonical(limbs);
        return Kernels.IsNative ? BlsNative.Multiply(point, limbs, secret: false) : new(point.Point.Multiply(limbs));
    }

    internal static G1Projective MultiplySecret(in G1Projective point, Fr scalar)
    {
        Span<ulong> limbs = stackalloc ulong[4];
        scalar.ToCanonical(limbs);
        G1Projective product = MultiplySecret(point, limbs);
        limbs.Clear();
        return product;
    }

    /// <param name="point">The point.</param>
    /// <param name="scalar">The secret integer in four limbs, least significant first.</param>
    internal static G1Projective MultiplySecret(in G1Projective point, ReadOnlySpan<ulong> scalar) =>
        Kernels.IsNative ? BlsNative.Multiply(point, scalar, secret: true) : new(point.Point.MultiplySecret(scalar));

    internal static void Decode(ReadOnlySpan<byte> bytes, bool compressed, PointChecks checks, Span<G1Affine> points)
    {
        int size = compressed ? G1Affine.CompressedSize : G1Affine.UncompressedSize;
        if (Kernels.IsNative)
        {
            int failure = BlsNative.Decode(bytes, compressed, checks, points, out int malformed);
            if (failure >= 0)
            {
                throw PointEncoding.Failure((PointDecodingError)failure, "G1", malformed, size, bytes.Slice(malformed * size, size));
            }
            return;
        }
        for (int i = 0; i < points.Length; i++)
        {
            ReadOnlySpan<byte> encoded = bytes.Slice(i * size, size);
            PointDecodingError? error =
                PointEncoding.TryDecode(encoded, compressed, (checks & PointChecks.OnCurve) != 0, out AffinePoint<Fp> point);
            if (error is null && checks.HasFlag(PointChecks.Subgroup) && !Subgroups.Contains(point.ToProjective()))
            {
                error = PointDecodingError.NotInSubgroup;
            }
            if (error is { } reason)
            {
                throw PointEncoding.Failure(reason, "G1", i, size, encoded);
            }
            points[i] = new G1Affine(point);
        }
    }
}
