using System.Threading.Channels;
using Filecoin.Proving.Database;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Proving.Scheduling;

/// <summary>
/// The proving cycle of any number of miners: follows the chain, looks at sectors ahead of their deadline and declares, has each partition proven by the
/// pool, and sees its proof onto the chain. It is driven by heads alone: each head is compared with what there is, and what is missing is begun. So
/// whatever failed goes on at the next head, a restart finds its finished proofs and messages in the tables, and a reorg is a head like any other.
/// Of several hubs on one database one writes; the others wait.
/// </summary>
public sealed partial class WindowPoStScheduler : IDisposable
{
    private readonly CycleServices _services;
    private readonly WriterLease _lease;
    private readonly WindowPoStOptions _options;
    private readonly ILogger _logger;
    private volatile IReadOnlyList<MinerCycle> _cycles = [];
    private volatile ChainPoint? _head;
    private volatile string? _error;
    private volatile bool _writes;

    /// <summary>A cycle that does nothing before <see cref="RunAsync"/>.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="messages">Sends messages.</param>
    /// <param name="reader">Reads vanilla proofs.</param>
    /// <param name="pool">Makes SNARKs.</param>
    /// <param name="verifier">Checks proofs before they are sent.</param>
    /// <param name="database">Keeps finished proofs and messages.</param>
    /// <param name="options">Miners and limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where trouble is told.</param>
    public WindowPoStScheduler(
        IProvingChain chain, IPoStMessages messages, SectorReader reader, PoStWorkerPool pool, IPoStVerifier verifier, SqlDatabase database,
        WindowPoStOptions options, TimeProvider? time = null, ILogger<WindowPoStScheduler>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validate();
        _logger = logger ?? NullLogger<WindowPoStScheduler>.Instance;
        _lease = new WriterLease(database, "window-post", options.Lease);
        _services = new CycleServices(
            chain, messages, reader, pool, verifier, new PoStStore(database, _lease), options, new SemaphoreSlim(options.PartitionsAtOnce),
            new SchedulingMetrics(), new WorkTimes(), time ?? TimeProvider.System, _logger);
    }

    /// <summary>The cycle now.</summary>
    public WindowPoStState State => new(
        _writes, _head, [.. _cycles.SelectMany(cycle => cycle.Partitions)], [.. _cycles.SelectMany(cycle => cycle.Checks)], _error);

    /// <summary>Runs until cancelled. Errors of the chain, the sender and the database are told and tried again, never thrown.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="DatabaseException">The tables are of a newer release.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _services.Store.PrepareAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await TryHoldAsync(cancellationToken).ConfigureAwait(false) == true)
            {
                await WriteAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            // Leases run by the database's clock, whatever clock drives the chain.
            await Task.Delay(_options.Lease / 4, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _services.Metrics.Dispose();
        _services.Partitions.Dispose();
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        using var holding = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _cycles = [.. _options.Miners.Select(miner => new MinerCycle(
            _services, new MinerHandle(miner, miner.TryGetId(out ulong id) ? id : throw new InvalidOperationException($"{miner} is no id address")), holding.Token))];
        _writes = true;
        Task keeping = KeepLeaseAsync(holding);
        try
        {
            await FollowAsync(holding.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LeaseLost(_logger);
        }
        finally
        {
            _writes = false;
            await holding.CancelAsync().ConfigureAwait(false);
            foreach (MinerCycle cycle in _cycles)
                cycle.Stop();
            await keeping.ConfigureAwait(false);
        }
    }

    private async Task KeepLeaseAsync(CancellationTokenSource holding)
    {
        try
        {
            long lastKept = TimeProvider.System.GetTimestamp();
            while (true)
            {
                await Task.Delay(_options.Lease / 4, holding.Token).ConfigureAwait(false);
                long now = TimeProvider.System.GetTimestamp();
                bool? holds = await TryHoldAsync(holding.Token).ConfigureAwait(false);
                if (holds == true)
                    lastKept = now;
                else if (holds == false || TimeProvider.System.GetElapsedTime(lastKept) > _options.Lease)
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            await ReleaseAsync().ConfigureAwait(false);
        }

        await holding.CancelAsync().ConfigureAwait(false);
    }

    // Null when the database does not answer.
    private async Task<bool?> TryHoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _lease.TryHoldAsync(cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, a lease that nobody keeps any more must be seen to be lost.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            DatabaseAway(_logger, e.Message);
            return null;
        }
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await _lease.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (DatabaseException e)
        {
            DatabaseAway(_logger, e.Message);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await FollowOnceAsync(cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A daemon that goes away in whatever manner is asked again.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                _error = e.Message;
                HeadsBroke(_logger, e.Message);
            }

            await Task.Delay(_options.RetryDelay, _services.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FollowOnceAsync(CancellationToken cancellationToken)
    {
        // A slow step skips heads: only the newest one matters.
        Channel<ChainPoint> newest = Channel.CreateBounded<ChainPoint>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task pump = PumpAsync(newest.Writer, ending.Token);
        try
        {
            while (await newest.Reader.WaitToReadAsync(cancellationToken).AsTask()
                .WaitAsync(_options.HeadTimeout, _services.Time, cancellationToken).ConfigureAwait(false))
            {
                if (newest.Reader.TryRead(out ChainPoint? head))
                    await StepAsync(head, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await pump.ConfigureAwait(false);
        }
    }

    private async Task PumpAsync(ChannelWriter<ChainPoint> heads, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (ChainPoint head in _services.Chain.HeadsAsync(cancellationToken).ConfigureAwait(false))
                await heads.WriteAsync(head, cancellationToken).ConfigureAwait(false);
            heads.TryComplete();
        }
#pragma warning disable CA1031 // The reader throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            heads.TryComplete(e);
        }
    }

    private async Task StepAsync(ChainPoint head, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.StepTimeout, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        string?[] errors = await Task.WhenAll(_cycles.Select(cycle => StepAsync(cycle, head, either.Token))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _error = errors.FirstOrDefault(error => error is not null);
        _head = head;
    }

    private async Task<string?> StepAsync(MinerCycle cycle, ChainPoint head, CancellationToken cancellationToken)
    {
        try
        {
            await cycle.StepAsync(head, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // One miner's trouble is no other's, and the next head goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            StepFailed(_logger, cycle.Miner, head.Height, e);
            return e.Message;
        }
    }

    [LoggerMessage(360, LogLevel.Warning, "{Miner} at {Height}: not all was done, the next head goes on")]
    private static partial void StepFailed(ILogger logger, Filecoin.ChainCo.Chain.Address miner, Filecoin.ChainCo.Chain.ChainEpoch height, Exception error);

    [LoggerMessage(361, LogLevel.Warning, "The heads broke off: {Reason}")]
    private static partial void HeadsBroke(ILogger logger, string reason);

    [LoggerMessage(362, LogLevel.Error, "Another hub has the right to write now, or the database is away: this one waits")]
    private static partial void LeaseLost(ILogger logger);

    [LoggerMessage(363, LogLevel.Error, "The database cannot be reached: {Reason}")]
    private static partial void DatabaseAway(ILogger logger, string reason);
}
