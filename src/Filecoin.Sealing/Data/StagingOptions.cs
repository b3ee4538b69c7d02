using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Data;

/// <summary>How data comes in and is put into sectors.</summary>
public sealed record StagingOptions
{
    /// <summary>
    /// Where pieces wait for their sector. Where that is the directory <c>piece</c> of a storage path, other machines read them from there when they seal.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>Bytes of data that may wait or be on their way into sectors; beyond, <see cref="PieceStore.AddAsync"/> waits or refuses.</summary>
    public long MaxStagedBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 4L << 40;

    /// <summary>How long adding waits for room before it refuses.</summary>
    public TimeSpan MaxWaitForRoom
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    }

    /// <summary>How long a piece waits for others to fill its sector.</summary>
    public TimeSpan MaxWaitForSector
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromHours(6);

    /// <summary>Time that sealing takes: a piece whose deal starts sooner than that and the wait goes at once.</summary>
    public TimeSpan SealingTime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Sectors that may be sealed at once; beyond, pieces wait.</summary>
    public int MaxSectors
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 256;

    /// <summary>Pieces in a sector at most.</summary>
    public int MaxPieces
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 128;
}

/// <summary>A piece cannot be staged now. Nothing of it was kept.</summary>
public sealed class StagingFullException : IOException
{
    internal StagingFullException(long bytes, long staged, long limit)
        : base($"expected room for {bytes} bytes of data, found {staged} of {limit} bytes staged")
    {
        Bytes = bytes;
        Staged = staged;
        Limit = limit;
    }

    /// <summary>Bytes of the piece.</summary>
    public long Bytes { get; }

    /// <summary>Bytes that are staged.</summary>
    public long Staged { get; }

    /// <summary>Bytes that may be.</summary>
    public long Limit { get; }

    /// <summary>True: the same piece can be added when sectors have taken others.</summary>
    public bool IsTransient { get; } = true;
}

/// <summary>A piece to be added.</summary>
public sealed record PieceRequest
{
    /// <summary>The data, read from where it stands to its end or to <see cref="DataBytes"/>.</summary>
    public required Stream Data { get; init; }

    /// <summary>Bytes of data.</summary>
    public required long DataBytes { get; init; }

    /// <summary>What CommP must be, where a deal says so.</summary>
    public Commitment? CommP { get; init; }

    /// <summary>Padded bytes of the piece; null for the smallest size that holds the data.</summary>
    public long? PaddedSize { get; init; }

    /// <summary>What the chain is told about it, and how long it must be kept.</summary>
    public Pipeline.PieceTerms Terms { get; init; } = Pipeline.PieceTerms.None;
}

/// <summary>Where a staged piece is on its way into a sector.</summary>
public enum StagedPieceState
{
    /// <summary>It waits for a sector.</summary>
    Open,

    /// <summary>It belongs to a sector that is being sealed.</summary>
    Packed,

    /// <summary>Its sector is stored; its file goes next.</summary>
    Done,

    /// <summary>Its deal starts too soon to be sealed; its file goes next.</summary>
    Expired,
}

/// <summary>A piece whose data is staged.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="State">Where it is.</param>
/// <param name="Added">When it came, by the database's clock.</param>
public sealed record StagedPiece(SectorPiece Piece, StagedPieceState State, DateTimeOffset Added);
