using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Pieces;

/// <summary>Reads data out of an unsealed file, the padded data of a whole sector, by range.</summary>
public static class UnsealedReader
{
    /// <summary>Opens a range of the sector's data.</summary>
    /// <param name="path">The unsealed file.</param>
    /// <param name="size">The sector's size, which is the file's.</param>
    /// <param name="unpaddedOffset">First byte of data.</param>
    /// <param name="unpaddedLength">Bytes of data.</param>
    /// <returns>A stream of exactly that many bytes.</returns>
    /// <exception cref="SectorFileException">The file is missing or has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie in the sector.</exception>
    public static Stream OpenRead(string path, SectorSize size, long unpaddedOffset, long unpaddedLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(unpaddedOffset);
        ArgumentOutOfRangeException.ThrowIfNegative(unpaddedLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unpaddedLength, size.UnpaddedBytes - unpaddedOffset);
        var file = new FileStream(SectorFile.Open(path, size.Bytes), FileAccess.Read, bufferSize: 1);
        file.Position = unpaddedOffset / Fr32.UnpaddedUnit * Fr32.PaddedUnit;
        return new RangeStream(new Fr32UnpaddingStream(file), (int)(unpaddedOffset % Fr32.UnpaddedUnit), unpaddedLength);
    }

    /// <summary>Skips a few bytes of a stream and ends after so many more.</summary>
    private sealed class RangeStream(Stream source, int skip, long length) : Stream
    {
        private int toSkip = skip;
        private long left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            if (toSkip > 0)
            {
                source.ReadExactly(stackalloc byte[toSkip]);
                toSkip = 0;
            }

            var count = source.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
            left -= count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }
    }
}
