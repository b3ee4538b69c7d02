using System.Globalization;

namespace Filecoin.Proving.Wire;

/// <summary>Reads a whole stream whose length the format bounds.</summary>
internal static class BoundedInput
{
    private const int FirstBuffer = 1 << 16;

    /// <summary>All bytes to the end of the stream.</summary>
    /// <exception cref="WireFormatException">More than <paramref name="limit"/> bytes.</exception>
    public static ReadOnlyMemory<byte> ReadToEnd(Stream stream, long limit, string document)
    {
        limit = Math.Min(limit, Array.MaxLength - 1);
        var buffer = new byte[Math.Min(limit + 1, FirstBuffer)];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(limit + 1, 2L * buffer.Length));
            var count = stream.Read(buffer, length, buffer.Length - length);
            if (count == 0)
                return buffer.AsMemory(0, length);
            length += count;
            if (length > limit)
                throw new WireFormatException(document, limit, "end", $"at most {limit.ToString(CultureInfo.InvariantCulture)} bytes", "more");
        }
    }
}
