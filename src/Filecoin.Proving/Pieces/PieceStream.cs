using System.Runtime.ExceptionServices;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Pieces;

/// <summary>
/// Reads a piece's data once and hands its chunks, padded, to as many threads as asked for: a batch is read while the one before is
/// hashed. Memory is bounded by twice the degree in chunks, whatever the piece's size.
/// </summary>
internal static class PieceStream
{
    /// <summary>Reads up to <paramref name="limit"/> bytes or to the end.</summary>
    /// <param name="source">The data.</param>
    /// <param name="limit">Bytes to read at most.</param>
    /// <param name="size">The piece's size; null: the smallest that holds the data.</param>
    /// <param name="options">Degree of parallelism.</param>
    /// <param name="padded">Receives the padded bytes and their offset in the piece, from several threads, or null.</param>
    /// <param name="progress">Bytes of data done.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>CommP and the bytes of data read.</returns>
    public static async Task<(PieceInfo Piece, long DataBytes)> CommitAsync(
        Stream source, long limit, PieceSize? size, PieceOptions options, Action<long, ReadOnlyMemory<byte>>? padded,
        IProgress<long>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.DegreeOfParallelism);
        var reading = Batch(options.DegreeOfParallelism, limit);
        var hashing = Batch(options.DegreeOfParallelism, limit);
        var roots = new PendingRoots();
        long total = 0, chunks = 0;
        var work = Task.CompletedTask;
        try
        {
            for (var more = true; more;)
            {
                var filled = 0;
                while (more && filled < reading.Length)
                {
                    var chunk = reading[filled];
                    await chunk.ReadAsync(source, limit - total, cancellation).ConfigureAwait(false);
                    total += chunk.Length;
                    filled += chunk.Length > 0 ? 1 : 0;
                    more = chunk.Length == PieceChunk.DataBytes && total < limit;
                }

                await work.ConfigureAwait(false);
                (reading, hashing) = (hashing, reading);
                var (first, count, done, batch) = (chunks, filled, total, hashing);

                // A piece smaller than a chunk is a lower tree.
                var height = Math.Min(PieceChunk.Height, (size ?? PieceSize.Holding(total)).Height);
                work = Task.Run(
                    () =>
                    {
                        Hash(batch.AsSpan(0, count), first, height, options.DegreeOfParallelism, roots, padded, cancellation);
                        progress?.Report(done);
                    },
                    cancellation);
                chunks += filled;
            }
        }
        finally
        {
            // Nobody may touch the buffers, or what the caller gave to write to, once this has returned.
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await work.ConfigureAwait(false);
        var pieceSize = size ?? PieceSize.Holding(total);
        return (new PieceInfo(roots.Finish(pieceSize.Height), pieceSize), total);
    }

    private static void Hash(
        ReadOnlySpan<PieceChunk> batch, long firstChunk, int height, int degree, PendingRoots roots,
        Action<long, ReadOnlyMemory<byte>>? padded, CancellationToken cancellation)
    {
        var chunks = batch.ToArray();
        var done = new Commitment[chunks.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = degree, CancellationToken = cancellation };
        try
        {
            Parallel.For(0, chunks.Length, parallel, i =>
            {
                chunks[i].Pad();
                padded?.Invoke((firstChunk + i) * PieceChunk.PaddedBytes, chunks[i].Padded);
                done[i] = chunks[i].Root(height);
            });
        }
        catch (AggregateException errors)
        {
            // A full disk is one fault, however many threads met it.
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }

        for (var i = 0; i < done.Length; i++)
            roots.Add(done[i], height, (firstChunk + i) << PieceChunk.Height);
    }

    private static PieceChunk[] Batch(int degree, long limit)
    {
        var chunks = Math.Clamp((limit + PieceChunk.DataBytes - 1) / PieceChunk.DataBytes, 1, degree);
        return [.. Enumerable.Range(0, (int)chunks).Select(_ => new PieceChunk())];
    }
}
