using Filecoin.Proving.Sectors;
using Microsoft.Extensions.Logging;

namespace Filecoin.Proving.Storage.Index;

/// <summary>
/// A lock of a sector's files that is held. It renews itself; when that fails for as long as the lease lasts, or another took the lock, <see cref="Lost"/>
/// is cancelled, and work on the files must end.
/// </summary>
public sealed partial class SectorLease : IAsyncDisposable
{
    private readonly ISectorLockHandle _handle;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _renewing;
    private int _disposed;

    /// <summary>A lock that was just taken.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="read">Kinds of files held with other readers.</param>
    /// <param name="write">Kinds of files held alone.</param>
    /// <param name="handle">Renews and releases it.</param>
    /// <param name="asked">Timestamp of <paramref name="time"/> before the lock was asked for: the lease may have begun then.</param>
    /// <param name="lease">How long it lasts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to report.</param>
    internal SectorLease(
        SectorId sector, SectorFileType read, SectorFileType write, ISectorLockHandle handle, long asked, TimeSpan lease, TimeProvider time, ILogger logger)
    {
        Sector = sector;
        Read = read;
        Write = write;
        _handle = handle;
        _lease = lease;
        _time = time;
        _logger = logger;
        _renewing = RenewAsync(asked);
    }

    /// <summary>The sector.</summary>
    public SectorId Sector { get; }

    /// <summary>Kinds of files held with other readers.</summary>
    public SectorFileType Read { get; }

    /// <summary>Kinds of files held alone.</summary>
    public SectorFileType Write { get; }

    /// <summary>Cancelled when the lock is not held any more, before another can hold it.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Releases the lock. Where the index is away the lease runs out by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _end.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        try
        {
            if (!_lost.IsCancellationRequested)
                await _handle.ReleaseAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotReleased(_logger, Sector, e);
        }

        _end.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync(long since)
    {
        TimeSpan pause = _lease / 3;
        while (!_end.IsCancellationRequested)
        {
            // A tenth of the lease is kept back for the way to whoever must stop.
            TimeSpan left = (_lease * 0.9) - _time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
                break;
            await Task.Delay(pause < left ? pause : left, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_end.IsCancellationRequested)
                return;
            long asked = _time.GetTimestamp();
            TimeSpan remaining = (_lease * 0.9) - _time.GetElapsedTime(since);
            if (remaining <= TimeSpan.Zero)
                break;
            try
            {
                using var limit = new CancellationTokenSource(remaining, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _end.Token);
                if (!await _handle.RenewAsync(either.Token).ConfigureAwait(false))
                    break;
                since = asked;
                pause = _lease / 3;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                if (_end.IsCancellationRequested)
                    return;
                LogNotRenewed(_logger, Sector, e);
                pause = _lease / 20;
            }
        }

        if (_end.IsCancellationRequested)
            return;
        LogLost(_logger, Sector);
        await _lost.CancelAsync().ConfigureAwait(false);
    }

    [LoggerMessage(100, LogLevel.Warning, "The lock of {Sector} could not be renewed and is tried again")]
    private static partial void LogNotRenewed(ILogger logger, SectorId sector, Exception error);

    [LoggerMessage(101, LogLevel.Error, "The lock of {Sector} is lost")]
    private static partial void LogLost(ILogger logger, SectorId sector);

    [LoggerMessage(102, LogLevel.Warning, "The lock of {Sector} could not be released and runs out by itself")]
    private static partial void LogNotReleased(ILogger logger, SectorId sector, Exception error);
}

/// <summary>What holds a lock in an index.</summary>
internal interface ISectorLockHandle
{
    /// <summary>Begins the lease anew; false when it had run out.</summary>
    Task<bool> RenewAsync(CancellationToken cancellationToken);

    /// <summary>Ends it.</summary>
    Task ReleaseAsync();
}
