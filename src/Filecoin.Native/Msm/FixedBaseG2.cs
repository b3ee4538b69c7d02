using System.Runtime.InteropServices;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Msm;

/// <summary>
/// Many multiples of one point of G2, as a set-up of parameters needs them: a table of the point's multiples is made once, and each
/// product takes an addition for each window of its scalar. Not constant time. Methods may be called by several threads at once.
/// </summary>
public sealed class FixedBaseG2 : IDisposable
{
    private readonly FixedBaseReference<Fp2> _reference;

    /// <summary>Makes the table.</summary>
    /// <param name="point">The point, of the subgroup of order r.</param>
    public FixedBaseG2(in G2Affine point) => _reference = new(point.Point);

    /// <summary>The point's multiples.</summary>
    /// <param name="scalars">The scalars.</param>
    /// <param name="products">Receives as many points.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Multiply(ReadOnlySpan<Fr> scalars, Span<G2Affine> products)
    {
        if (products.Length != scalars.Length)
        {
            throw new ArgumentException($"Expected room for {scalars.Length} points, found {products.Length}.", nameof(products));
        }
        const int Chunk = 1024;
        var canonical = new Limbs4[Math.Min(Chunk, scalars.Length)];
        for (int first = 0; first < scalars.Length; first += Chunk)
        {
            int count = Math.Min(Chunk, scalars.Length - first);
            for (int i = 0; i < count; i++)
            {
                scalars[first + i].ToCanonical(MemoryMarshal.Cast<Limbs4, ulong>(canonical.AsSpan(i, 1)));
            }
            _reference.Multiply(canonical.AsSpan(0, count), MemoryMarshal.Cast<G2Affine, AffinePoint<Fp2>>(products.Slice(first, count)));
        }
    }

    /// <summary>The point's multiples, encoded.</summary>
    /// <param name="scalars">The scalars.</param>
    /// <param name="uncompressed">Receives 192 bytes for each.</param>
    /// <exception cref="ArgumentException">The room is not 192 bytes for each scalar.</exception>
    public void MultiplyEncoded(ReadOnlySpan<Fr> scalars, Span<byte> uncompressed)
    {
        if (uncompressed.Length != (long)scalars.Length * G2Affine.UncompressedSize)
        {
            throw new ArgumentException(
                $"Expected room for {scalars.Length} points of {G2Affine.UncompressedSize} bytes, found {uncompressed.Length} bytes.",
                nameof(uncompressed));
        }
        const int Chunk = 1024;
        var points = new G2Affine[Math.Min(Chunk, scalars.Length)];
        for (int first = 0; first < scalars.Length; first += Chunk)
        {
            int count = Math.Min(Chunk, scalars.Length - first);
            Multiply(scalars.Slice(first, count), points.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                points[i].WriteUncompressed(uncompressed[((first + i) * G2Affine.UncompressedSize)..]);
            }
        }
    }

    /// <summary>Releases the table.</summary>
    public void Dispose()
    {
    }
}
