using System.Runtime.InteropServices;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Msm;

/// <summary>
/// Many multiples of one point of G1, as a set-up of parameters needs them: a table of the point's multiples is made once, and each
/// product takes an addition for each window of its scalar. Not constant time. Methods may be called by several threads at once.
/// </summary>
public sealed class FixedBaseG1 : IDisposable
{
    private readonly FixedBaseTable<Fp> _table;

    /// <summary>Makes the table.</summary>
    /// <param name="point">The point, of the subgroup of order r.</param>
    /// <param name="products">How many products are about to be made: more of them are worth a larger table, of up to 64 MiB.</param>
    public FixedBaseG1(in G1Affine point, long products = 1 << 10) => _table = new(point.Point, products);

    /// <summary>The point's multiples.</summary>
    /// <param name="scalars">The scalars.</param>
    /// <param name="products">Receives as many points.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Multiply(ReadOnlySpan<Fr> scalars, Span<G1Affine> products)
    {
        if (products.Length != scalars.Length)
        {
            throw new ArgumentException($"Expected room for {scalars.Length} points, found {products.Length}.", nameof(products));
        }
        _table.Multiply(scalars, MemoryMarshal.Cast<G1Affine, AffinePoint<Fp>>(products));
    }

    /// <summary>The point's multiples, encoded.</summary>
    /// <param name="scalars">The scalars.</param>
    /// <param name="uncompressed">Receives 96 bytes for each.</param>
    /// <exception cref="ArgumentException">The room is not 96 bytes for each scalar.</exception>
    public void MultiplyEncoded(ReadOnlySpan<Fr> scalars, Span<byte> uncompressed)
    {
        if (uncompressed.Length != (long)scalars.Length * G1Affine.UncompressedSize)
        {
            throw new ArgumentException(
                $"Expected room for {scalars.Length} points of {G1Affine.UncompressedSize} bytes, found {uncompressed.Length} bytes.",
                nameof(uncompressed));
        }
        _table.MultiplyEncoded(scalars, uncompressed);
    }

    /// <summary>Releases the table.</summary>
    public void Dispose() => _table.Dispose();
}
