using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Filecoin.Proving.Database;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Data;

/// <summary>
/// Takes data in: streams it into a file, computes CommP on the way, holds it against what a deal says, and writes the piece down. Safe for concurrent
/// use.
/// </summary>
/// <param name="database">A database with the tables of <see cref="Store.SealSchema"/>.</param>
/// <param name="miner">The miner's actor number.</param>
/// <param name="options">Limits.</param>
/// <param name="time">The clock.</param>
public sealed class PieceStore(SqlDatabase database, ulong miner, StagingOptions options, TimeProvider? time = null)
{
    /// <summary>A file that no row knows and that was not written to for so long is nobody's.</summary>
    private static readonly TimeSpan OrphanAge = TimeSpan.FromDays(1), SweepInterval = TimeSpan.FromHours(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _room = new();
    private long _coming;
    private long? _swept;

    /// <summary>The limits.</summary>
    public StagingOptions Options => options;

    /// <summary>Adds a piece.</summary>
    /// <returns>The piece; it waits for its sector.</returns>
    /// <exception cref="PieceException">The data is shorter, longer or other than it says. Nothing is kept.</exception>
    /// <exception cref="StagingFullException">There is no room, and none came in time. Nothing is kept.</exception>
    /// <exception cref="DiskFullException">The disk has no room. Nothing is kept.</exception>
    public async Task<SectorPiece> AddAsync(PieceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await StageAsync(
            request,
            async piece =>
            {
                await database.WriteAsync(session => InsertAsync(session, piece, "Open"), cancellationToken).ConfigureAwait(false);
                return piece;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Bytes that wait or are on their way into sectors.</summary>
    public Task<long> StagedBytesAsync(CancellationToken cancellationToken = default) => database.ReadAsync(
        session => session.ScalarAsync<long>(
            "SELECT CAST(COALESCE(SUM(data_bytes), 0) AS BIGINT) FROM piece_staged WHERE miner = @miner", new { miner = (long)miner }),
        cancellationToken);

    /// <summary>Pieces whose data is here, the longest waiting first.</summary>
    /// <param name="limit">Pieces at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<StagedPiece>> ListAsync(int limit = 1000, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        IReadOnlyList<Row> rows = await database.ReadAsync(
            session => session.QueryAsync<Row>(
                "SELECT terms AS Piece, state AS State, added AS Added FROM piece_staged WHERE miner = @miner ORDER BY added LIMIT @limit", new { miner = (long)miner, limit }),
            cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => new StagedPiece(
            PipelineJson.Read<SectorPiece>(row.Piece), Enum.Parse<StagedPieceState>(row.State), DateTimeOffset.FromUnixTimeMilliseconds(row.Added)))];
    }

    /// <summary>
    /// Removes the data of pieces that are stored in a sector or whose deal can no longer be kept; once an hour also old files that no row knows, which a
    /// killed process left.
    /// </summary>
    /// <returns>How many files went.</returns>
    /// <exception cref="IOException">A file could not be removed; it is tried again the next time.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, for want of rights.</exception>
    public async Task<int> CleanAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> over = await database.ReadAsync(
            session => session.QueryAsync<string>("SELECT path FROM piece_staged WHERE miner = @miner AND state IN ('Done', 'Expired')", new { miner = (long)miner }), cancellationToken)
            .ConfigureAwait(false);
        ExceptionDispatchInfo? left = null;
        foreach (string path in over)
        {
            // The row goes last: whatever happens in between, it still knows the file.
            try
            {
                File.Delete(path);
            }
            catch (DirectoryNotFoundException)
            {
                // It lies on another hub's machine, whose sweep finds it without a row.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The others go all the same.
                left ??= ExceptionDispatchInfo.Capture(e);
                continue;
            }

            await database.WriteAsync(
                session => session.ExecuteAsync("DELETE FROM piece_staged WHERE path = @path AND state IN ('Done', 'Expired')", new { path }), cancellationToken).ConfigureAwait(false);
        }

        left?.Throw();
        return over.Count + await SweepAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Streams a piece into a file and hands it on; the file goes again when the piece is not kept.</summary>
    internal async Task<T> StageAsync<T>(PieceRequest request, Func<SectorPiece, Task<T>> keep, CancellationToken cancellationToken)
    {
        PieceSize size = request.PaddedSize is { } padded ? PieceSize.FromPadded(padded) : PieceSize.Holding(request.DataBytes);
        await WaitForRoomAsync(request.DataBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            // Named as a file of a storage path: in its directory for pieces, other machines find it by the index.
            string id = new SectorId(miner, new SectorNumber(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) >> 1)).ToString();
            string path = Path.Combine(Directory.CreateDirectory(options.Directory).FullName, id);
            SectorPiece piece = await WriteAsync(request, size, id, path, cancellationToken).ConfigureAwait(false);
            try
            {
                return await keep(piece).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not DatabaseException { OutcomeUnknown: true })
            {
                File.Delete(path);
                throw;
            }
        }
        finally
        {
            lock (_room)
                _coming -= request.DataBytes;
        }
    }

    internal Task InsertAsync(SqlSession session, SectorPiece piece, string state) => session.ExecuteAsync(
        $"""
        INSERT INTO piece_staged (id, miner, comm_p, padded_size, data_bytes, path, terms, start_epoch, end_epoch, state, added)
        VALUES (@Id, @miner, @CommP, @PaddedSize, @DataBytes, @Path, @piece, @start, @end, @state, {session.Dialect.NowMilliseconds})
        """,
        new
        {
            piece.Id,
            miner = (long)miner,
            piece.CommP,
            piece.PaddedSize,
            piece.DataBytes,
            piece.Path,
            piece = PipelineJson.Write(piece),
            start = piece.Terms.StartEpoch,
            end = piece.Terms.EndEpoch,
            state,
        });

    private static async Task<SectorPiece> WriteAsync(PieceRequest request, PieceSize size, string id, string path, CancellationToken cancellationToken)
    {
        using PendingFile file = PendingFile.Create(path, request.DataBytes);
        var tee = new TeeStream(request.Data, file);
        await using System.Runtime.CompilerServices.ConfiguredAsyncDisposable _ = tee.ConfigureAwait(false);
        (PieceInfo info, long read) = await CommitAsync(tee, size, request, cancellationToken).ConfigureAwait(false);
        if (read != request.DataBytes)
            throw new PieceException(read < request.DataBytes ? PieceFault.EndsEarly : PieceFault.RunsOver, null, $"{request.DataBytes} bytes of data", $"{read}");
        if (request.CommP is { } expected && expected != info.CommP)
            throw new PieceException(PieceFault.Commitment, null, $"CommP {expected}", $"{info.CommP}");
        file.Commit();
        return new SectorPiece(id, info.CommP.ToString(), info.Size.Padded, request.DataBytes, path, request.Terms);
    }

    private static async Task<(PieceInfo Info, long Read)> CommitAsync(Stream data, PieceSize size, PieceRequest request, CancellationToken cancellationToken)
    {
        (PieceInfo info, long read) = await PieceCommitment.ComputeAsync(data, null, null, cancellationToken).ConfigureAwait(false);
        if (info.Size == size || read != request.DataBytes)
            return (info, read);
        if (info.Size.Padded > size.Padded)
            throw new PieceException(PieceFault.Size, null, $"at most {size.Unpadded} bytes of data in a piece of {size}", $"{read}");

        // A piece larger than its data: zeros to the right, one row of the tree at a time.
        PieceInfo whole = info;
        while (whole.Size.Padded < size.Padded)
        {
            PieceSize next = PieceSize.FromPadded(2 * whole.Size.Padded);
            whole = new PieceInfo(ParentOf(whole), next);
        }

        return (whole, read);
    }

    private static Commitment ParentOf(PieceInfo piece)
    {
        Span<byte> pair = stackalloc byte[64], root = stackalloc byte[32];
        piece.CommP.Span.CopyTo(pair);
        ZeroCommitments.OfPiece(piece.Size).Span.CopyTo(pair[32..]);
        Filecoin.Native.Hashing.Sha256.HashPairs254(pair, root);
        return Commitment.FromBytes(root);
    }

    private async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        if (_swept is { } before && _time.GetElapsedTime(before) < SweepInterval)
            return 0;
        _swept = _time.GetTimestamp();
        var directory = new DirectoryInfo(options.Directory);
        if (!directory.Exists)
            return 0;
        int swept = 0;
        foreach (FileInfo file in directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"s-t0{miner}-*")).Where(file => _time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > OrphanAge))
        {
            if (await database.ReadAsync(
                session => session.ScalarAsync<long>("SELECT COUNT(*) FROM piece_staged WHERE id = @name", new { name = file.Name }), cancellationToken).ConfigureAwait(false) > 0)
                continue;
            file.Delete();
            swept++;
        }

        return swept;
    }

    private async Task WaitForRoomAsync(long bytes, CancellationToken cancellationToken)
    {
        long since = _time.GetTimestamp();
        while (true)
        {
            // What is coming is read first: a piece that is written down in between counts twice for a moment, never not at all.
            long coming;
            lock (_room)
                coming = _coming;
            long staged = coming + await StagedBytesAsync(cancellationToken).ConfigureAwait(false);
            lock (_room)
            {
                if (staged - coming + Math.Max(coming, _coming) + bytes <= options.MaxStagedBytes)
                {
                    _coming += bytes;
                    return;
                }
            }

            if (_time.GetElapsedTime(since) >= options.MaxWaitForRoom)
                throw new StagingFullException(bytes, staged, options.MaxStagedBytes);
            await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed class Row
    {
        public string Piece { get; init; } = "";

        public string State { get; init; } = "";

        public long Added { get; init; }
    }
}
