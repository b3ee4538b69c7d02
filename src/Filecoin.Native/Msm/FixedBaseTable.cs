using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Msm;

/// <summary>The table of a fixed base of either group, native or managed.</summary>
internal sealed class FixedBaseTable<F> : IDisposable
    where F : unmanaged, ICurveField<F>
{
    /// <summary>Products made at a time: enough for the batches of the kernel, few enough for a cache.</summary>
    private const int NativeChunk = 1 << 13, ManagedChunk = 1 << 10;

    private readonly int _group;
    private readonly int _windowBits, _windows;
    private readonly MemoryRegion? _table;
    private readonly FixedBaseReference<F>? _reference;

    internal FixedBaseTable(in AffinePoint<F> point, long products, MsmPath path = MsmPath.Best)
    {
        if (!Kernels.IsNative)
        {
            _reference = new(point);
            return;
        }
        _group = MsmNative.WithPath(Unsafe.SizeOf<F>() == Fp.Size ? 1 : 2, path);
        _windowBits = MsmWindow.Bits(products);
        _windows = MsmWindow.Count(_windowBits);
        _table = MemoryRegion.Allocate(_windows * ((long)MsmNative.PointSize(_group) << (_windowBits - 1)));
        MsmNative.FixedTable(_group, point, _windowBits, _windows, _table);
    }

    internal void Multiply(ReadOnlySpan<Fr> scalars, Span<AffinePoint<F>> products)
    {
        if (_reference is null)
        {
            Native(scalars, products, 1, encoded: false);
            return;
        }
        var canonical = new Limbs4[Math.Min(ManagedChunk, scalars.Length)];
        for (int first = 0; first < scalars.Length; first += ManagedChunk)
        {
            int count = Math.Min(ManagedChunk, scalars.Length - first);
            for (int i = 0; i < count; i++)
            {
                scalars[first + i].ToCanonical(MemoryMarshal.Cast<Limbs4, ulong>(canonical.AsSpan(i, 1)));
            }
            _reference.Multiply(canonical.AsSpan(0, count), products.Slice(first, count));
        }
    }

    internal void MultiplyEncoded(ReadOnlySpan<Fr> scalars, Span<byte> uncompressed)
    {
        int size = 2 * F.EncodedSize;
        if (_reference is null)
        {
            Native(scalars, uncompressed, size, encoded: true);
            return;
        }
        var points = new AffinePoint<F>[Math.Min(ManagedChunk, scalars.Length)];
        for (int first = 0; first < scalars.Length; first += ManagedChunk)
        {
            int count = Math.Min(ManagedChunk, scalars.Length - first);
            Multiply(scalars.Slice(first, count), points.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                PointEncoding.Encode(points[i], compressed: false, uncompressed[((first + i) * size)..]);
            }
        }
    }

    public void Dispose() => _table?.Dispose();

    private void Native<TProduct>(ReadOnlySpan<Fr> scalars, Span<TProduct> products, int elements, bool encoded)
        where TProduct : unmanaged
    {
        int chunk = Math.Min(NativeChunk, scalars.Length);
        long digits = (MsmNative.Workspace(_group, chunk, 1) + 63) & ~63L;
        using MemoryRegion workspace = MemoryRegion.Allocate(digits + (long)_windows * chunk * sizeof(short));
        for (int first = 0; first < scalars.Length; first += chunk)
        {
            int count = Math.Min(chunk, scalars.Length - first);
            MsmNative.FixedMultiply(
                _group, _table!, _windowBits, _windows, MemoryMarshal.Cast<Fr, ulong>(scalars.Slice(first, count)), count, encoded,
                products.Slice(first * elements, count * elements), workspace, digits);
        }
    }
}
