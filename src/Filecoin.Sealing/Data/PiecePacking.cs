using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Data;

/// <summary>A piece that waits, and since when.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="Waited">How long.</param>
/// <param name="Urgent">Whether its deal starts too soon to wait for others.</param>
internal sealed record WaitingPiece(SectorPiece Piece, TimeSpan Waited, bool Urgent);

/// <summary>Chooses which pieces share a sector.</summary>
internal static class PiecePacking
{
    /// <summary>
    /// Sectors that go now. Largest pieces first, each into the first sector with room: sizes are powers of two, so each lies at a multiple of its
    /// size without a gap, and the zeros are all at the end. A sector goes when it is full, or when one of its pieces cannot wait any longer.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<SectorPiece>> Plan(SectorSize sector, IEnumerable<WaitingPiece> waiting, TimeSpan maxWait, int maxPieces)
    {
        var bins = new List<(long Free, List<WaitingPiece> Pieces)>();
        foreach (WaitingPiece piece in waiting.OrderByDescending(p => p.Piece.PaddedSize).ThenByDescending(p => p.Waited))
        {
            int bin = bins.FindIndex(b => b.Free >= piece.Piece.PaddedSize && b.Pieces.Count < maxPieces);
            if (bin < 0)
            {
                bins.Add((sector.Bytes, []));
                bin = bins.Count - 1;
            }

            bins[bin].Pieces.Add(piece);
            bins[bin] = (bins[bin].Free - piece.Piece.PaddedSize, bins[bin].Pieces);
        }

        return [.. bins
            .Where(bin => bin.Free == 0 || bin.Pieces.Count == maxPieces || bin.Pieces.Any(piece => piece.Urgent || piece.Waited >= maxWait))
            .OrderByDescending(bin => bin.Pieces.Max(piece => piece.Waited))
            .Select(bin => (IReadOnlyList<SectorPiece>)[.. bin.Pieces.Select(piece => piece.Piece)])];
    }
}
