using Filecoin.Native.Hashing;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Pieces;

/// <summary>A run of a piece's data on its way through padding and hashing: one MiB padded, a subtree of height 15.</summary>
internal sealed class PieceChunk
{
    /// <summary>Height of a full chunk's subtree.</summary>
    public const int Height = 15;

    /// <summary>Bytes of a full chunk after padding.</summary>
    public const int PaddedBytes = SectorSize.NodeBytes << Height;

    /// <summary>Bytes of data in a full chunk.</summary>
    public const int DataBytes = PaddedBytes / Fr32.PaddedUnit * Fr32.UnpaddedUnit;

    private readonly byte[] data = new byte[DataBytes];
    private readonly byte[] padded = new byte[PaddedBytes];
    private readonly byte[] rows = new byte[PaddedBytes];
    private int length;

    /// <summary>Bytes of data in this chunk; fewer than <see cref="DataBytes"/> only at the end of a stream.</summary>
    public int Length => length;

    /// <summary>The padded bytes, once <see cref="Pad"/> has run.</summary>
    public ReadOnlyMemory<byte> Padded => padded.AsMemory(0, (int)Fr32.PaddedLength(length));

    /// <summary>Fills the chunk, to at most <paramref name="limit"/> bytes, or to the end of the stream.</summary>
    public async Task ReadAsync(Stream source, long limit, CancellationToken cancellation)
    {
        var wanted = (int)Math.Min(DataBytes, limit);
        length = await source.ReadAtLeastAsync(data.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes the chunk's data from the front of a span; the root of its tree.</summary>
    public Commitment RootOf(ref ReadOnlySpan<byte> source, int height)
    {
        length = Math.Min(DataBytes, source.Length);
        source[..length].CopyTo(data);
        source = source[length..];
        Pad();
        return Root(height);
    }

    /// <summary>Bit padding.</summary>
    public void Pad() => Fr32.PadToEnd(data.AsSpan(0, length), padded.AsSpan(0, (int)Fr32.PaddedLength(length)));

    /// <summary>The root of the chunk's tree of the given height, zeros on its right.</summary>
    public Commitment Root(int height)
    {
        var row = Padded.Span;
        var target = rows.AsSpan();
        Span<byte> pair = stackalloc byte[64];
        for (var level = 0; level < height; level++)
        {
            var pairs = row.Length / 64;
            var parents = target[..(row.Length / 64 * 32)];
            Sha256.HashPairs254(row[..(pairs * 64)], parents);
            if (row.Length % 64 != 0)
            {
                // A node without a right sibling: zeros stand there.
                row[(pairs * 64)..].CopyTo(pair);
                ZeroCommitments.AtHeight(level).Span.CopyTo(pair[32..]);
                parents = target[..(parents.Length + 32)];
                Sha256.HashPairs254(pair, parents[^32..]);
            }

            target = target[parents.Length..];
            row = parents;
        }

        return Commitment.FromBytes(row);
    }
}
