using Filecoin.Native.Curves;

namespace Filecoin.Tests.Shared.Groth16;

/// <summary>A point that readers must refuse.</summary>
internal static class StrayPoint
{
    /// <summary>The first x above zero with a point on the curve that is not in the subgroup, compressed.</summary>
    public static byte[] OutsideSubgroup()
    {
        var bytes = new byte[G1Affine.CompressedSize];
        bytes[0] = 0x80;
        while (true)
        {
            bytes[^1]++;
            try
            {
                if (!G1Affine.ReadCompressed(bytes, PointChecks.OnCurve).IsInSubgroup) return bytes;
            }
            catch (PointDecodingException)
            {
                // This x has no point.
            }
        }
    }
}
