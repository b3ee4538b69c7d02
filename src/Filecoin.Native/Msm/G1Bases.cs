using System.Runtime.InteropServices;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Msm;

/// <summary>
/// The points of a multi-scalar multiplication on G1: points in memory, or uncompressed encodings in a region, such as a mapped
/// parameter file, that are read in chunks while the multiplication runs.
/// </summary>
public readonly struct G1Bases : IBases<Fp>
{
    private readonly ReadOnlyMemory<G1Affine> _points;
    private readonly MemoryRegion? _region;
    private readonly long _offset;

    private G1Bases(ReadOnlyMemory<G1Affine> points, MemoryRegion? region, long offset, long count, PointChecks checks) =>
        (_points, _region, _offset, Count, Checks) = (points, region, offset, count, checks);

    /// <summary>Number of points.</summary>
    public long Count { get; }

    /// <summary>What reading an encoded point checks beyond flags and canonical coordinates.</summary>
    public PointChecks Checks { get; }

    bool IBases<Fp>.IsEncoded => _region is not null;

    /// <summary>Points in memory. They are points of the subgroup; this is not checked again.</summary>
    public static G1Bases FromPoints(ReadOnlyMemory<G1Affine> points) => new(points, null, 0, points.Length, PointChecks.None);

    /// <summary>Consecutive uncompressed encodings of 96 bytes, as parameter files hold them.</summary>
    /// <param name="region">Where they are. It must live as long as this is used.</param>
    /// <param name="offset">The first byte of the first point.</param>
    /// <param name="count">Number of points.</param>
    /// <param name="checks">What reading a point checks beyond flags and canonical coordinates. Points whose scalar is zero are not read.</param>
    /// <exception cref="ArgumentOutOfRangeException">The points are not inside the region.</exception>
    public static G1Bases FromUncompressed(MemoryRegion region, long offset, long count, PointChecks checks = PointChecks.None)
    {
        ArgumentNullException.ThrowIfNull(region);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > (region.Length - offset) / G1Affine.UncompressedSize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), count, $"{count} points from byte {offset} on are not inside a region of {region.Length} bytes.");
        }
        return new(default, region, offset, count, checks);
    }

    /// <summary>Some of the points.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many.</exception>
    public G1Bases Slice(long first, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count - first);
        return _region is not null
            ? new(default, _region, _offset + first * G1Affine.UncompressedSize, count, Checks)
            : new(_points.Slice((int)first, (int)count), null, 0, count, Checks);
    }

    ReadOnlySpan<AffinePoint<Fp>> IBases<Fp>.Points(long first, int count) =>
        MemoryMarshal.Cast<G1Affine, AffinePoint<Fp>>(_points.Span.Slice((int)first, count));

    ReadOnlySpan<byte> IBases<Fp>.Encodings(long first, int count) =>
        _region!.ReadOnlySpan(_offset + first * G1Affine.UncompressedSize, checked(count * G1Affine.UncompressedSize));

    void IBases<Fp>.Decode(long index, Span<AffinePoint<Fp>> point)
    {
        try
        {
            ReadOnlySpan<byte> encoded = _region!.ReadOnlySpan(_offset + index * G1Affine.UncompressedSize, G1Affine.UncompressedSize);
            G1Affine.ReadUncompressed(encoded, MemoryMarshal.Cast<AffinePoint<Fp>, G1Affine>(point), Checks);
        }
        catch (PointDecodingException e)
        {
            throw e.Shifted(index);
        }
    }
}
