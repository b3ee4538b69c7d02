namespace Filecoin.Proving.Pieces;

/// <summary>What is wrong with a piece, or with the pieces of a sector.</summary>
public enum PieceFault
{
    /// <summary>A size that no piece has.</summary>
    Size,

    /// <summary>The stream ended before the piece was full.</summary>
    EndsEarly,

    /// <summary>The stream goes on after the piece is full.</summary>
    RunsOver,

    /// <summary>The pieces, aligned, do not fit into the sector.</summary>
    OverCapacity,

    /// <summary>The data is not what the piece's commitment says: other data, or the pieces in another order.</summary>
    Commitment,
}

/// <summary>A piece cannot be taken. Says which, what was expected and what was found; nothing of it has been kept.</summary>
public sealed class PieceException : IOException
{
    /// <summary>A fault of a piece.</summary>
    /// <param name="fault">The kind of fault.</param>
    /// <param name="index">The piece's place among the pieces of its sector, from 0; null where there is but one.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="found">What was found.</param>
    public PieceException(PieceFault fault, int? index, string expected, string found)
        : base($"Piece{(index is { } i ? $" {i}" : "")}: expected {expected}, found {found}.")
    {
        Fault = fault;
        Index = index;
        Expected = expected;
        Found = found;
    }

    /// <summary>The kind of fault.</summary>
    public PieceFault Fault { get; }

    /// <summary>The piece's place among the pieces of its sector, from 0.</summary>
    public int? Index { get; }

    /// <summary>What was expected.</summary>
    public string Expected { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }
}
