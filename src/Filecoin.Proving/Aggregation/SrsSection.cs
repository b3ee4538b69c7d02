using System.Buffers.Binary;
using Filecoin.Native.Curves;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Aggregation;

/// <summary>Turns a compressed encoding into a point of the subgroup.</summary>
internal delegate TPoint ReadPoint<TPoint>(ReadOnlySpan<byte> bytes);

/// <summary>One of the four runs of powers in a reference string: a big-endian u32 count and compressed points, read where they are needed.</summary>
internal sealed class SrsSection<TPoint>(string path, string name, int pointSize, ReadPoint<TPoint> read, Func<TPoint, bool> isInfinity)
{
    /// <summary>Points read in one piece of work: some milliseconds.</summary>
    private const int Chunk = 64;

    private long _offset;

    /// <summary>Points in the file.</summary>
    public int Count { get; private set; }

    /// <summary>Reads the count, checks that the points are there, and goes behind them.</summary>
    public void Locate(SafeFileHandle file, long length, ref long at)
    {
        Span<byte> head = stackalloc byte[sizeof(uint)];
        if (length - at < head.Length)
            throw new ParameterFileException(ParameterFileError.Truncated, path, $"the file ends at byte {length}, before the count of {name} at {at}");
        ReadExactly(file, at, head);
        var count = BinaryPrimitives.ReadUInt32BigEndian(head);
        _offset = at + head.Length;
        if (count is < 4 or > InnerProductSrs.MaxPoints)
            throw new ParameterFileException(ParameterFileError.WrongCircuit, path, $"{count} points of {name}, expected 4 to {InnerProductSrs.MaxPoints}");
        at = _offset + ((long)count * pointSize);
        if (at > length)
            throw new ParameterFileException(ParameterFileError.Truncated, path, $"{count} points of {name} end at byte {at}, the file at {length}");
        Count = (int)count;
    }

    /// <summary>Reads points from <paramref name="first"/> on, and checks each.</summary>
    public void Read(SafeFileHandle file, int first, Memory<TPoint> points, ParallelOptions options)
    {
        var chunks = (points.Length + Chunk - 1) / Chunk;
        Workers.For(chunks, options, chunk =>
        {
            var target = points.Span[(chunk * Chunk)..Math.Min(points.Length, (chunk + 1) * Chunk)];
            var start = first + (chunk * Chunk);
            var bytes = new byte[target.Length * pointSize];
            ReadExactly(file, _offset + ((long)start * pointSize), bytes);
            for (int i = 0; i < target.Length; i++) target[i] = Point(bytes.AsSpan(i * pointSize, pointSize), start + i);
        });
    }

    private TPoint Point(ReadOnlySpan<byte> bytes, int index)
    {
        try
        {
            var point = read(bytes);
            return isInfinity(point)
                ? throw new ParameterFileException(ParameterFileError.BadPoint, path, $"point {index} of {name} is at infinity")
                : point;
        }
        catch (PointDecodingException e)
        {
            throw new ParameterFileException(ParameterFileError.BadPoint, path, $"point {index} of {name}: {e.Message}", e);
        }
    }

    private void ReadExactly(SafeFileHandle file, long offset, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var count = RandomAccess.Read(file, bytes, offset);
            if (count == 0) throw new ParameterFileException(ParameterFileError.Truncated, path, $"the file ended at byte {offset} while it was read");
            offset += count;
            bytes = bytes[count..];
        }
    }
}
