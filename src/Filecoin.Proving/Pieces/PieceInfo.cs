using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Pieces;

/// <summary>A piece as its commitment and size name it.</summary>
/// <param name="CommP">The root of the piece's tree.</param>
/// <param name="Size">The piece's size.</param>
public sealed record PieceInfo(Commitment CommP, PieceSize Size)
{
    /// <summary>The piece CID (version 1): fil-commitment-unsealed, sha2-256-trunc254-padded.</summary>
    public Cid Cid => Cid.FromPieceCommitment(CommP.Span);

    /// <summary>A piece of zeros, as lies between pieces and behind the last.</summary>
    public static PieceInfo Zeros(PieceSize size) => new(ZeroCommitments.OfPiece(size), size);
}

/// <summary>A piece and where it lies in its sector.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="PaddedOffset">Its first byte in the padded data of the sector.</param>
public sealed record PlacedPiece(PieceInfo Piece, long PaddedOffset)
{
    /// <summary>Its first byte in the data of the sector, padding taken out.</summary>
    public long UnpaddedOffset => PaddedOffset / Fr32.PaddedUnit * Fr32.UnpaddedUnit;
}
