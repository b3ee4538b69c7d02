using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Proving.Mining;

/// <summary>
/// Makes blocks for any number of miners. Epochs go by the clock: once an epoch's blocks have had time to spread, each miner draws for the next on the
/// heaviest base, also across epochs without a block. A failure is tried again while the epoch lasts; a block is claimed on disk before it is published.
/// </summary>
public sealed partial class WinningPoStMiner : IDisposable
{
    private readonly IMiningChain _chain;
    private readonly SlashFilter _filter;
    private readonly BlockMaker _maker;
    private readonly WinningPoStOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MiningLog _log;
    private TipSet? _heaviest;

    /// <summary>Miners that do nothing before <see cref="RunAsync"/>.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="signer">The workers' keys.</param>
    /// <param name="reader">Reads vanilla proofs.</param>
    /// <param name="pool">Makes SNARKs.</param>
    /// <param name="filter">Keeps from consensus faults.</param>
    /// <param name="options">Miners and times.</param>
    /// <param name="time">The clock; blocks carry its time, so it must be right.</param>
    /// <param name="logger">Where blocks and trouble are told.</param>
    public WinningPoStMiner(
        IMiningChain chain, IWorkerSigner signer, SectorReader reader, PoStWorkerPool pool, SlashFilter filter, WinningPoStOptions options,
        TimeProvider? time = null, ILogger<WinningPoStMiner>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_chain, _filter, _options) = (chain, filter, options.Validate());
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<WinningPoStMiner>.Instance;
        _maker = new BlockMaker(chain, signer, reader, pool, options, _time);
        _log = new MiningLog(options.Miners, options.RoundsKept);
    }

    /// <summary>Rounds so far.</summary>
    public MiningState State => _log.State;

    /// <summary>Mines until cancelled.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="Database.DatabaseException">The tables are of a newer release, or the database was away at the start.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _filter.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var rounds = new List<Task>();
        try
        {
            await FollowAsync(rounds, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await Task.WhenAll(rounds).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    private async Task FollowAsync(List<Task> rounds, CancellationToken cancellationToken)
    {
        ChainEpoch last = -1;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await NextAsync(last, cancellationToken).ConfigureAwait(false) is not { } mining)
                    continue;

                // A round that is late holds up no later one.
                last = mining.Epoch;
                rounds.RemoveAll(round => round.IsCompleted);
                rounds.AddRange(_options.Miners.Select(miner => Task.Run(() => MineAsync(miner, mining, cancellationToken), CancellationToken.None)));
            }
#pragma warning disable CA1031 // A daemon that goes away in whatever manner is asked again.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                NoBase(_logger, e.Message);
                await Task.Delay(_options.RetryDelay, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits for the next epoch to mine at, and chooses its base. Null when the wait was for nothing and the head is to be looked at again.</summary>
    private async Task<MiningBase?> NextAsync(ChainEpoch last, CancellationToken cancellationToken)
    {
        TipSet head = await HeaviestAsync(cancellationToken).ConfigureAwait(false);
        DateTimeOffset spread = TimestampOf(head) + _options.PropagationDelay;
        DateTimeOffset now = _time.GetUtcNow();
        if (now < spread)
        {
            await Task.Delay(spread - now, _time, cancellationToken).ConfigureAwait(false);
            return null;
        }

        long nulls = (now - spread).Ticks / _options.EpochDuration.Ticks;
        ChainEpoch epoch = head.Height + nulls + 1;
        if (epoch <= last)
        {
            // This epoch is done. The next one's time comes at the same moment, whichever head there is then.
            await Task.Delay(spread + ((last - head.Height) * _options.EpochDuration) - now, _time, cancellationToken).ConfigureAwait(false);
            return null;
        }

        await _chain.BeaconAsync(epoch, cancellationToken).ConfigureAwait(false);
        TipSet again = await HeaviestAsync(cancellationToken).ConfigureAwait(false);
        return again.Key.Equals(head.Key)
            ? new MiningBase(head, epoch, TimestampOf(head) + ((nulls + 1) * _options.EpochDuration), _time.GetUtcNow())
            : null;
    }

    // A daemon that reorganises onto a lighter chain, or another daemon that is behind, does not make us go back.
    private async Task<TipSet> HeaviestAsync(CancellationToken cancellationToken)
    {
        TipSet head = await _chain.HeadAsync(cancellationToken).ConfigureAwait(false);
        if (_heaviest is { } before && !before.Key.Equals(head.Key) && await OutweighsAsync(before, head, cancellationToken).ConfigureAwait(false))
            return before;
        return _heaviest = head;
    }

    private async Task<bool> OutweighsAsync(TipSet before, TipSet head, CancellationToken cancellationToken)
    {
        try
        {
            return await _chain.WeightAsync(before.Key, cancellationToken).ConfigureAwait(false)
                >= await _chain.WeightAsync(head.Key, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcErrorException)
        {
            // The daemon does not know the old base: its head is what can be built on.
            return false;
        }
    }

    private async Task MineAsync(Address miner, MiningBase mining, CancellationToken cancellationToken)
    {
        long began = _time.GetTimestamp();
        DateTimeOffset over = mining.Timestamp + _options.EpochDuration;
        int wins = 0;
        var round = new MiningRound
        {
            Miner = miner, Epoch = mining.Epoch, Parents = mining.TipSet.Key, NullRounds = mining.NullRounds, Outcome = MiningOutcome.Failed,
        };
        TimeSpan left = over - _time.GetUtcNow();
        using var late = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        while (true)
        {
            try
            {
                Draw draw = await _maker.DrawAsync(miner, mining, count => wins = count, either.Token).ConfigureAwait(false);
                round = draw.Template is null
                    ? round with { Outcome = draw.Eligible ? MiningOutcome.NotWon : MiningOutcome.NotEligible }
                    : await PublishAsync(round with { WinCount = wins }, draw, mining, began, either.Token).ConfigureAwait(false);
                break;
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
                round = round with { WinCount = wins, Error = round.Error ?? "the epoch was over before the block was made" };
                break;
            }
#pragma warning disable CA1031 // Whatever went wrong, the epoch may still be won by trying again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                round = round with { WinCount = wins, Error = e.Message };
                Failed(_logger, miner, mining.Epoch, e);
            }

            if (_time.GetUtcNow() + _options.RetryDelay >= over)
                break;
            await Task.Delay(_options.RetryDelay, _time, cancellationToken).ConfigureAwait(false);
        }

        _log.Add(round);
        if (wins > 0)
            Won(_logger, miner, mining.Epoch, wins, round.Outcome, round.Block?.ToString() ?? "none", round.Took, round.Late);
    }

    private async Task<MiningRound> PublishAsync(MiningRound round, Draw draw, MiningBase mining, long began, CancellationToken cancellationToken)
    {
        BlockMessage block = await _chain.CreateBlockAsync(draw.Template!, cancellationToken).ConfigureAwait(false);
        round = round with { Block = block.Header.Cid, Parents = draw.Parents!.Key, Took = _time.GetElapsedTime(began) };
        TimeSpan early = mining.Timestamp - _time.GetUtcNow();
        if (early > TimeSpan.Zero)
            await Task.Delay(early, _time, cancellationToken).ConfigureAwait(false);
        if (await _filter.ClaimAsync(block.Header, draw.Parents, cancellationToken).ConfigureAwait(false) is { } fault)
            return round with { Outcome = MiningOutcome.Withheld, Error = $"the block would be a consensus fault: {fault}" };

        // From here on there is this block and no other: only its publication is repeated.
        while (true)
        {
            try
            {
                await _chain.SubmitBlockAsync(block, cancellationToken).ConfigureAwait(false);
                break;
            }
            catch (RpcException e) when (e.IsTransient)
            {
                Failed(_logger, round.Miner, round.Epoch, e);
                await Task.Delay(_options.RetryDelay, _time, cancellationToken).ConfigureAwait(false);
            }
        }

        TimeSpan lateBy = _time.GetUtcNow() - mining.Timestamp;
        return round with
        {
            Outcome = lateBy > _options.PropagationDelay ? MiningOutcome.PublishedLate : MiningOutcome.Published,
            Late = lateBy > TimeSpan.Zero ? lateBy : TimeSpan.Zero,
            Error = null,
        };
    }

    private static DateTimeOffset TimestampOf(TipSet tipset) => DateTimeOffset.FromUnixTimeSeconds((long)tipset.MinTimestamp);

    [LoggerMessage(400, LogLevel.Warning, "No base to mine on: {Reason}")]
    private static partial void NoBase(ILogger logger, string reason);

    [LoggerMessage(401, LogLevel.Warning, "{Miner} at {Epoch}: mining failed")]
    private static partial void Failed(ILogger logger, Address miner, ChainEpoch epoch, Exception error);

    [LoggerMessage(402, LogLevel.Information, "{Miner} won {Epoch} with {Wins}: {Outcome}, block {Block}, made in {Took}, late by {Late}")]
    private static partial void Won(
        ILogger logger, Address miner, ChainEpoch epoch, int wins, MiningOutcome outcome, string block, TimeSpan took, TimeSpan late);
}
