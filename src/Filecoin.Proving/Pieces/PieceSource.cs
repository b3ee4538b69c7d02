using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Pieces;

/// <summary>A piece to be put into a sector, and where its data comes from.</summary>
/// <param name="Data">Read from where it stands; must then have exactly <see cref="DataBytes"/> bytes. Not disposed.</param>
/// <param name="Size">The piece's size.</param>
public sealed record PieceSource(Stream Data, PieceSize Size)
{
    /// <summary>Bytes of data; zeros fill the rest of the piece. Default: the whole piece.</summary>
    public long DataBytes { get; init; } = Size.Unpadded;

    /// <summary>What CommP must be, where the deal says so.</summary>
    public Commitment? ExpectedCommP { get; init; }

    /// <summary>A piece of data of any length, in the smallest size that holds it.</summary>
    public static PieceSource Holding(Stream data, long dataBytes) =>
        new(data, PieceSize.Holding(dataBytes)) { DataBytes = dataBytes };

    /// <summary>Reads the piece, checks its length and its commitment.</summary>
    /// <param name="index">Its place in its sector, for errors.</param>
    /// <param name="options">Degree of parallelism.</param>
    /// <param name="padded">Receives the padded bytes and their offset in the piece, from several threads, or null.</param>
    /// <param name="progress">Bytes of data done.</param>
    /// <param name="cancellation">Ends the work.</param>
    internal async Task<PieceInfo> CommitAsync(
        int? index, PieceOptions options, Action<long, ReadOnlyMemory<byte>>? padded, IProgress<long>? progress,
        CancellationToken cancellation)
    {
        if (DataBytes < 0 || DataBytes > Size.Unpadded)
            throw new PieceException(PieceFault.Size, index, $"at most {Size.Unpadded} bytes of data in a piece of {Size}", $"{DataBytes}");
        var (piece, read) = await PieceStream
            .CommitAsync(Data, DataBytes, Size, options, padded, progress, cancellation).ConfigureAwait(false);
        if (read < DataBytes)
            throw new PieceException(PieceFault.EndsEarly, index, $"{DataBytes} bytes of data", $"the end after {read}");
        if (await Data.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) != 0)
            throw new PieceException(PieceFault.RunsOver, index, $"{DataBytes} bytes of data", "more");
        if (ExpectedCommP is { } expected && expected != piece.CommP)
            throw new PieceException(PieceFault.Commitment, index, $"CommP {expected}", $"{piece.CommP}");
        return piece;
    }
}
