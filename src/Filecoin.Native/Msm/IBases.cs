using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Msm;

/// <summary>Where the points of a multiplication come from, for either group.</summary>
internal interface IBases<F>
    where F : unmanaged, ICurveField<F>
{
    long Count { get; }

    PointChecks Checks { get; }

    bool IsEncoded { get; }

    /// <summary>Points in memory; where <see cref="IsEncoded"/> is false.</summary>
    ReadOnlySpan<AffinePoint<F>> Points(long first, int count);

    /// <summary>Encodings; where <see cref="IsEncoded"/> is true.</summary>
    ReadOnlySpan<byte> Encodings(long first, int count);

    /// <summary>Decodes one point, with the checks, into a span of one.</summary>
    /// <exception cref="PointDecodingException">It is malformed.</exception>
    void Decode(long index, Span<AffinePoint<F>> point);
}
