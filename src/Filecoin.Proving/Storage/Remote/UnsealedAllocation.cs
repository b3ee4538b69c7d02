using System.Buffers.Binary;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>
/// Which part of an unsealed file holds data. Lotus writes an RLE+ of the unsealed bytes and its length after the data (Lotus <c>sealer/partialfile</c>);
/// a file without is whole.
/// </summary>
internal static class UnsealedAllocation
{
    private const int LengthBytes = 4;

    /// <summary>Whether all of a range is there.</summary>
    /// <param name="path">The unsealed file.</param>
    /// <param name="size">The sector's size.</param>
    /// <param name="offset">First byte of data, before padding; a multiple of 127.</param>
    /// <param name="length">Bytes of data, before padding; a multiple of 127.</param>
    /// <exception cref="RemoteRequestException">No such range lies in a sector.</exception>
    /// <exception cref="SectorFileException">The file is missing, short, or its end is of another form.</exception>
    public static bool Covers(string path, SectorSize size, long offset, long length)
    {
        if (length == 0 || offset % Fr32.UnpaddedUnit != 0 || length % Fr32.UnpaddedUnit != 0 || offset > size.UnpaddedBytes || length > size.UnpaddedBytes - offset)
            throw new RemoteRequestException($"expected a range of units of {Fr32.UnpaddedUnit} within {size.UnpaddedBytes} bytes, found {length} at {offset}");
        using var file = SectorFile.Open(path);
        long bytes = RandomAccess.GetLength(file), trailer = bytes - size.Bytes - LengthBytes;
        if (bytes == size.Bytes)
            return true;
        if (trailer is < 0 or > Bitfield.MaxEncodedLength)
            throw SectorFileException.WrongLength(path, size.Bytes, bytes);
        byte[] end = new byte[trailer + LengthBytes];
        SectorFile.Read(file, path, end, size.Bytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(^LengthBytes..)) != trailer)
            throw new SectorFileException(SectorFileFault.Content, path, bytes - LengthBytes, $"the trailer's length {trailer}", Convert.ToHexStringLower(end.AsSpan(^LengthBytes..)));
        try
        {
            ulong start = (ulong)(offset / Fr32.UnpaddedUnit * Fr32.PaddedUnit), padded = (ulong)(length / Fr32.UnpaddedUnit * Fr32.PaddedUnit);
            return Bitfield.FromRlePlus(end.AsSpan(0, (int)trailer)).IsSupersetOf(Bitfield.OfRange(start, padded));
        }
        catch (ChainFormatException error)
        {
            throw new SectorFileException(SectorFileFault.Content, path, size.Bytes, "an RLE+ of unsealed bytes", error.Message, error);
        }
    }
}
