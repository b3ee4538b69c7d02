using System.Runtime.InteropServices;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;

namespace Filecoin.Native.Interop;

/// <summary>
/// kernels/bls.c. Points go as they are in memory. Callers check lengths; these methods may be called where
/// <see cref="Kernels.IsNative"/> holds.
/// </summary>
internal static unsafe partial class BlsNative
{
    private const uint G1 = 1, G2 = 2;

    /// <returns>-1, or what is wrong with the first malformed point.</returns>
    internal static int Decode(ReadOnlySpan<byte> bytes, bool compressed, PointChecks checks, Span<G1Affine> points, out int malformed)
    {
        fixed (G1Affine* p = points)
            return Decode(G1, bytes, points.Length, compressed, checks, p, out malformed);
    }

    /// <returns>-1, or what is wrong with the first malformed point.</returns>
    internal static int Decode(ReadOnlySpan<byte> bytes, bool compressed, PointChecks checks, Span<G2Affine> points, out int malformed)
    {
        fixed (G2Affine* p = points)
            return Decode(G2, bytes, points.Length, compressed, checks, p, out malformed);
    }

    internal static bool IsInSubgroup(in G1Affine point)
    {
        fixed (G1Affine* p = &point)
            return InSubgroup(G1, p) != 0;
    }

    internal static bool IsInSubgroup(in G2Affine point)
    {
        fixed (G2Affine* p = &point)
            return InSubgroup(G2, p) != 0;
    }

    internal static G1Projective Multiply(in G1Projective point, ReadOnlySpan<ulong> scalar, bool secret)
    {
        G1Projective product;
        fixed (G1Projective* p = &point)
            Multiply(G1, p, scalar, &product, secret);
        return product;
    }

    internal static G2Projective Multiply(in G2Projective point, ReadOnlySpan<ulong> scalar, bool secret)
    {
        G2Projective product;
        fixed (G2Projective* p = &point)
            Multiply(G2, p, scalar, &product, secret);
        return product;
    }

    /// <summary>The sum of products of few terms: points affine, scalars integers of four limbs, the sum projective.</summary>
    internal static void MultiplyFew<TAffine, TPoint>(int group, ReadOnlySpan<TAffine> points, ReadOnlySpan<ulong> scalars, out TPoint sum)
        where TAffine : unmanaged
        where TPoint : unmanaged
    {
        byte[] workspace = new byte[checked((int)Workspace((uint)group) * points.Length)];
        fixed (TAffine* p = points)
        fixed (ulong* s = scalars)
        fixed (TPoint* t = &sum)
        fixed (byte* w = workspace)
            MultiplyFew((uint)group, p, s, (nuint)points.Length, t, w);
    }

    /// <summary>As many lists of points of G1 as products, each against the same points of G2.</summary>
    internal static void MillerLoops(ReadOnlySpan<G1Affine> ps, ReadOnlySpan<G2Affine> qs, Span<Fp12> products)
    {
        byte[] workspace = new byte[checked((int)Workspace(0) * qs.Length)];
        fixed (G1Affine* p = ps)
        fixed (G2Affine* q = qs)
        fixed (Fp12* r = products)
        fixed (byte* w = workspace)
            MillerLoops(p, q, (nuint)qs.Length, (nuint)products.Length, r, w);
    }

    internal static Fp12 FinalExponentiation(in Fp12 value)
    {
        Fp12 result;
        fixed (Fp12* v = &value)
            FinalExponentiation(v, &result);
        return result;
    }

    internal static bool IsInTargetGroup(in Fp12 value)
    {
        fixed (Fp12* v = &value)
            return TargetInSubgroup(v) != 0;
    }

    internal static Fp12 FromTorus(in Fp6 c)
    {
        Fp12 result;
        fixed (Fp6* f = &c)
            TargetFromTorus(f, &result);
        return result;
    }

    /// <summary>Scalars are integers of four limbs; values are of the target group.</summary>
    internal static Fp12 MultiPower(ReadOnlySpan<Fp12> values, ReadOnlySpan<ulong> scalars)
    {
        Fp12 product;
        byte[] workspace = new byte[checked((int)Workspace(3) * values.Length)];
        fixed (Fp12* v = values)
        fixed (ulong* s = scalars)
        fixed (byte* w = workspace)
            TargetMultiPower(v, s, (nuint)values.Length, &product, w);
        return product;
    }

    private static int Decode(
        uint group, ReadOnlySpan<byte> bytes, int count, bool compressed, PointChecks checks, void* points, out int malformed)
    {
        nuint index = 0;
        int error;
        fixed (byte* b = bytes)
            error = Decode(group, b, (nuint)count, compressed ? 1u : 0u, (uint)checks, points, &index);
        malformed = (int)index;
        return error;
    }

    private static void Multiply(uint group, void* point, ReadOnlySpan<ulong> scalar, void* product, bool secret)
    {
        fixed (ulong* s = scalar)
        {
            if (secret)
                MultiplySecret(group, point, s, product);
            else
                Multiply(group, point, s, product);
        }
    }

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_decode")]
    private static partial int Decode(
        uint group, byte* bytes, nuint count, uint compressed, uint checks, void* points, nuint* malformed);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_in_subgroup")]
    private static partial uint InSubgroup(uint group, void* affine);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_multiply")]
    private static partial void Multiply(uint group, void* point, ulong* scalar, void* product);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_multiply_secret")]
    private static partial void MultiplySecret(uint group, void* point, ulong* scalar, void* product);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_multiply_few")]
    private static partial void MultiplyFew(uint group, void* points, ulong* scalars, nuint count, void* sum, void* workspace);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_workspace")]
    private static partial nuint Workspace(uint group);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_miller_loops")]
    private static partial void MillerLoops(void* ps, void* qs, nuint count, nuint lists, void* products, void* workspace);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_final_exponentiation")]
    private static partial void FinalExponentiation(void* value, void* result);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_gt_in_subgroup")]
    private static partial uint TargetInSubgroup(void* value);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_gt_from_torus")]
    private static partial void TargetFromTorus(void* fp6, void* fp12);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_bls_gt_multi_power")]
    private static partial void TargetMultiPower(void* values, ulong* scalars, nuint count, void* product, void* workspace);
}
