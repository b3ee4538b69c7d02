using System.Collections.Concurrent;
using System.Collections.Immutable;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>
/// Pulls jobs from a hub and makes their proofs. What it has made it keeps until the hub takes it or the job's time is over, so a hub that
/// restarts meanwhile gets it still.
/// </summary>
/// <param name="hub">The hub, in this process or behind a connection that is made anew when it breaks.</param>
/// <param name="snarks">The prover.</param>
/// <param name="options">Name and slots.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where calls that fail are told.</param>
public sealed partial class PoStWorker(
    IPoStHub hub, IPoStSnarks snarks, PoStWorkerOptions? options = null, TimeProvider? time = null, ILogger? logger = null)
{
    private readonly PoStWorkerOptions _options = (options ?? new()).Validate();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private readonly ConcurrentDictionary<string, WorkInHand> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FinishedWork> _finished = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its name for the hub, made anew with each object.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Reports, takes jobs and hands in proofs until cancelled. Never fails because of the hub.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Task[] loops =
        [
            ReportLoopAsync(cancellationToken),
            .. Enumerable.Range(0, _options.WinningSlots).Select(_ => TakeLoopAsync(PoStKind.Winning, cancellationToken)),
            .. Enumerable.Range(0, _options.WindowSlots).Select(_ => TakeLoopAsync(PoStKind.Window, cancellationToken)),
        ];
        await Task.WhenAll(loops).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes no more jobs, and waits until those in hand are proven and the hub has their proofs, or their time is over. <see cref="RunAsync"/> goes on
    /// meanwhile: cancel it then.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _draining.TrySetResult();
        while (!_running.IsEmpty || _finished.Values.Any(work => work.Until > _time.GetUtcNow()))
            await Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReportLoopAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ReportAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                HubFailed(_logger, "a report", error.Message);
            }

            await Task.Delay(_options.ReportInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        foreach ((string job, FinishedWork work) in _finished)
        {
            if (work.Until <= _time.GetUtcNow())
                _finished.TryRemove(job, out _);
        }

        PoStWorkerOrders orders = await hub.ReportAsync(
            new PoStWorkerReport
            {
                Worker = Id,
                Name = _options.Name,
                WindowSlots = _options.WindowSlots,
                WinningSlots = _options.WinningSlots,
                Running = [.. _running.Select(running => running.Value.Progress(running.Key))],
                Finished = [.. _finished.Keys],
            },
            cancellationToken).ConfigureAwait(false);
        foreach (string job in orders.Drop)
        {
            _finished.TryRemove(job, out _);
            if (_running.TryGetValue(job, out WorkInHand? work))
                work.Cancel();
        }

        foreach (string job in orders.Send)
            await HandInAsync(job, cancellationToken).ConfigureAwait(false);
    }

    private async Task TakeLoopAsync(PoStKind kind, CancellationToken cancellationToken)
    {
        while (!_draining.Task.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await NextJobAsync(kind, cancellationToken).ConfigureAwait(false) is { } offer)
                    await WorkAsync(offer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                // A hub that does not know this worker was restarted: the next report joins it again.
                HubFailed(_logger, "a call for work", error.Message);
                await Task.Delay(_options.RetryDelay, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Asks for a job; a worker that drains asks no longer. A job that was on its way then is given to another when this one reports without it.</summary>
    private async Task<PoStJobOffer?> NextJobAsync(PoStKind kind, CancellationToken cancellationToken)
    {
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<PoStJobOffer?> asked = hub.NextJobAsync(Id, kind, _options.PollWait, asking.Token);
        if (await Task.WhenAny(asked, _draining.Task).ConfigureAwait(false) == asked)
            return await asked.ConfigureAwait(false);
        await asking.CancelAsync().ConfigureAwait(false);
        await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return null;
    }

    private async Task WorkAsync(PoStJobOffer offer, CancellationToken cancellationToken)
    {
        DateTimeOffset until = _time.GetUtcNow() + TimeSpan.FromMilliseconds(offer.TimeLeft);
        using var work = new WorkInHand(TimeSpan.FromMilliseconds(Math.Max(1, offer.TimeLeft)), _time, cancellationToken);
        if (_finished.ContainsKey(offer.Job) || !_running.TryAdd(offer.Job, work))
        {
            await HandInAsync(offer.Job, cancellationToken).ConfigureAwait(false);
            return;
        }

        string? failure = null;
        try
        {
            PoStJob job = await FetchAsync(offer, until, work.Token).ConfigureAwait(false);
            byte[] proof = await Task.Factory.StartNew(
                () => snarks.Prove(job, work, work.Token), work.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            _finished[offer.Job] = new FinishedWork(proof, until);
        }
        catch (OperationCanceledException) when (work.Token.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }
        catch (Exception error)
        {
            failure = error.Message;
            ProofFailed(_logger, offer.Title, error);
        }
        finally
        {
            _running.TryRemove(offer.Job, out _);
        }

        if (failure is null)
            await HandInAsync(offer.Job, cancellationToken).ConfigureAwait(false);
        else
            await hub.FailAsync(Id, offer.Job, failure, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PoStJob> FetchAsync(PoStJobOffer offer, DateTimeOffset until, CancellationToken cancellationToken)
    {
        PoStConfig proof = PoStConfig.For((RegisteredPoStProof)offer.Proof);
        if (offer.Sectors < 1 || offer.Sectors > proof.SectorsPerPartition)
            throw new WireFormatException("PoSt job", 0, "sectors", $"1 to {proof.SectorsPerPartition}", $"{offer.Sectors}");
        int length = SectorProofBincode.Length(proof);
        ImmutableArray<SectorProof>.Builder vanilla = ImmutableArray.CreateBuilder<SectorProof>(offer.Sectors);
        while (vanilla.Count < offer.Sectors)
        {
            ReadOnlyMemory<byte> bytes = await hub.JobProofsAsync(offer.Job, vanilla.Count, cancellationToken).ConfigureAwait(false);
            if (bytes.Length == 0 || bytes.Length % length != 0 || bytes.Length / length > offer.Sectors - vanilla.Count)
                throw new WireFormatException("PoSt job", 0, "proofs", $"1 to {offer.Sectors - vanilla.Count} vanilla proofs of {length} bytes", $"{bytes.Length} bytes");
            for (int at = 0; at < bytes.Length; at += length)
                vanilla.Add(SectorProofBincode.Read(bytes.Span.Slice(at, length), proof));
        }

        PoStJob job = PoStJob.Create(
            proof, offer.Miner, PoStRandomness.FromBytes(offer.Randomness.Span), vanilla.MoveToImmutable(), until, offer.Title);
        return job.Id == offer.Job ? job : throw new WireFormatException("PoSt job", 0, "id", offer.Job, job.Id);
    }

    private async Task HandInAsync(string job, CancellationToken cancellationToken)
    {
        if (!_finished.TryGetValue(job, out FinishedWork? work))
            return;
        PoStReceipt receipt = await hub.ReturnAsync(Id, job, work.Proof, cancellationToken).ConfigureAwait(false);
        if (receipt != PoStReceipt.NotAsked)
            _finished.TryRemove(job, out _);
    }

    [LoggerMessage(310, LogLevel.Warning, "The hub did not take {Call}: {Reason}")]
    private static partial void HubFailed(ILogger logger, string call, string reason);

    [LoggerMessage(311, LogLevel.Error, "No proof of {Job}")]
    private static partial void ProofFailed(ILogger logger, string job, Exception error);

    private sealed record FinishedWork(byte[] Proof, DateTimeOffset Until);
}
