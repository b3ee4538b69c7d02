using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Pieces;

/// <summary>A sector's data, padded and aligned, in a file of the sector's size: what sealing starts from.</summary>
/// <param name="Path">The file.</param>
/// <param name="Size">The sector's size.</param>
/// <param name="Pieces">The pieces with data, where they lie.</param>
/// <param name="CommD">The commitment to all of it.</param>
public sealed record StagedSector(string Path, SectorSize Size, IReadOnlyList<PlacedPiece> Pieces, Commitment CommD)
{
    /// <summary>
    /// Writes the data of a sector: each piece at the next multiple of its size, zeros between and behind (filecoin-proofs
    /// <c>add_piece</c>). The file appears under its name only when it is whole and on the disk.
    /// </summary>
    /// <param name="path">The file to write; its directory exists.</param>
    /// <param name="size">The sector's size.</param>
    /// <param name="sources">The pieces in order; none for committed capacity.</param>
    /// <param name="options">Degree of parallelism.</param>
    /// <param name="progress">Padded bytes of the sector that are done.</param>
    /// <param name="cancellation">Ends the work; nothing is left under the file's name.</param>
    /// <exception cref="PieceException">
    /// The pieces do not fit, or one has less or more data, or other data, than it says.
    /// </exception>
    /// <exception cref="DiskFullException">The file system has no room for the sector.</exception>
    public static async Task<StagedSector> WriteAsync(
        string path, SectorSize size, IReadOnlyList<PieceSource> sources, PieceOptions? options = null,
        IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(sources);
        options ??= new PieceOptions();
        var offsets = Offsets(size, sources);
        var pieces = new List<PlacedPiece>(sources.Count);

        // Its blocks are reserved and read as zeros, so only data is written.
        using var file = PendingFile.Create(path, size.Bytes);
        for (var i = 0; i < sources.Count; i++)
        {
            var start = offsets[i];
            var piece = await sources[i].CommitAsync(
                i, options, (offset, padded) => file.Write(padded.Span, start + offset), PiecesProgress(progress, start), cancellation)
                .ConfigureAwait(false);
            pieces.Add(new PlacedPiece(piece, start));
        }

        cancellation.ThrowIfCancellationRequested();
        file.Commit();
        progress?.Report(size.Bytes);
        return new StagedSector(path, size, pieces, DataCommitment.Compute(size, [.. pieces.Select(p => p.Piece)]));
    }

    private static long[] Offsets(SectorSize size, IReadOnlyList<PieceSource> sources)
    {
        var offsets = new long[sources.Count];
        var end = 0L;
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = DataCommitment.NextOffset(size, end, sources[i].Size, i);
            end = offsets[i] + sources[i].Size.Padded;
        }

        return offsets;
    }

    private static PaddedProgress? PiecesProgress(IProgress<long>? progress, long start) =>
        progress is null ? null : new PaddedProgress(progress, start);

    private sealed class PaddedProgress(IProgress<long> progress, long start) : IProgress<long>
    {
        public void Report(long value) => progress.Report(start + Fr32.PaddedLength(value));
    }
}
