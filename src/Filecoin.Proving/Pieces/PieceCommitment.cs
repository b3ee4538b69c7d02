namespace Filecoin.Proving.Pieces;

/// <summary>
/// CommP: the root of the binary SHA-256 tree over a piece's padded data (filecoin-proofs <c>generate_piece_commitment</c>).
/// </summary>
public static class PieceCommitment
{
    /// <summary>The commitment of a stream of any length; zeros fill it up to the smallest piece that holds it.</summary>
    /// <param name="data">Read to its end; may be empty.</param>
    /// <param name="options">Degree of parallelism.</param>
    /// <param name="progress">Bytes of data done.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The piece, and the bytes of data that the stream had.</returns>
    public static Task<(PieceInfo Piece, long DataBytes)> ComputeAsync(
        Stream data, PieceOptions? options = null, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return PieceStream.CommitAsync(data, long.MaxValue, null, options ?? new PieceOptions(), null, progress, cancellation);
    }

    /// <summary>The commitment of a stream that must fill a piece exactly.</summary>
    /// <param name="data">127 bytes of data for every 128 of the size.</param>
    /// <param name="size">The piece's size.</param>
    /// <param name="options">Degree of parallelism.</param>
    /// <param name="progress">Bytes of data done.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="PieceException">The stream ends early or runs over.</exception>
    public static Task<PieceInfo> ComputeAsync(
        Stream data, PieceSize size, PieceOptions? options = null, IProgress<long>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new PieceSource(data, size).CommitAsync(null, options ?? new PieceOptions(), null, progress, cancellation);
    }

    /// <summary>The commitment of data of any length in memory; zeros fill it up to the smallest piece that holds it.</summary>
    public static PieceInfo Compute(ReadOnlySpan<byte> data)
    {
        var size = PieceSize.Holding(data.Length);
        var roots = new PendingRoots();
        var height = Math.Min(PieceChunk.Height, size.Height);
        var chunk = new PieceChunk();
        for (var node = 0L; !data.IsEmpty; node += 1L << height)
            roots.Add(chunk.RootOf(ref data, height), height, node);
        return new PieceInfo(roots.Finish(size.Height), size);
    }
}
